package reply_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
)

func ExampleJSON() {
	type Plan struct {
		kit.Schema

		Name     string   `json:"name"`
		Price    float64  `json:"price"`
		Features []string `json:"features"`
		Parent   *Plan    `json:"parent"`
	}

	w := httptest.NewRecorder()
	err := reply.JSON(w, http.StatusOK, Plan{Name: "Free & <easy>"})
	fmt.Println(err, w.Code, w.Header().Get("Content-Type"))
	fmt.Println(w.Body)
	// Output:
	// <nil> 200 application/json
	// {"name":"Free & <easy>","price":0.0,"features":[],"parent":null}
}

func TestJSON(t *testing.T) {
	t.Parallel()

	w := httptest.NewRecorder()
	require.NoError(t, reply.JSON(w, http.StatusCreated, map[string]any{"a": "é<", "b": []string(nil)}))
	want := `{"a":"é<","b":[]}`
	require.Equal(t, http.StatusCreated, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.Equal(t, want, w.Body.String())
	require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
}

func TestJSONWithoutBody(t *testing.T) {
	t.Parallel()

	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		w := httptest.NewRecorder()
		require.NoError(t, reply.JSON(w, status, map[string]int{"a": 1}))
		require.Equal(t, status, w.Code)
		require.Empty(t, w.Body.String())
		require.Equal(t, http.Header{"X-Content-Type-Options": {"nosniff"}}, w.Header())
	}
}

func TestJSONWritesNothingOnError(t *testing.T) {
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
			sentence.Equal(t, "JSON: "+name, reply.JSON(w, c.status, c.value))
			require.Empty(t, w.Header())
			require.Empty(t, w.Body.String())
			reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.ResourceNotFound)
			require.Equal(t, http.StatusNotFound, w.Code)
		})
	}
}

// A large reply must not leave a part of itself in a later one.
func TestJSONReusesBuffers(t *testing.T) {
	t.Parallel()

	for i := range 100 {
		text := strings.Repeat("x", i*1000)
		w := httptest.NewRecorder()
		require.NoError(t, reply.JSON(w, http.StatusOK, text))
		require.Equal(t, `"`+text+`"`, w.Body.String())
	}
}
