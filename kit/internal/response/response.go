// Package response watches over one request and its reply:
//
//   - It knows whether the reply has begun, so that a later error does not write a second
//     one.
//   - It limits the time that a client has to send its body and to read its reply.
//   - It leaves nothing on the connection that could block it.
package response

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

const (
	// bodyTime is how long a body may take when the handler sets no limit.
	bodyTime = 30 * time.Second
	// writeTime is how long a client may take to read a part of the reply.
	writeTime = 30 * time.Second
	// writePart is the size of such a part in bytes.
	writePart = 64 << 10
	// restTime is how long a reply waits for the rest of a body that nobody reads.
	restTime = 100 * time.Millisecond
	// restSize is how much of such a rest is read, in bytes, as in net/http.
	restSize = 256 << 10
	// lingerTime is how long a connection is kept after a reply that came before
	// the body, so that a client which still sends can read it (RFC 9112, 9.6).
	lingerTime = 500 * time.Millisecond
)

// Writer is an http.ResponseWriter that watches over its exchange.
// [http.NewResponseController] and the older type assertions for flushing,
// hijacking and copying reach through it.
type Writer struct {
	http.ResponseWriter

	request *http.Request
	body    body // in the place of the request's, where there is one
	users   int

	started bool
	settled bool
	late    bool // the rest of the body did not come in the time that it had
	duplex  bool
	// These say whether this package limits the time of reads and writes. It does when
	// net/http serves and neither its server nor the handler sets a limit.
	timeReads, timeWrites bool
	renewed               time.Time // when a part of the reply last got its time
	failed                error     // the first one of a write
	conn                  net.Conn  // once it is taken over
}

// Watch returns the writer itself if it is a [Writer], and otherwise a Writer around it.
// When the handler has returned or panicked, the caller calls [Writer.Done], once for each
// call of Watch. The body of the request belongs to the Writer until then.
func Watch(w http.ResponseWriter, r *http.Request) *Writer {
	if watching, ok := w.(*Writer); ok {
		watching.users++
		return watching
	}
	watching := &Writer{ResponseWriter: w, request: r, users: 1}
	if find(w) != nil {
		return watching // the one below watches over the connection
	}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		watching.timeReads = server.ReadTimeout <= 0
		watching.timeWrites = server.WriteTimeout <= 0
	}
	if r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0 {
		watching.body = body{ReadCloser: r.Body, exchange: watching}
		watching.body.waiter, _ = r.Context().Value(WaiterKey{}).(Waiter)
		r.Body = &watching.body
		watching.LimitRead(bodyTime)
	}
	return watching
}

// find returns the outermost Writer of w, or nil. It follows writers that have an Unwrap
// method.
func find(w http.ResponseWriter) *Writer {
	for {
		switch current := w.(type) {
		case *Writer:
			return current
		case interface{ Unwrap() http.ResponseWriter }:
			w = current.Unwrap()
		default:
			return nil
		}
	}
}

// Done ends the watch.
func (w *Writer) Done() {
	if w.users--; w.users > 0 {
		return
	}
	if w.conn == nil {
		w.begin(http.StatusOK)
		w.Settle()
		w.renewWrite()
	}
	if w.body.ReadCloser != nil {
		w.request.Body = w.body.ReadCloser // net/http looks at its own
	}
}

// Started reports whether the reply of w is known to have begun. It looks through writers
// that have an Unwrap method. Without a [Writer] among them it reports false.
func Started(w http.ResponseWriter) bool {
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		if watching.started {
			return true
		}
	}
	return false
}

// Failed returns the first error of writing the reply of w, as far as it is known: the
// client has gone away, or reads too slowly.
func Failed(w http.ResponseWriter) error {
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		if watching.failed != nil {
			return watching.failed
		}
	}
	return nil
}

// LimitRead limits the time in which the body of w's request may arrive, beginning now. A
// limit of the server has priority. This is needed because the end of a context does not
// end a read.
func LimitRead(w http.ResponseWriter, d time.Duration) {
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		watching.LimitRead(d)
	}
}

// LimitRead is the function [LimitRead] for this writer.
func (w *Writer) LimitRead(d time.Duration) {
	// After the end of the body net/http reads from the connection, to notice a client
	// that goes away.
	if w.timeReads && w.body.ReadCloser != nil && !w.body.ended {
		_ = http.NewResponseController(w.ResponseWriter).SetReadDeadline(time.Now().Add(d))
	}
}

// Settle is called before a reply. It reads the rest of the body of w's request, or gives it
// up: net/http would wait for it without a limit.
func Settle(w http.ResponseWriter) {
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		watching.Settle()
	}
}

// Unread is [Settle] for a handler that reads no body. It is called before the handler and
// returns the request for it: net/http ends the context of a request when a read of its
// body fails, also when only the time was over and the client still waits. The function is
// called when the handler has returned.
func Unread(w http.ResponseWriter, r *http.Request) (*http.Request, context.CancelFunc) {
	Settle(w)
	late := false
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		late = late || watching.late
	}
	if !late {
		return r, func() {}
	}
	ctx, cancel := context.WithoutCancel(r.Context()), context.CancelFunc(func() {})
	if deadline, ok := r.Context().Deadline(); ok {
		ctx, cancel = context.WithDeadline(ctx, deadline)
	}
	return r.WithContext(ctx), cancel
}

// Settle is the function [Settle] for this writer. It reads the rest of the body that has
// arrived, so that the connection can be used again. When more is to come, the reply does
// not wait for it and is the last one on the connection.
func (w *Writer) Settle() {
	if w.settled || w.duplex || w.body.ReadCloser == nil {
		return
	}
	w.settled = true
	if w.body.ended || w.request.ProtoMajor != 1 {
		return // HTTP/2 ends the stream and keeps the connection
	}
	w.body.dropped = true
	control := http.NewResponseController(w.ResponseWriter)
	// A client with an Expect header sends its body when it is asked for. It is not asked
	// any more.
	if w.body.touched || w.request.Header.Get("Expect") == "" {
		if err := control.SetReadDeadline(time.Now().Add(restTime)); err != nil {
			return // no connection can be reached
		}
		_, err := io.CopyN(io.Discard, w.body.ReadCloser, restSize)
		if errors.Is(err, io.EOF) {
			return
		}
		w.late = errors.Is(err, os.ErrDeadlineExceeded)
	}
	w.Header()["Connection"] = closing
	_ = control.SetReadDeadline(time.Now().Add(lingerTime))
}

// begin runs once, before the first part of the reply.
func (w *Writer) begin(status int) {
	if w.started {
		return
	}
	w.started = true
	Protect(w.Header())
	if status >= http.StatusMultipleChoices {
		w.Settle() // the body of a request that is refused or redirected is not read any further
	}
}

// These are values of headers. They are never changed.
var (
	noSniff = []string{"nosniff"}
	closing = []string{"close"}
)

// Protect sets X-Content-Type-Options, so that browsers do not guess the content type of a
// reply. A value that the handler has set stays.
func Protect(header http.Header) {
	if _, set := header["X-Content-Type-Options"]; !set {
		header["X-Content-Type-Options"] = noSniff
	}
}

// renewWrite gives the client the time to read the next part of the reply.
func (w *Writer) renewWrite() {
	if !w.timeWrites {
		return
	}
	now := time.Now()
	if now.Sub(w.renewed) < time.Second {
		return
	}
	w.renewed = now
	if http.NewResponseController(w.ResponseWriter).SetWriteDeadline(now.Add(writeTime)) != nil {
		w.timeWrites = false
	}
}

// WriteHeader begins the reply, unless the status is informational (1xx).
func (w *Writer) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the reply.
func (w *Writer) Write(data []byte) (int, error) {
	w.begin(http.StatusOK)
	w.Settle()
	written := 0
	for {
		part := data[written:]
		if w.timeWrites && len(part) > writePart {
			part = part[:writePart]
		}
		w.renewWrite()
		n, err := w.ResponseWriter.Write(part)
		written += n
		if err != nil && w.failed == nil {
			w.failed = err
		}
		if err != nil || written >= len(data) {
			return written, err
		}
	}
}

// ReadFrom begins the reply. The data does not pass through memory if the writer below can
// do that and its time is not limited.
func (w *Writer) ReadFrom(from io.Reader) (int64, error) {
	w.begin(http.StatusOK)
	w.Settle()
	if w.timeWrites {
		return io.Copy(writeOnly{w}, from)
	}
	return io.Copy(w.ResponseWriter, from)
}

// writeOnly hides ReadFrom.
type writeOnly struct{ io.Writer }

// Flush is FlushError: an http.Flusher cannot report an error.
func (w *Writer) Flush() { _ = w.FlushError() }

// FlushError begins the reply, where the writer below can flush.
func (w *Writer) FlushError() error {
	w.begin(http.StatusOK)
	w.Settle()
	w.renewWrite()
	err := http.NewResponseController(w.ResponseWriter).Flush()
	if err != nil && w.failed == nil {
		w.failed = err
	}
	return err
}

// Hijack takes over the connection. The server does not write the reply then.
func (w *Writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.started, w.settled, w.conn = true, true, conn
	}
	return conn, buffered, err
}

// SetReadDeadline is for [http.ResponseController]. The time is the handler's from then on.
func (w *Writer) SetReadDeadline(deadline time.Time) error {
	w.timeReads = false
	return http.NewResponseController(w.ResponseWriter).SetReadDeadline(deadline)
}

// SetWriteDeadline is for [http.ResponseController]. The time is the handler's from then on.
func (w *Writer) SetWriteDeadline(deadline time.Time) error {
	w.timeWrites = false
	return http.NewResponseController(w.ResponseWriter).SetWriteDeadline(deadline)
}

// EnableFullDuplex is for [http.ResponseController]: the body may be read while the reply is written.
func (w *Writer) EnableFullDuplex() error {
	err := http.NewResponseController(w.ResponseWriter).EnableFullDuplex()
	w.duplex = w.duplex || err == nil
	return err
}

// Unwrap is the writer below.
func (w *Writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Abort cuts the connection of a reply that has begun and cannot be completed. Otherwise the
// client would take a part for the whole. Abort does not return.
func Abort(w http.ResponseWriter, r *http.Request) {
	for watching := find(w); watching != nil; watching = find(watching.ResponseWriter) {
		watching.settled = true
		if watching.conn != nil {
			_ = watching.conn.Close() // net/http does not know of it any more
		}
	}
	control := http.NewResponseController(w)
	if r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		// In HTTP/1.0 the end of the connection is the end of the body. Only a reset shows the
		// client that something is missing.
		if conn, _, err := control.Hijack(); err == nil {
			if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
	} else {
		// net/http reads the rest of a body even now.
		_ = control.SetReadDeadline(time.Now())
	}
	panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's way to cut a connection
}

// WaiterKey is the key of a [Waiter] in the context of a request.
type WaiterKey struct{}

// Waiter is a connection that is informed when it waits for a body.
type Waiter interface{ Waits(waits bool) }

// body is the body of a request. It knows whether its end has been read.
type body struct {
	io.ReadCloser

	exchange *Writer
	waiter   Waiter // nil for none
	touched  bool   // it was asked for
	ended    bool   // its end was read
	dropped  bool   // the reply came before its end
}

func (b *body) Read(p []byte) (int, error) {
	if b.dropped {
		return 0, http.ErrBodyReadAfterClose
	}
	b.touched = true
	if b.waiter != nil {
		b.waiter.Waits(true)
		defer b.waiter.Waits(false)
	}
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.ended = true
	}
	return n, err
}

// Close does not wait for what the client still has to send.
func (b *body) Close() error {
	if !b.ended {
		b.exchange.LimitRead(restTime)
	}
	return b.ReadCloser.Close()
}
