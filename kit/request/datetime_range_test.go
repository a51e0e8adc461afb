package request_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A datetime whose own year is from 1 to 9999 is taken in as Pydantic takes it,
// and given out as it was, whatever its year in UTC. From a database, which
// returns the instant alone, it is given out at an offset that has the year.
func TestDatetimesAtTheEdgesOfTheirYears(t *testing.T) {
	t.Parallel()

	type body struct {
		kit.Schema

		At time.Time `json:"at"`
	}
	type params struct {
		At time.Time `query:"at"`
		Or time.Time `header:"or"`
	}
	for text, stored := range map[string]string{
		"9999-12-31T23:59:59.999999Z":      "9999-12-31T23:59:59.999999Z",
		"9999-12-31T23:59:59-00:01":        "9999-12-31T23:00:59-01:00",
		"9999-12-31T23:59:59-01:00":        "9999-12-31T23:59:59-01:00",
		"9999-12-31T22:59:59-01:00":        "9999-12-31T23:59:59Z",
		"9999-12-31T23:00:00-01:00":        "9999-12-31T23:00:00-01:00",
		"9999-12-31T23:59:59.123456-23:59": "9999-12-31T23:59:59.123456-23:59",
		"0001-01-01T00:00:00Z":             "0001-01-01T00:00:00Z",
		"0001-01-01T00:00:00+00:01":        "0001-01-01T00:59:00+01:00",
		"0001-01-01T00:00:00+01:00":        "0001-01-01T00:00:00+01:00",
		"0001-01-01T01:00:00+01:00":        "0001-01-01T00:00:00Z",
		"0001-01-01T00:00:00+23:59":        "0001-01-01T00:00:00+23:59",
	} {
		sent := `{"at":"` + text + `"}`
		require.Equal(t, sent, echo[body](t, sent))
		in, err := request.Decode[body](post(sent))
		require.NoError(t, err)
		for _, at := range []time.Time{in.At.UTC(), in.At.In(time.FixedZone("", 3600*14)), in.At.In(time.FixedZone("", -3600*12))} {
			w := httptest.NewRecorder()
			require.NoError(t, reply.JSON(w, http.StatusOK, at), text)
			var again time.Time
			require.NoError(t, again.UnmarshalText([]byte(w.Body.String()[1:w.Body.Len()-1])), text)
			require.True(t, again.Equal(in.At), "%s: %s", text, w.Body)
		}
		w := httptest.NewRecorder()
		require.NoError(t, reply.JSON(w, http.StatusOK, in.At.UTC()))
		require.Equal(t, `"`+stored+`"`, w.Body.String(), text)

		r := httptest.NewRequest(http.MethodGet, "/?at="+url.QueryEscape(text), nil)
		r.Header.Set("Or", text)
		read, err := request.Bind[params](r)
		require.NoError(t, err, text)
		require.True(t, read.At.Equal(in.At) && read.Or.Equal(in.At))
	}
	for text, want := range map[string]string{
		"0000-12-31T23:59:59Z":      `datetime_parsing ["body","at"] "0000-12-31T23:59:59Z" {"error":"year 0 is out of range"}`,
		"0000-12-31T23:59:59-01:00": `datetime_parsing ["body","at"] "0000-12-31T23:59:59-01:00" {"error":"year 0 is out of range"}`,
	} {
		_, err := request.Decode[body](post(`{"at":"` + text + `"}`))
		require.Equal(t, []string{want}, reported(t, err))
	}
}
