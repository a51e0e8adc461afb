package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/serve"
)

func start(t *testing.T, server *http.Server, listener net.Listener) string {
	t.Helper()
	if listener == nil {
		listener = listen(t)
	}
	server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	done := make(chan error, 1)
	go func() { done <- serve.Serve(server, listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-done, http.ErrServerClosed)
	})
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return listener
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

// exchange sends a request as it is and reads the reply.
func exchange(t *testing.T, conn net.Conn, request string) (status int, header http.Header, body string) {
	t.Helper()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err, "%q", request)
	text, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	return reply.StatusCode, reply.Header, string(text)
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+string(body))
})

// What net/http refuses itself has the shape of every error.
func TestRefusalsOfTheServer(t *testing.T) {
	t.Parallel()
	addr := start(t, &http.Server{Handler: echo}, nil)
	const host = " HTTP/1.1\r\nHost: x\r\n\r\n"
	for request, want := range map[string]string{
		"GET /v1/items/%zz" + host:                                  "400 BadRequest",
		"GET /v1/items/%" + host:                                    "400 BadRequest",
		"GET /%e4%zz" + host:                                        "400 BadRequest",
		"GET items" + host:                                          "400 BadRequest",
		"GET http://[::1/" + host:                                   "400 BadRequest",
		"GET /a\x01b" + host:                                        "400 BadRequest",
		"GET /a b" + host:                                           "400 BadRequest",
		"G ET /" + host:                                             "400 BadRequest",
		"\x16\x03\x01\r\n\r\n":                                      "400 BadRequest",
		"nonsense\r\n\r\n":                                          "400 BadRequest",
		"GET / HTTP/1.1\r\n\r\n":                                    "400 BadRequest",
		"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n":                       "400 BadRequest",
		"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n":               "400 BadRequest",
		"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n":              "400 BadRequest",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n":    "400 BadRequest",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n":   "400 BadRequest",
		"GET / HTTP/3.0\r\nHost: x\r\n\r\n":                         "505 HTTPVersionNotSupported",
		"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n": "501 NotImplemented",
		"GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n":          "417 ExpectationFailed",
		"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", serve.MaxHeaderBytes+8<<10) + "\r\n\r\n": "431 RequestHeaderFieldsTooLarge",
	} {
		status, header, body := exchange(t, dial(t, addr), request)
		code, name, _ := strings.Cut(want, " ")
		require.Equal(t, code, fmt.Sprint(status), "%.60q", request)
		require.Contains(t, body, `{"error":"`+name+`","detail":"`, "%.60q", request)
		require.Equal(t, "application/json", header.Get("Content-Type"))
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
	}
	conn := dial(t, addr)
	status, _, body := exchange(t, conn, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb")
	require.Equal(t, "200 POST /ab", fmt.Sprint(status, " ", body))
	status, _, body = exchange(t, conn, "GET /%zz"+host)
	require.Equal(t, `400 {"error":"BadRequest","detail":"Bad request"}`, fmt.Sprint(status, " ", body), "also as the second request")
}

// Answers of net/http itself that refuse nothing stay as they are.
func TestOptionsOfTheWholeServer(t *testing.T) {
	t.Parallel()
	conn := dial(t, start(t, &http.Server{Handler: echo}, nil))
	for range 2 {
		status, header, body := exchange(t, conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
		require.Equal(t, 200, status)
		require.Empty(t, body)
		require.Empty(t, header.Get("Connection"))
	}
	status, _, body := exchange(t, conn, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Equal(t, `400 {"error":"BadRequest","detail":"Bad request"}`, fmt.Sprint(status, " ", body))
}

// What a handler writes is never changed, whatever it looks like.
func TestRepliesOfHandlersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	const plain = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	addr := start(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/taken" {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, plain)
				_ = conn.Close()
			}
			return
		}
		text := strings.Repeat(plain, 100)
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, text)
	})}, nil)
	conn := dial(t, addr)
	for range 2 {
		_, _, body := exchange(t, conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.Equal(t, strings.Repeat(plain, 100), body)
	}
	_, header, body := exchange(t, conn, "GET /taken HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Equal(t, "400 Bad Request", body)
	require.Equal(t, "text/plain; charset=utf-8", header.Get("Content-Type"))
}

func asNetError(err error, to *net.Error) (ok bool) {
	*to, ok = err.(net.Error) //nolint:errorlint // as it comes from the connection
	return ok
}

// scarce is a listener without descriptors while more than most connections are open.
type scarce struct {
	net.Listener

	most int32
	open atomic.Int32
}

func (s *scarce) Accept() (net.Conn, error) {
	if s.open.Load() >= s.most {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	conn, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s.open.Add(1)
	return &counted{Conn: conn, open: &s.open}, nil
}

type counted struct {
	net.Conn

	open   *atomic.Int32
	closed atomic.Bool
}

func (c *counted) Close() error {
	if !c.closed.Swap(true) {
		c.open.Add(-1)
	}
	return c.Conn.Close()
}

// A connection that sends nothing, or half a request, makes room for one that
// sends a whole one, when there are no descriptors left.
func TestDescriptorsThatRunOut(t *testing.T) {
	t.Parallel()
	block, blocked := make(chan struct{}), make(chan struct{}, 1)
	watched := reply.Renderer{Logger: slog.New(slog.DiscardHandler)}.Middleware(echo)
	addr := start(t, &http.Server{ReadHeaderTimeout: time.Hour, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/block" {
			blocked <- struct{}{}
			<-block
		}
		watched.ServeHTTP(w, r)
	})}, &scarce{Listener: listen(t), most: 4})
	busy := dial(t, addr)
	_, err := io.WriteString(busy, "GET /block HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-blocked

	for _, half := range []string{
		"", "GET /half HTTP/1.1\r\n",
		"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
		"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
	} {
		var waiting []net.Conn
		for range 5 {
			conn := dial(t, addr)
			_, err := io.WriteString(conn, half)
			require.NoError(t, err)
			waiting = append(waiting, conn)
		}
		status, _, body := exchange(t, dial(t, addr), "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb")
		require.Equal(t, "200 POST /ab", fmt.Sprint(status, " ", body), "%q", half)
		all, err := io.ReadAll(waiting[0])
		var late net.Error
		require.False(t, asNetError(err, &late) && late.Timeout(), "the one that waited longest is closed")
		if strings.Contains(half, "Expect") {
			require.True(t, strings.HasPrefix(string(all), "HTTP/1.1 100 Continue\r\n\r\n"), string(all))
		}
		for _, conn := range waiting {
			require.NoError(t, conn.Close())
		}
	}
	close(block)
	reply, err := http.ReadResponse(bufio.NewReader(busy), nil)
	require.NoError(t, err, "a request that is whole is never closed")
	require.Equal(t, 200, reply.StatusCode)
	require.NoError(t, reply.Body.Close())
}

func TestLimitsAndHooks(t *testing.T) {
	t.Parallel()
	type key struct{}
	var states atomic.Int32
	server := &http.Server{
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, key{}, "kept") },
		ConnState:   func(net.Conn, http.ConnState) { states.Add(1) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, r.Context().Value(key{}))
		}),
	}
	addr := start(t, server, nil)
	_, _, body := exchange(t, dial(t, addr), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.Equal(t, "kept", body)
	require.Positive(t, states.Load())
	require.Equal(t, serve.ReadHeaderTimeout, server.ReadHeaderTimeout)
	require.Equal(t, serve.IdleTimeout, server.IdleTimeout)
	require.Equal(t, serve.MaxHeaderBytes, server.MaxHeaderBytes)
	require.Zero(t, server.WriteTimeout)
}

func ExampleServe() {
	listener := httptest.NewUnstartedServer(nil).Listener
	web := &http.Server{Handler: http.NotFoundHandler()}
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			_, _ = io.WriteString(conn, "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n")
			reply, _ := io.ReadAll(conn)
			_, body, _ := strings.Cut(string(reply), "\r\n\r\n")
			fmt.Println(body)
		}
		_ = web.Close()
	}()
	fmt.Println(serve.Serve(web, listener))
	// Output:
	// {"error":"BadRequest","detail":"Bad request"}
	// http: Server closed
}
