package request_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/request"
)

// FuzzDecode holds the reader of bodies against encoding/json: what the one
// takes the other takes too, with the same value, but for what Python's json
// takes beyond JSON.
func FuzzDecode(f *testing.F) {
	for _, v := range recorded.ReadVectors(f, vectorsFile) {
		if v.Body != nil && len(*v.Body) < 400 && strings.HasPrefix(v.ID, "lenient") {
			f.Add([]byte(*v.Body))
		}
	}
	f.Add([]byte(`{"a":[1,-0.0,1e5,"\ud83d\ude00\u0000"],"a":{"_sa":null}}`))
	f.Add([]byte("\xff\xfe[\x00]\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := request.Decode[any](post(string(data)))
		if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 || bytes.Contains(data, []byte("N")) ||
			bytes.Contains(data, []byte("I")) || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || len(data) > 4000 {
			return
		}
		var want any
		wantErr := json.Unmarshal(data, &want)
		var syntax *json.SyntaxError
		if wantErr != nil && !errors.As(wantErr, &syntax) {
			return // a number out of range, which Python reads
		}
		if want == nil && wantErr == nil || len(data) == 0 {
			return // no body at all
		}
		if errors.Is(err, errors.BadRequest) && strings.Count(string(data), "[")+strings.Count(string(data), "{") > 500 {
			return // nested too deep
		}
		if details, _ := errors.DetailsOf(err); len(details) > 0 && details[0].Type == "string_unicode" && wantErr == nil {
			return // half a surrogate pair, of which encoding/json makes U+FFFD
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: got %v, encoding/json %v", data, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(floats(value), want) {
			t.Fatalf("%q: got %v, encoding/json %v", data, value, want)
		}
	})
}

// floats makes of a value what encoding/json would have made.
func floats(value any) any {
	switch value := value.(type) {
	case int64:
		return float64(value)
	case json.Number:
		float, _ := value.Float64()
		return float
	case float64:
		if value == 0 {
			return math.Copysign(0, value)
		}
	case []any:
		for i := range value {
			value[i] = floats(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = floats(value[key])
		}
	}
	return value
}

// FuzzBody sends anything to schemas with every kind of field. The answer is
// always one of three, and always JSON.
func FuzzBody(f *testing.F) {
	for _, v := range recorded.ReadVectors(f, vectorsFile) {
		if v.Body != nil && len(*v.Body) < 300 && (strings.HasSuffix(v.ID, "5") || strings.Contains(v.ID, "mixed")) {
			f.Add([]byte(*v.Body))
		}
	}
	routes := vectorRoutes()
	paths := []string{"/scalars", "/optionals", "/constraints", "/nested", "/choices", "/customers", "/nul", "/strict", "/pets", "/shapes", "/amounts", "/bookings"}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, path := range paths {
			r := post(string(data))
			r.URL.Path = path
			w := httptest.NewRecorder()
			routes.ServeHTTP(w, r)
			switch w.Code {
			case http.StatusOK, http.StatusBadRequest, http.StatusUnprocessableEntity:
			default:
				t.Fatalf("%s %q: %d %s", path, data, w.Code, w.Body)
			}
			require.True(t, json.Valid(w.Body.Bytes()), "%s %q: %s", path, data, w.Body)
			if w.Code == http.StatusUnprocessableEntity {
				require.Contains(t, w.Body.String(), `"loc":["body"`)
			}
		}
	})
}

// FuzzQueryParameters sends any query string to every kind of parameter.
func FuzzQueryParameters(f *testing.F) {
	for _, v := range recorded.ReadVectors(f, vectorsFile) {
		if v.Query != "" && len(v.Query) < 300 {
			f.Add(v.Query)
		}
	}
	routes := vectorRoutes()
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/list", "/search", "/required", "/filters", "/multi"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.URL.RawQuery = query
			w := httptest.NewRecorder()
			routes.ServeHTTP(w, r)
			if w.Code != http.StatusOK && w.Code != http.StatusUnprocessableEntity {
				t.Fatalf("%s?%q: %d %s", path, query, w.Code, w.Body)
			}
			require.True(t, json.Valid(w.Body.Bytes()), "%s?%q: %s", path, query, w.Body)
		}
	})
}
