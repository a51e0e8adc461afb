package requestlog_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/examples/shop/requestlog"
)

func serve(t *testing.T, handler http.HandlerFunc, r *http.Request) map[string]any {
	t.Helper()
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, nil))
	func() {
		defer func() { _ = recover() }()
		requestlog.Middleware(logger)(handler).ServeHTTP(httptest.NewRecorder(), r)
	}()
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("\n")), "one line for each request")
	line := map[string]any{}
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Contains(t, line, "duration")
	return line
}

func TestLine(t *testing.T) {
	t.Parallel()

	t.Run("of what was answered", func(t *testing.T) {
		t.Parallel()
		line := serve(t, func(w http.ResponseWriter, r *http.Request) {
			requestlog.Add(r.Context(), slog.String("subject", "anonymous"))
			requestlog.Add(r.Context(), slog.String("subject", "user:1"))
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte("12345"))
		}, httptest.NewRequest(http.MethodPost, "/v1/customers/?email=ada%40example.com", nil))

		require.Equal(t, "POST", line["method"])
		require.Equal(t, "/v1/customers/", line["path"])
		require.EqualValues(t, http.StatusCreated, line["status"])
		require.EqualValues(t, 5, line["bytes"])
		require.Equal(t, "user:1", line["subject"])
		require.Equal(t, "INFO", line["level"])
		require.NotContains(t, line, "query")
	})

	t.Run("of a handler that says nothing", func(t *testing.T) {
		t.Parallel()
		line := serve(t, func(http.ResponseWriter, *http.Request) {}, httptest.NewRequest(http.MethodGet, "/", nil))
		require.EqualValues(t, http.StatusOK, line["status"])
	})

	t.Run("of a failure", func(t *testing.T) {
		t.Parallel()
		line := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
			httptest.NewRequest(http.MethodGet, "/", nil))
		require.EqualValues(t, http.StatusServiceUnavailable, line["status"])
		require.Equal(t, "WARN", line["level"])
		require.NotContains(t, line, "aborted")
	})

	t.Run("of an aborted reply", func(t *testing.T) {
		t.Parallel()
		line := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			httptest.NewRequest(http.MethodGet, "/gone", nil))
		require.Equal(t, "/gone", line["path"])
		require.Equal(t, "INFO", line["level"])
		require.Equal(t, true, line["aborted"])
	})
}

func TestInformationalAnswersAreNotTheAnswer(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	done := make(chan struct{})
	logged := requestlog.Middleware(slog.New(slog.NewJSONHandler(&out, nil)))(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
	}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		logged.ServeHTTP(w, r)
		close(done)
	}))
	defer server.Close()

	response, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	<-done
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Contains(t, out.String(), `"status":202`)
}

func TestStreamsFlush(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		require.NoError(t, http.NewResponseController(w).Flush())
	})
	requestlog.Middleware(slog.New(slog.DiscardHandler))(handler).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.True(t, w.Flushed)
}

func TestAddOutside(t *testing.T) {
	t.Parallel()
	require.NotPanics(t, func() { requestlog.Add(t.Context(), slog.String("subject", "user:1")) })
}
