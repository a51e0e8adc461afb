package kit_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// Every datetime that is taken in can be given out again, in UTC.
func TestDatetimesStayWithinTheirYearsInUTC(t *testing.T) {
	t.Parallel()

	type body struct {
		kit.Schema

		At time.Time `json:"at"`
	}
	type query struct {
		At time.Time `query:"at"`
	}
	for text, want := range map[string]string{
		"9999-12-31T23:59:59.999999Z": "",
		"9999-12-31T23:59:59-00:01":   "year 10000 is out of range",
		"9999-12-31T23:59:59-23:59":   "year 10000 is out of range",
		"0001-01-01T00:00:00Z":        "",
		"0001-01-01T00:00:00+00:01":   "year 0 is out of range",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"at":"`+text+`"}`))
		r.Header.Set("Content-Type", "application/json")
		fromBody, err := kit.Decode[body](r)
		_, queryErr := kit.Bind[query](httptest.NewRequest(http.MethodGet, "/?at="+url.QueryEscape(text), nil))
		if want == "" {
			require.NoError(t, err, text)
			require.NoError(t, queryErr, text)
			require.NoError(t, kit.WriteJSON(httptest.NewRecorder(), http.StatusOK, fromBody.At.UTC()))
			continue
		}
		for _, err := range []error{err, queryErr} {
			invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
			require.True(t, ok, "%s: %v", text, err)
			require.Equal(t, "datetime_parsing", invalid.Details()[0].Type)
			require.Equal(t, "Input should be a valid datetime, "+want, invalid.Details()[0].Msg)
		}
	}
}
