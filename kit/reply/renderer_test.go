package reply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
)

func ExampleHandler() {
	plans := map[string]string{"free": "Free"}
	mux := http.NewServeMux()
	mux.Handle("GET /plans/{id}", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		name, ok := plans[r.PathValue("id")]
		if !ok {
			return errors.ResourceNotFound.New()
		}
		return reply.JSON(w, http.StatusOK, map[string]string{"name": name})
	}))

	for _, path := range []string{"/plans/free", "/plans/gold"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 {"name":"Free"}
	// 404 {"error":"ResourceNotFound","detail":"Not found"}
}

func ExampleError() {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/customers/", nil)
	reply.Error(w, r, errors.ValidationErrorAt(errors.Loc{"body", "email"}, "value_error", "This e-mail address is taken.", "john@example.com"))
	fmt.Println(w.Code, w.Body)
	// Output:
	// 422 {"error":"PolarRequestValidationError","detail":[{"type":"value_error","loc":["body","email"],"msg":"This e-mail address is taken.","input":"john@example.com"}]}
}

// nilError is an error of an application.
type nilError struct{ text string }

func (e *nilError) Error() string {
	if e == nil {
		return "nothing"
	}
	return e.text
}

// records is a logger whose records can be looked at.
type records struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *records) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (r *records) all(t *testing.T) []map[string]any {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []map[string]any
	decoder := json.NewDecoder(&r.buf)
	for {
		var record map[string]any
		err := decoder.Decode(&record)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		delete(record, "time")
		all = append(all, record)
	}
}

func invalid(loc ...any) errors.ValidationError {
	return errors.ValidationError{Type: "missing", Loc: loc, Msg: "Field required"}
}

const (
	internalServerError = `{"error":"InternalServerError","detail":"Internal Server Error"}`

	missingA = `{"type":"missing","loc":["body","a"],"msg":"Field required","input":null}`
	missingB = `{"type":"missing","loc":["query","b",0],"msg":"Field required","input":null}`
)

func TestRenderer(t *testing.T) {
	t.Parallel()

	a, b := errors.NewRequestValidationError(invalid("body", "a")), errors.NewRequestValidationError(invalid("query", "b", 0))
	closed := errors.DefineKind("CaseClosed", http.StatusConflict, "This case is closed.")
	driver := errors.New("pq: password=hunter2")
	validation := func(details ...string) string {
		return `{"error":"PolarRequestValidationError","detail":[` + strings.Join(details, ",") + `]}`
	}
	cases := map[string]struct {
		err    error
		status int
		body   string
		level  string // of the record; empty for none
	}{
		"kind":                  {closed, 409, `{"error":"CaseClosed","detail":"This case is closed."}`, ""},
		"error":                 {closed.New(), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, ""},
		"own detail":            {closed.WithDetail("Case <7> is closed."), 409, `{"error":"CaseClosed","detail":"Case <7> is closed."}`, ""},
		"wrapped":               {fmt.Errorf("update: %w", closed.New()), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, "DEBUG"},
		"cause":                 {closed.Wrap(driver), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, "DEBUG"},
		"server error":          {errors.ServiceUnavailable.Wrap(driver), 503, `{"error":"ServiceUnavailable","detail":"Service Unavailable"}`, "ERROR"},
		"unknown":               {driver, 500, internalServerError, "ERROR"},
		"joined unknown":        {errors.Join(driver, driver), 500, internalServerError, "ERROR"},
		"validation":            {a, 422, validation(missingA), ""},
		"wrapped validation":    {fmt.Errorf("create: %w", a), 422, validation(missingA), "DEBUG"},
		"joined validations":    {errors.Join(a, fmt.Errorf("more: %w", b)), 422, validation(missingA, missingB), ""},
		"nested joins":          {errors.Join(errors.Join(a), errors.Join(b, a)), 422, validation(missingA, missingB, missingA), ""},
		"several wraps":         {fmt.Errorf("%w and %w", a, b), 422, validation(missingA, missingB), ""},
		"validation and more":   {errors.Join(a, driver), 422, validation(missingA), "ERROR"},
		"error over validation": {errors.Join(a, closed.New()), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, ""},
		"no details":            {errors.NewRequestValidationError(), 500, internalServerError, "ERROR"},
		"validation kind":       {errors.RequestValidation, 422, `{"error":"PolarRequestValidationError","detail":"The request is not valid"}`, ""},
		"too large":             {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 10}), 413, `{"error":"RequestBodyTooLarge","detail":"Request body too large"}`, "DEBUG"},
		"deadline":              {fmt.Errorf("query: %w", context.DeadlineExceeded), 503, `{"error":"ServiceUnavailable","detail":"Service Unavailable"}`, "ERROR"},
		"cancelled inside":      {fmt.Errorf("query: %w", context.Canceled), 500, internalServerError, "ERROR"},
		"nil validation":        {(*errors.PolarRequestValidationError)(nil), 500, internalServerError, "ERROR"},
		"nil pointer":           {(*errors.PolarError)(nil), 500, internalServerError, "ERROR"},
		"nil kind":              {(*errors.Kind)(nil), 500, internalServerError, "ERROR"},
		"nil limit":             {(*nilError)(nil), 500, internalServerError, "ERROR"},
		"wrapped nil":           {fmt.Errorf("x: %w", (*errors.PolarRequestValidationError)(nil)), 500, internalServerError, "ERROR"},
		"wrapped nil kind":      {fmt.Errorf("x: %w", (*errors.Kind)(nil)), 500, internalServerError, "ERROR"},
		"joined nils":           {errors.Join((*errors.Kind)(nil), (*errors.PolarError)(nil), errors.NewRequestValidationError()), 500, internalServerError, "ERROR"},
		"nil and validation":    {errors.Join((*errors.PolarRequestValidationError)(nil), a), 422, validation(missingA), "ERROR"},
		"nil and error":         {errors.Join((*errors.PolarError)(nil), closed.New()), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, ""},
		"nil and kind":          {errors.Join((*errors.Kind)(nil), closed), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, ""},
		"cause that is nil":     {closed.Wrap((*errors.PolarRequestValidationError)(nil)), 409, `{"error":"CaseClosed","detail":"This case is closed."}`, "DEBUG"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var log records
			renderer := reply.Renderer{Logger: log.logger()}
			w := httptest.NewRecorder()
			w.Header().Set("ETag", `"x"`)
			renderer.Write(w, httptest.NewRequest(http.MethodPost, "/v1/cases/7?q=1", nil), c.err)
			require.Equal(t, c.status, w.Code)
			require.Equal(t, c.body, w.Body.String())
			require.Equal(t, http.Header{
				"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(c.body))}, "X-Content-Type-Options": {"nosniff"},
			}, w.Header())

			all := log.all(t)
			if c.level == "" {
				require.Empty(t, all)
				return
			}
			require.Len(t, all, 1)
			require.Equal(t, c.level, all[0]["level"])
			require.Equal(t, "POST", all[0]["method"])
			require.Equal(t, "/v1/cases/7", all[0]["path"])
			require.InEpsilon(t, c.status, all[0]["status"], 0)
			require.Equal(t, c.err.Error(), all[0]["error"])

			head := httptest.NewRecorder()
			reply.Renderer{Logger: log.logger()}.Write(head, httptest.NewRequest(http.MethodHead, "/", nil), c.err)
			require.Equal(t, c.status, head.Code)
			require.Empty(t, head.Body.String())
			require.Equal(t, strconv.Itoa(len(c.body)), head.Header().Get("Content-Length"))
		})
	}
}

func TestRendererSetsHeaders(t *testing.T) {
	t.Parallel()

	w := httptest.NewRecorder()
	w.Header().Set("Vary", "Origin")
	err := errors.Unauthorized.New().WithHeader("WWW-Authenticate", `Bearer realm="polar"`).WithHeader("Vary", "Authorization")
	reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), err)
	require.Equal(t, `Bearer realm="polar"`, w.Header().Get("WWW-Authenticate"))
	require.Equal(t, []string{"Origin", "Authorization"}, w.Header().Values("Vary"))
}

func TestRendererKeepsRefusalsOutOfCaches(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		errors.Unauthorized: "no-store",
		errors.NotPermitted: "no-store",
		errors.NotPermitted.New().WithHeader("Cache-Control", "no-store"): "no-store",
		errors.ResourceNotFound: "public",
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Cache-Control", "public") // what a handler said of the reply that is not sent
		reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), err)
		require.Equal(t, []string{want}, w.Header().Values("Cache-Control"))
	}
}

func TestRendererWritesDetails(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		detail errors.ValidationError
		want   string
	}{
		"context": {
			errors.ValidationError{Type: "t", Loc: errors.Loc{"body", "items", 0, "é"}, Msg: `at "least" 3`, Input: "<x>", Ctx: errors.Ctx{{Name: "min_length", Value: 3}, {Name: "ge", Value: 1.0}, {Name: "expected", Value: "'a'"}, {Name: "error", Value: struct{}{}}}},
			`{"type":"t","loc":["body","items",0,"é"],"msg":"at \"least\" 3","input":"<x>","ctx":{"min_length":3,"ge":1.0,"expected":"'a'","error":{}}}`,
		},
		"no location":     {errors.ValidationError{Type: "t", Msg: "m"}, `{"type":"t","loc":[],"msg":"m","input":null}`},
		"object":          {errors.ValidationError{Loc: errors.Loc{"body"}, Input: map[string]any{"b": []any{nil, true}, "a": 1.5}}, `{"type":"","loc":["body"],"msg":"","input":{"a":1.5,"b":[null,true]}}`},
		"raw":             {errors.ValidationError{Input: json.RawMessage(`{ "a": 1 }`)}, `{"type":"","loc":[],"msg":"","input":{"a":1}}`},
		"not finite":      {errors.ValidationError{Input: []float64{math.NaN(), math.Inf(1), math.Inf(-1)}}, `{"type":"","loc":[],"msg":"","input":["NaN","Infinity","-Infinity"]}`},
		"lone surrogate":  {errors.ValidationError{Input: "a\xed\xa0\x80b"}, "{\"type\":\"\",\"loc\":[],\"msg\":\"\",\"input\":\"a\uFFFDb\"}"},
		"without JSON":    {errors.ValidationError{Input: func() {}}, `{"type":"","loc":[],"msg":"","input":null}`},
		"context is text": {errors.ValidationError{Ctx: errors.Ctx{{Name: "le", Value: math.Inf(1)}}}, `{"type":"","loc":[],"msg":"","input":null,"ctx":{"le":"Infinity"}}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := httptest.NewRecorder()
			reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.NewRequestValidationError(c.detail))
			require.Equal(t, `{"error":"PolarRequestValidationError","detail":[`+c.want+`]}`, w.Body.String())
		})
	}
}

func TestRendererWhenTheClientIsGone(t *testing.T) {
	t.Parallel()

	var log records
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	reply.Renderer{Logger: log.logger()}.Write(w, r, errors.ServiceUnavailable.Wrap(fmt.Errorf("query: %w", ctx.Err())))
	require.Equal(t, 499, w.Code)
	require.Empty(t, w.Body.String())
	require.Equal(t, "DEBUG", log.all(t)[0]["level"])

	// What was found out before stays what it is.
	w = httptest.NewRecorder()
	reply.Renderer{Logger: log.logger()}.Write(w, r, errors.ResourceNotFound)
	require.Equal(t, http.StatusNotFound, w.Code)
}

func TestRendererIgnoresNil(t *testing.T) {
	t.Parallel()

	w := httptest.NewRecorder()
	reply.Error(w, httptest.NewRequest(http.MethodGet, "/", nil), nil)
	require.Empty(t, w.Header())
	require.False(t, w.Flushed)
}

func TestHandlerAfterTheReplyHasBegun(t *testing.T) {
	t.Parallel()

	begin := map[string]func(http.ResponseWriter) error{
		"written": func(w http.ResponseWriter) error { _, err := io.WriteString(w, "partial"); return err },
		"header":  func(w http.ResponseWriter) error { w.WriteHeader(http.StatusOK); return nil },
		"flushed": func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
		"copied":  func(w http.ResponseWriter) error { _, err := io.Copy(w, strings.NewReader("partial")); return err },
		"wrapped": func(w http.ResponseWriter) error {
			_, err := io.WriteString(struct{ http.ResponseWriter }{w}, "partial")
			return err
		},
	}
	for name, begin := range begin {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var log records
			handler := reply.Renderer{Logger: log.logger()}.Handler(func(w http.ResponseWriter, _ *http.Request) error {
				return errors.Join(begin(w), errors.New("too late"))
			})
			w := httptest.NewRecorder()
			require.PanicsWithValue(t, http.ErrAbortHandler, func() {
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			})
			require.Equal(t, http.StatusOK, w.Code)
			require.NotContains(t, w.Body.String(), "error")
			all := log.all(t)
			require.Len(t, all, 1)
			require.Equal(t, "too late", all[0]["error"])

			panics := reply.Renderer{Logger: log.logger()}.Handler(func(w http.ResponseWriter, _ *http.Request) error {
				if err := begin(w); err != nil {
					return err
				}
				panic("too late")
			})
			require.PanicsWithValue(t, http.ErrAbortHandler, func() {
				panics.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			})
			require.Equal(t, "too late", log.all(t)[0]["panic"])
		})
	}
}

func TestHandlerAnswersAfterAnInformationalStatus(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(reply.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusEarlyHints)
		return errors.ResourceNotFound
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}

func TestHandlerRecovers(t *testing.T) {
	t.Parallel()

	var log records
	handler := reply.Renderer{Logger: log.logger()}.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		if r.URL.Path == "/abort" {
			panic(http.ErrAbortHandler)
		}
		return []error{nil}[len(r.URL.Path)]
	})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/nil", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Equal(t, internalServerError, w.Body.String())
	record := log.all(t)[0]
	require.Equal(t, "ERROR", record["level"])
	require.Equal(t, "/nil", record["path"])
	require.Contains(t, record["panic"], "index out of range")
	require.Contains(t, record["stack"], "TestHandlerRecovers")

	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/abort", nil))
	})
	require.Empty(t, log.all(t))
}

// A stream that breaks off must not look complete to its client.
func TestHandlerAbortsABrokenStream(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(reply.Renderer{Logger: slog.New(slog.DiscardHandler)}.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "part")
		_ = http.NewResponseController(w).Flush()
		panic("broken")
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	require.Error(t, err)
}

func TestHandlerLetsConnectionsBeTakenOver(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(reply.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		hijacker, ok := w.(http.Hijacker)
		if !ok {
			return errors.New("not a hijacker")
		}
		conn, _, err := hijacker.Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
		return errors.New("after the takeover")
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "hi", string(body))
}

func BenchmarkError(b *testing.B) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	renderer := reply.Renderer{Logger: slog.New(slog.DiscardHandler)}
	three := errors.NewRequestValidationError(
		errors.ValidationError{Type: "missing", Loc: errors.Loc{"body", "email"}, Msg: "Field required", Input: json.RawMessage(`{"name":1}`)},
		errors.ValidationError{Type: "string_type", Loc: errors.Loc{"body", "name"}, Msg: "Input should be a valid string", Input: int64(1)},
		errors.ValidationError{Type: "string_too_long", Loc: errors.Loc{"body", "x"}, Msg: "String should have at most 5 characters", Input: "abcdefgh", Ctx: errors.Ctx{{Name: "max_length", Value: 5}}},
	)
	for name, err := range map[string]error{"422": three, "404": errors.ResourceNotFound.New()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				renderer.Write(discard{http.Header{}}, r, err)
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	value := map[string]any{"id": "x", "n": int64(1), "tags": []string{"a", "b"}}
	b.ReportAllocs()
	for b.Loop() {
		_ = reply.JSON(discard{http.Header{}}, http.StatusOK, value)
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
