// Package reply writes replies to net/http requests: values as JSON, and errors in one
// shape.
//
//	mux.Handle("POST /customers", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		in, err := request.Decode[CustomerCreate](r)
//		if err != nil {
//			return err // 422 with everything that is wrong
//		}
//		…
//		return reply.JSON(w, http.StatusCreated, customer)
//	}))
//
// [Handler] makes a handler of a function that returns its error. [Error] answers with
// any error, also without Handler. A [Renderer] does both with a logger of its own, and
// adds limits to other handlers ([Renderer.Middleware]).
package reply

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// JSON replies with the status and the value as JSON, as Pydantic writes a
// response model: compact and in raw UTF-8 (nothing is escaped for HTML); every
// field on the wire, a nil slice as [] and a nil map as {}, a nil pointer as
// null; times with Z for UTC and microseconds where there are any; floats as
// Python prints them (1.0), NaN and infinities as null. Otherwise the rules are
// those of encoding/json: field tags with their options, promotion of embedded
// fields, json.Marshaler and encoding.TextMarshaler, sorted keys. A marshaler
// with a pointer receiver counts also where the value is not held by a pointer.
//
// Content-Type is application/json, X-Content-Type-Options is nosniff, and
// Content-Length is set. A status that
// allows no body (204, 304) gets none, and the value is not looked at.
//
// An error says that the value cannot be encoded (a failing marshaler, a type
// without JSON, a cycle) or that the status is not one from 200 to 599; then
// nothing was written, and a reply with an error is still possible. That the
// client went away while the reply was sent is not reported: nobody is left to
// tell.
func JSON(w http.ResponseWriter, status int, v any) error {
	if status < 200 || status > 599 {
		return fmt.Errorf("reply: JSON: %d is not a status from 200 to 599", status)
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		response.Protect(w.Header())
		w.WriteHeader(status)
		return nil
	}
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	defer buffers.Put(buffer)
	body, err := encode.Append((*buffer)[:0], v)
	if err != nil {
		return fmt.Errorf("reply: JSON: %w", err)
	}
	send(w, status, body, true)
	keep(buffer, body)
	return nil
}

// send writes a complete reply. Without the body it is the reply to a HEAD request.
func send(w http.ResponseWriter, status int, body []byte, withBody bool) {
	header := w.Header()
	response.Protect(header)
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if withBody {
		// A failed write is a client that went away.
		_, _ = w.Write(body)
	}
}

// buffers hold the bodies of replies while they are made.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// maxKept keeps a few large replies from holding memory for good.
const maxKept = 256 << 10

// keep makes what the buffer grew to the pool's.
func keep(buffer *[]byte, grown []byte) {
	if cap(grown) <= maxKept {
		*buffer = grown[:0]
	}
}
