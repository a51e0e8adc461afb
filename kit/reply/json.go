package reply

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// JSON replies with the status and with the value as JSON. The value is written as
// Pydantic writes a response model:
//
//   - compact and in raw UTF-8; nothing is escaped for HTML
//   - every field is there; a nil slice is [], a nil map is {}, a nil pointer is null
//   - times have Z for UTC, and six digits of a fraction where there is one
//   - floats look as Python prints them (1.0); NaN and the infinities are null
//
// Otherwise the rules are those of encoding/json: field tags with their options,
// promotion of embedded fields, json.Marshaler and encoding.TextMarshaler, sorted keys.
// A marshaler with a pointer receiver counts also where no pointer holds the value.
//
// Content-Type is application/json, X-Content-Type-Options is nosniff, and
// Content-Length is set. A status that allows no body (204, 304) gets none, and the
// value is ignored.
//
// An error says that the value cannot be encoded (its marshaler fails, its type has no
// JSON, it refers to itself) or that the status is not one from 200 to 599. Nothing has
// been written then, and a reply with an error is still possible. A client that goes
// away during the reply is not an error.
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
	values := []string{"application/json", strconv.Itoa(len(body))}
	header["Content-Type"], header["Content-Length"] = values[:1:1], values[1:]
	w.WriteHeader(status)
	if withBody {
		// A failed write is a client that went away.
		_, _ = w.Write(body)
	}
}

// buffers hold the bodies of replies while they are made.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// maxKept is the largest buffer that is kept, in bytes. A few large replies then do not
// hold memory for good.
const maxKept = 256 << 10

// keep gives the pool the buffer as it has grown.
func keep(buffer *[]byte, grown []byte) {
	if cap(grown) <= maxKept {
		*buffer = grown[:0]
	}
}
