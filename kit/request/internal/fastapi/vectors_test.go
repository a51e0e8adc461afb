package fastapi

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// exempt are vectors that are not matched, with the reason. Files of themes add to it
// by the function except.
var exempt = map[string]string{}

// handlers are the handlers of the themes. Files of themes add to them by the function
// theme.
var handlers = map[string]http.Handler{}

// theme adds a handler, which reads a request and replies with what was read:
//
//	var _ = theme("ledgers", request.Decode[ledger])
//
// The reply has the names of the fields in Python. Where the wire names are others, the
// function read returns a map.
func theme[T any](name string, read func(*http.Request) (T, error)) struct{} {
	if handlers[name] != nil {
		panic("the theme " + name + " has two handlers")
	}
	handlers[name] = reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		value, err := read(r)
		if err != nil {
			return err
		}
		return reply.JSON(w, http.StatusOK, value)
	})
	return struct{}{}
}

// except says that vectors are not matched, and why.
func except(reason string, ids ...string) struct{} {
	for _, id := range ids {
		exempt[id] = reason
	}
	return struct{}{}
}

func TestVectors(t *testing.T) {
	t.Parallel()

	endpoints := recorded.Comparison{
		Handler: func(endpoint string) http.Handler { return handlers[endpoint] },
		Exempt:  exempt,
	}.Compare(t, "../../../testdata/vectors2.jsonl")
	for name := range handlers {
		require.Contains(t, endpoints, name, "no vector has the theme")
	}
}
