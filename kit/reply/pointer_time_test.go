package reply_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// Pydantic writes six digits of a fraction, whichever they are.
func TestTimesBehindPointersAreWrittenAsTheOthers(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 11, 22, 12, 40, 5, 624_660_000, time.UTC)
	const text = `"2026-11-22T12:40:05.624660Z"`
	var body struct {
		kit.TimestampedSchema

		At       time.Time            `json:"at"`
		Nullable *time.Time           `json:"nullable"`
		List     []*time.Time         `json:"list"`
		Map      map[string]time.Time `json:"map"`
		Any      any                  `json:"any"`
	}
	body.CreatedAt, body.UpdatedAt, body.At, body.Nullable, body.Any = at, &at, at, &at, &at
	body.List, body.Map = []*time.Time{&at}, map[string]time.Time{"k": at}
	w := httptest.NewRecorder()
	require.NoError(t, reply.JSON(w, http.StatusOK, body))
	require.Equal(t, `{"created_at":`+text+`,"updated_at":`+text+`,"at":`+text+`,"nullable":`+text+
		`,"list":[`+text+`],"map":{"k":`+text+`},"any":`+text+`}`, w.Body.String())
}
