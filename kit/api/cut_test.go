package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// own is a reply that writes itself.
type own func(w http.ResponseWriter, r *http.Request) error

func (o own) WriteResponse(w http.ResponseWriter, r *http.Request) error { return o(w, r) }

// ends are the ways in which a reply fails.
var ends = map[string]func() error{
	"panic": func() error { panic("broken") },
	"error": func() error { return errors.New("broken") },
	"kind":  func() error { return errors.ResourceNotFound.New() },
	"fault": func() error { var none *own; return (*none)(nil, nil) },
}

// begins are the ways in which it has begun before.
var begins = map[string]func(w http.ResponseWriter) error{
	"bytes": func(w http.ResponseWriter) error { _, err := io.WriteString(w, "partial"); return err },
	"many": func(w http.ResponseWriter) error {
		_, err := w.Write(bytes.Repeat([]byte("partial"), 20_000))
		return err
	},
	"flush":  func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
	"status": func(w http.ResponseWriter) error { w.WriteHeader(http.StatusOK); return nil },
	"copied": func(w http.ResponseWriter) error { _, err := io.Copy(w, strings.NewReader("partial")); return err },
	"length": func(w http.ResponseWriter) error {
		w.Header().Set("Content-Length", "1000")
		_, err := io.WriteString(w, "partial")
		return err
	},
	"hidden": func(w http.ResponseWriter) error {
		_, err := io.WriteString(struct{ http.ResponseWriter }{w}, "partial")
		return err
	},
}

// replies are the kinds of reply of an endpoint, which begin and fail.
func replies(begin func(w http.ResponseWriter) error, end func() error) map[string]own {
	both := func(w http.ResponseWriter) error {
		if err := begin(w); err != nil {
			return err
		}
		return end()
	}
	return map[string]own{
		"own response": func(w http.ResponseWriter, _ *http.Request) error { return both(w) },
		"stream": func(w http.ResponseWriter, r *http.Request) error {
			return api.Stream{WriteTo: func(out io.Writer) error {
				if _, err := io.WriteString(out, "partial"); err != nil {
					return err
				}
				return end()
			}}.WriteResponse(w, r)
		},
		"csv": func(w http.ResponseWriter, r *http.Request) error {
			rows := func(yield func([]string, error) bool) {
				for range 5000 {
					if !yield([]string{"partial"}, nil) {
						return
					}
				}
				yield(nil, end())
			}
			return api.CSV{Rows: iter.Seq2[[]string, error](rows)}.WriteResponse(w, r)
		},
	}
}

// A reply that fails after its first bytes never looks complete.
func TestBrokenRepliesAreCut(t *testing.T) {
	t.Parallel()
	middlewares := map[string][]func(http.Handler) http.Handler{"plain": nil}
	for name, wrap := range map[string]func(w http.ResponseWriter) http.ResponseWriter{
		"unwrapped": func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{w} },
		"hidden":    func(w http.ResponseWriter) http.ResponseWriter { return struct{ http.ResponseWriter }{w} },
	} {
		middlewares[name] = []func(http.Handler) http.Handler{func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(wrap(w), r) })
		}}
	}
	for middleware, use := range middlewares {
		for where, config := range map[string]func(a *api.Config) []api.Option{
			"of the API":      func(c *api.Config) []api.Option { c.Middleware = use; return nil },
			"of the endpoint": func(*api.Config) []api.Option { return []api.Option{api.Use(use...)} },
		} {
			for began, begin := range begins {
				if began == "flush" && middleware == "hidden" {
					continue // such a writer cannot flush
				}
				for ended, end := range ends {
					for kind, reply := range replies(begin, end) {
						c := api.Config{Title: "Shop API", Logger: slog.New(slog.DiscardHandler)}
						options := append(config(&c), api.Name("broken"))
						a := api.New(c, func(root *api.Group) {
							api.Handle(root.Group("/v1"), "GET", "/broken", api.Public("a test"), func(context.Context, api.NoSubject, struct{}) (own, error) {
								return reply, nil
							}, options...)
						})
						require.PanicsWithValue(t, http.ErrAbortHandler, func() {
							w := httptest.NewRecorder()
							defer func() { require.NotContains(t, w.Body.String(), `"error"`) }()
							a.ServeHTTP(w, newRequest("GET", "/v1/broken", ""))
						}, "%s %s, %s, %s, %s", middleware, where, began, ended, kind)
					}
				}
			}
		}
	}
}

// The same over the wire: of HTTP/1.1 with a length and without, HTTP/1.0, where
// the end of the connection is the end of the body, and HTTP/2.
func TestBrokenRepliesOverTheWire(t *testing.T) {
	t.Parallel()
	for began, begin := range begins {
		a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
			for kind, reply := range replies(begin, ends["panic"]) {
				kind = strings.ReplaceAll(kind, " ", "_")
				api.Handle(root.Group("/v1"), "GET", "/"+strings.ReplaceAll(kind, "_", "-"), api.Public("a test"), func(context.Context, api.NoSubject, struct{}) (own, error) {
					return reply, nil
				}, api.Name(kind))
			}
		})
		handlers := http.NewServeMux()
		handlers.Handle("/", a)
		handlers.Handle("/handler", reply.Renderer{Logger: slog.New(slog.DiscardHandler)}.Handler(func(w http.ResponseWriter, _ *http.Request) error {
			if err := begin(w); err != nil {
				return err
			}
			return errors.New("broken")
		}))
		server := plain(t, handlers)
		second := httptest.NewUnstartedServer(handlers)
		second.Config.ErrorLog = server.Config.ErrorLog
		second.EnableHTTP2 = true
		second.StartTLS()
		t.Cleanup(second.Close)

		for _, path := range []string{"/v1/own-response", "/v1/stream", "/v1/csv", "/handler"} {
			for _, of := range []*httptest.Server{server, second} {
				reply, err := of.Client().Get(of.URL + path)
				if err != nil {
					continue // cut before a byte was sent
				}
				body, err := io.ReadAll(reply.Body)
				require.Error(t, err, "%s %s %s", reply.Proto, path, began)
				require.NotContains(t, string(body), `"error"`)
				require.NoError(t, reply.Body.Close())
			}
			conn := dial(t, server)
			_, err := fmt.Fprintf(conn, "GET %s HTTP/1.0\r\n\r\n", path)
			require.NoError(t, err)
			all, err := io.ReadAll(conn)
			require.True(t, errors.Is(err, syscall.ECONNRESET) || len(all) == 0, "%s %s: %v", path, began, err)
		}
	}
}

func TestBrokenBeforeTheFirstByte(t *testing.T) {
	t.Parallel()
	for ended, end := range ends {
		for kind, reply := range replies(func(http.ResponseWriter) error { return end() }, end) {
			if kind != "own response" {
				continue
			}
			a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
				api.Handle(root.Group("/v1"), "GET", "/broken", api.Public("a test"), func(context.Context, api.NoSubject, struct{}) (own, error) {
					return reply, nil
				}, api.Name("broken"))
			})
			w := call(a, "GET", "/v1/broken", "")
			want := `{"error":"InternalServerError","detail":"Internal Server Error"}`
			if ended == "kind" {
				want = `{"error":"ResourceNotFound","detail":"Not found"}`
			}
			require.JSONEq(t, want, w.Body.String(), ended)
		}
	}
}

// A connection that was taken over is closed when its handler fails.
func TestBrokenAfterTheTakeover(t *testing.T) {
	t.Parallel()
	for _, end := range ends {
		server := plain(t, reply.Renderer{Logger: slog.New(slog.DiscardHandler)}.Handler(func(w http.ResponseWriter, _ *http.Request) error {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return err
			}
			if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial"); err != nil {
				return err
			}
			return end()
		}))
		conn := dial(t, server)
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		_, err = io.ReadAll(reply.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

// lockedLog is a log that is written by requests and read by a test.
type lockedLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// A client that leaves, at any point, is not a fault of the service.
func TestClientsThatLeave(t *testing.T) {
	t.Parallel()
	var log lockedLog
	began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
	a := api.New(api.Config{Title: "Shop API", Timeout: time.Minute, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, func(root *api.Group) {
		endless := func(_ context.Context, _ api.NoSubject, _ struct{}) (api.CSV, error) {
			return api.CSV{Rows: func(yield func([]string, error) bool) {
				for yield([]string{strings.Repeat("x", 1000)}, nil) {
				}
			}}, nil
		}
		g := root.Group("/v1")
		api.Handle(g, "GET", "/export", api.Public("a test"), endless, api.Name("export"))
		api.Handle(g, "GET", "/stream", api.Public("a test"), func(ctx context.Context, _ api.NoSubject, _ struct{}) (api.Stream, error) {
			return api.Stream{WriteTo: func(w io.Writer) error {
				_, _ = io.WriteString(w, "x")
				began <- struct{}{}
				<-ctx.Done()
				return fmt.Errorf("read rows: %w", ctx.Err())
			}}, nil
		}, api.Name("stream"))
		api.Handle(g, "GET", "/query", api.Public("a test"), func(ctx context.Context, _ api.NoSubject, _ struct{}) (api.NoContent, error) {
			began <- struct{}{}
			<-ctx.Done()
			return api.NoContent{}, errors.ServiceUnavailable.Wrap(errors.New("canceling statement due to user request (SQLSTATE 57014)"))
		}, api.Name("query"))
		api.Post(g, "/body", api.Public("a test"), func(_ context.Context, _ api.NoSubject, in customerCreate) (customer, error) {
			return customer{Email: in.Email}, nil
		}, api.Name("body"))
	})
	server := plain(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- struct{}{} }()
		a.ServeHTTP(w, r)
	}))
	for range 10 {
		for _, path := range []string{"export", "stream", "query", "body"} {
			conn := dial(t, server)
			request := "GET /v1/" + path + " HTTP/1.1\r\nHost: x\r\n\r\n"
			if path == "body" {
				request = "POST /v1/body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
			}
			_, err := io.WriteString(conn, request)
			require.NoError(t, err)
			switch path {
			case "export":
				_, err = io.ReadFull(conn, make([]byte, 5000))
				require.NoError(t, err)
			case "stream", "query":
				<-began
			}
			tcp, ok := conn.(*net.TCPConn)
			require.True(t, ok)
			require.NoError(t, tcp.SetLinger(0))
			require.NoError(t, conn.Close())
			<-ended
		}
	}
	require.NotContains(t, log.String(), "level=ERROR")
	require.NotContains(t, log.String(), "level=WARN")
	require.GreaterOrEqual(t, strings.Count(log.String(), "level=DEBUG msg=\"the client went away\""), 30)
}
