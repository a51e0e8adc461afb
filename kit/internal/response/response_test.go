package response_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// wrapper is a middleware's writer, as http.ResponseController wants it.
type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func watch(w http.ResponseWriter) *response.Writer {
	return response.Watch(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
}

func TestStarted(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		use  func(w *response.Writer) error
		want bool
	}{
		"nothing":       {func(*response.Writer) error { return nil }, false},
		"headers":       {func(w *response.Writer) error { w.Header().Set("A", "b"); return nil }, false},
		"informational": {func(w *response.Writer) error { w.WriteHeader(http.StatusEarlyHints); return nil }, false},
		"status":        {func(w *response.Writer) error { w.WriteHeader(http.StatusNoContent); return nil }, true},
		"switched":      {func(w *response.Writer) error { w.WriteHeader(http.StatusSwitchingProtocols); return nil }, true},
		"text":          {func(w *response.Writer) error { _, err := io.WriteString(w, "x"); return err }, true},
		"copy":          {func(w *response.Writer) error { _, err := io.Copy(w, strings.NewReader("x")); return err }, true},
		"flush":         {func(w *response.Writer) error { return http.NewResponseController(w).Flush() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := watch(httptest.NewRecorder())
			require.NoError(t, c.use(w))
			require.Equal(t, c.want, response.Started(w))
			require.Equal(t, c.want, response.Started(wrapper{wrapper{w}}), "through other writers")
			require.Equal(t, c.want, response.Started(watch(wrapper{w})), "also below another one")
		})
	}
}

func TestWatchWrapsOnce(t *testing.T) {
	t.Parallel()

	recorder := httptest.NewRecorder()
	w := watch(recorder)
	require.Same(t, w, watch(w))
	require.Same(t, recorder, w.Unwrap())
	require.False(t, response.Started(recorder), "not known")
	require.False(t, response.Started(wrapper{recorder}))
}

// What the writer below cannot do is an error, and the reply has not begun.
func TestUnsupported(t *testing.T) {
	t.Parallel()

	w := watch(struct{ http.ResponseWriter }{httptest.NewRecorder()})
	_, _, err := w.Hijack()
	require.ErrorIs(t, err, http.ErrNotSupported)
	require.ErrorIs(t, http.NewResponseController(w).SetReadDeadline(time.Now()), http.ErrNotSupported)
	require.False(t, response.Started(w))
}
