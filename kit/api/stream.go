package api

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Redirect is the output of an endpoint that sends the client to another address. The
// handler decides whether a request may choose the target.
type Redirect struct {
	// URL is the target: absolute, or a path that begins with a slash.
	URL string
	// Status is from 300 to 399. Default: 303, as Polar's.
	Status int
}

// WriteResponse makes Redirect a [Response].
func (d Redirect) WriteResponse(w http.ResponseWriter, _ *http.Request) error {
	target, err := url.Parse(d.URL)
	if err != nil || d.URL == "" {
		return fmt.Errorf("api: the target %q of a redirect is not a URL: %w", d.URL, err)
	}
	status := d.Status
	if status == 0 {
		status = http.StatusSeeOther
	}
	if status < 300 || status > 399 {
		return fmt.Errorf("api: the status %d of a redirect is not from 300 to 399", status)
	}
	w.Header().Set("Location", target.String())
	w.WriteHeader(status)
	return nil
}

// DescribeResponse makes Redirect a [Described].
func (Redirect) DescribeResponse() (int, openapi.Response) {
	return http.StatusSeeOther, openapi.Response{
		Description: "Redirect",
		Headers: openapi.Map[openapi.Header]{{Name: "Location", Value: openapi.Header{
			Schema: &openapi.Schema{Type: openapi.Types{"string"}, Format: "uri-reference"},
		}}},
	}
}

// Stream is the output of an endpoint that writes a body of any kind piece by
// piece, so that it needs no memory for the whole.
type Stream struct {
	// ContentType is the type of the body. Default: application/octet-stream.
	ContentType string
	// Filename lets a browser save the body under the name. Default: it is shown.
	Filename string
	// WriteTo writes the body. An error before the first byte is answered like an error
	// of the handler. An error after it is logged and the connection is cut, so the client
	// sees that the body is not complete. WriteTo is not called for HEAD.
	WriteTo func(w io.Writer) error
}

// WriteResponse makes Stream a [Response].
func (s Stream) WriteResponse(w http.ResponseWriter, r *http.Request) error {
	contentType := s.ContentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h := w.Header()
	if r.Method == http.MethodHead || s.WriteTo == nil {
		setContent(h, contentType, s.Filename)
		return nil
	}
	return s.WriteTo(&lateHeader{w: w, contentType: contentType, filename: s.Filename})
}

// DescribeResponse makes Stream a [Described].
func (Stream) DescribeResponse() (int, openapi.Response) {
	return http.StatusOK, file("application/octet-stream", &openapi.Schema{})
}

// lateHeader sets the headers with the first byte, so an error before it can be answered
// with other headers.
type lateHeader struct {
	w                     http.ResponseWriter
	contentType, filename string
	begun                 bool
}

func (l *lateHeader) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		setContent(l.w.Header(), l.contentType, l.filename)
	}
	return l.w.Write(p)
}

func setContent(h http.Header, contentType, filename string) {
	h.Set("Content-Type", contentType)
	if filename != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	}
}

func file(contentType string, s *openapi.Schema) openapi.Response {
	return openapi.Response{
		Description: "Successful Response",
		Content:     openapi.Map[openapi.MediaType]{{Name: contentType, Value: openapi.MediaType{Schema: s}}},
	}
}
