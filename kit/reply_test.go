package kit_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

func ExampleWriteJSON() {
	type Plan struct {
		kit.Schema

		Name     string   `json:"name"`
		Price    float64  `json:"price"`
		Features []string `json:"features"`
		Parent   *Plan    `json:"parent"`
	}

	w := httptest.NewRecorder()
	err := kit.WriteJSON(w, http.StatusOK, Plan{Name: "Free & <easy>"})
	fmt.Println(err, w.Code, w.Header().Get("Content-Type"))
	fmt.Println(w.Body)
	// Output:
	// <nil> 200 application/json
	// {"name":"Free & <easy>","price":0.0,"features":[],"parent":null}
}

func ExampleParseInt() {
	n, invalid := kit.ParseInt("1_000")
	fmt.Println(n, invalid)
	_, invalid = kit.ParseInt("1e3")
	fmt.Println(invalid.Type, "-", invalid.Msg)
	// Output:
	// 1000 <nil>
	// int_parsing - Input should be a valid integer, unable to parse string as an integer
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()

	w := httptest.NewRecorder()
	require.NoError(t, kit.WriteJSON(w, http.StatusCreated, map[string]any{"a": "é<", "b": []string(nil)}))
	want := `{"a":"é<","b":[]}`
	require.Equal(t, http.StatusCreated, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.Equal(t, want, w.Body.String())
	require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
}

func TestWriteJSONWithoutBody(t *testing.T) {
	t.Parallel()

	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		w := httptest.NewRecorder()
		require.NoError(t, kit.WriteJSON(w, status, map[string]int{"a": 1}))
		require.Equal(t, status, w.Code)
		require.Empty(t, w.Body.String())
		require.Equal(t, http.Header{"X-Content-Type-Options": {"nosniff"}}, w.Header())
	}
}

func TestWriteJSONWritesNothingOnError(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		status int
		value  any
	}{
		"no JSON":       {200, struct{ F func() }{}},
		"informational": {103, nil},
		"no status":     {0, nil},
		"too large":     {600, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := httptest.NewRecorder()
			require.ErrorContains(t, kit.WriteJSON(w, c.status, c.value), "kit: WriteJSON: ")
			require.Empty(t, w.Header())
			require.Empty(t, w.Body.String())
			kit.WriteError(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.ResourceNotFound)
			require.Equal(t, http.StatusNotFound, w.Code)
		})
	}
}

// A large reply must not leave a part of itself in a later one.
func TestWriteJSONReusesBuffers(t *testing.T) {
	t.Parallel()

	for i := range 100 {
		text := strings.Repeat("x", i*1000)
		w := httptest.NewRecorder()
		require.NoError(t, kit.WriteJSON(w, http.StatusOK, text))
		require.Equal(t, `"`+text+`"`, w.Body.String())
	}
}

func TestParseInt(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]int64{
		"12": 12, "\t+12 ": 12, //nolint:gocritic // white space is the point
		"012": 12, "12.0": 12, "-1_000": -1000,
		"9223372036854775808":     math.MaxInt64,
		"-9223372036854775809":    math.MinInt64,
		strings.Repeat("9", 4300): math.MaxInt64,
	} {
		got, invalid := kit.ParseInt(text)
		require.Nil(t, invalid, text)
		require.Equal(t, want, got, text)
	}
	_, invalid := kit.ParseInt(strings.Repeat("9", 4301))
	require.Equal(t, "int_parsing_size", invalid.Type)
	_, invalid = kit.ParseInt("")
	require.Equal(t, &errors.ValidationError{Type: "int_parsing", Msg: "Input should be a valid integer, unable to parse string as an integer"}, invalid)
}
