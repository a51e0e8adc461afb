// Package response knows whether a reply has begun, so that an error that comes
// later does not write a second one.
package response

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// Writer is an http.ResponseWriter that remembers whether its reply has begun.
// [http.NewResponseController] and the older type assertions for flushing,
// hijacking and copying reach through it.
type Writer struct {
	http.ResponseWriter

	started bool
}

// New is the writer itself if it is a [Writer] already, else one around it.
func New(w http.ResponseWriter) *Writer {
	if tracked, ok := w.(*Writer); ok {
		return tracked
	}
	return &Writer{ResponseWriter: w}
}

// Started reports whether the reply of w is known to have begun. It looks
// through writers that have an Unwrap method; false when there is no [Writer]
// among them.
func Started(w http.ResponseWriter) bool {
	for {
		switch current := w.(type) {
		case *Writer:
			if current.started {
				return true
			}
			w = current.ResponseWriter
		case interface{ Unwrap() http.ResponseWriter }:
			w = current.Unwrap()
		default:
			return false
		}
	}
}

// WriteHeader begins the reply, unless the status is informational (1xx).
func (w *Writer) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.started = true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the reply.
func (w *Writer) Write(data []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(data)
}

// ReadFrom begins the reply; where the writer below can, the data does not pass through memory.
func (w *Writer) ReadFrom(from io.Reader) (int64, error) {
	w.started = true
	return io.Copy(w.ResponseWriter, from)
}

// Flush begins the reply, where the writer below can flush.
func (w *Writer) Flush() {
	w.started = true
	// An http.Flusher cannot report that flushing is not supported.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack takes the connection over; the reply is then no longer the server's.
func (w *Writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.started = true
	}
	return conn, buffered, err
}

// Unwrap is the writer below.
func (w *Writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
