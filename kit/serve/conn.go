package serve

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

// room is a listener that makes room for new connections.
type room struct {
	net.Listener

	mu   sync.Mutex
	open map[*conn]struct{}
}

func newRoom(listener net.Listener) *room {
	return &room{Listener: listener, open: map[*conn]struct{}{}}
}

// patience is how long a connection may wait before it makes room for another: a
// client that sends its request at once is not closed.
const patience = time.Second

// Accept waits for a connection. When no descriptor is left for it, it closes the
// connection that has waited longest for its client.
func (r *room) Accept() (net.Conn, error) {
	for {
		inner, err := r.Listener.Accept()
		if err == nil {
			c := &conn{Conn: inner, room: r}
			c.giveBack()
			r.add(c)
			return c, nil
		}
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) || !r.closeWaiting() {
			return nil, err // of descriptors: net/http tries again after a pause
		}
	}
}

func (r *room) add(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[c] = struct{}{}
}

// closeWaiting closes the connection that has waited longest for its client, and
// reports whether there was one.
func (r *room) closeWaiting() bool {
	r.mu.Lock()
	var longest *conn
	since := time.Now().Add(-patience).UnixNano()
	for c := range r.open {
		if waits := c.waits.Load(); waits != 0 && waits <= since {
			longest, since = c, waits
		}
	}
	r.mu.Unlock()
	if longest == nil {
		return false
	}
	_ = longest.Close()
	return true
}

// conn is a connection that knows whether a request is under way on it.
type conn struct {
	net.Conn

	room    *room
	handled atomic.Bool  // a handler runs, or its reply is being written
	waits   atomic.Int64 // the time since which it waits for a header or a body, in Unix nanoseconds; 0 while it does not wait
}

// take notes that a handler begins.
func (c *conn) take() {
	c.handled.Store(true)
	c.waits.Store(0)
}

// giveBack notes that the reply is written. The connection waits for the next request.
func (c *conn) giveBack() {
	c.handled.Store(false)
	c.Waits(true)
}

// Waits notes that the reading of a body begins or ends. It implements
// response.Waiter.
func (c *conn) Waits(waits bool) {
	if waits {
		c.waits.Store(time.Now().UnixNano())
	} else {
		c.waits.Store(0)
	}
}

func (c *conn) forget() {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	delete(c.room.open, c)
}

// Close closes the connection.
func (c *conn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// Write writes what a handler answers as it is, and a refusal of net/http itself
// in the shape of every error.
func (c *conn) Write(p []byte) (int, error) {
	if c.handled.Load() || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.Conn.Write(p)
	}
	status := statusOf(p)
	if status < 400 {
		return c.Conn.Write(p) // net/http answers "OPTIONS *" itself
	}
	if _, err := c.Conn.Write(refusal(status)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// statusOf is the status of a reply of net/http; 400 where it cannot be read.
func statusOf(reply []byte) int {
	if fields := bytes.Fields(reply[:min(len(reply), 20)]); len(fields) > 1 {
		if status, err := strconv.Atoi(string(fields[1])); err == nil && status >= 100 && status <= 599 {
			return status
		}
	}
	return http.StatusBadRequest
}

// refusal is a refusal of net/http in the shape of every error.
func refusal(status int) []byte {
	text := http.StatusText(status)
	name, detail := strings.ReplaceAll(text, " ", ""), text
	if status == errors.BadRequest.Status() {
		name, detail = errors.BadRequest.Name(), errors.BadRequest.Detail()
	}
	body := append(encode.AppendString([]byte(`{"error":`), name), `,"detail":`...)
	body = append(encode.AppendString(body, detail), '}')
	return append(fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"X-Content-Type-Options: nosniff\r\nDate: %s\r\nConnection: close\r\n\r\n",
		status, text, len(body), time.Now().UTC().Format(http.TimeFormat)), body...)
}

// What net/http and handlers ask of a TCP connection.

// CloseWrite ends what is written.
func (c *conn) CloseWrite() error {
	if inner, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return inner.CloseWrite()
	}
	return errors.ErrUnsupported
}

// SetLinger is that of a TCP connection.
func (c *conn) SetLinger(seconds int) error {
	if inner, ok := c.Conn.(interface{ SetLinger(seconds int) error }); ok {
		return inner.SetLinger(seconds)
	}
	return errors.ErrUnsupported
}

// ReadFrom lets files be sent without a copy.
func (c *conn) ReadFrom(from io.Reader) (int64, error) { return io.Copy(c.Conn, from) }
