package request

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// MaxBodySize is how many bytes [Decode] and [Bind] read of a body: 10 MiB, Polar's
// limit. A body of exactly this size passes. For a lower limit put the body of the
// request into http.MaxBytesReader.
const MaxBodySize = 10 << 20

// firstRead is how many bytes of memory a body gets before any of it has arrived.
const firstRead = 64 << 10

// readBody reads a body of at most MaxBodySize bytes.
func readBody(r *http.Request) (plan.Body, error) {
	body := plan.Body{JSON: isJSON(r.Header.Get("Content-Type"))}
	if r.Body == nil || r.Body == http.NoBody {
		return body, nil
	}
	if r.ContentLength > MaxBodySize {
		return body, errors.RequestBodyTooLarge.New()
	}
	size := min(r.ContentLength, firstRead) + 1 // room for the end to be seen
	if r.ContentLength < 0 {
		size = 512
	}
	data := make([]byte, 0, size)
	for {
		n, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > MaxBodySize:
			return body, errors.RequestBodyTooLarge.New()
		case err == io.EOF:
			body.Data = data
			return body, nil
		case err != nil:
			return body, readError(r, err)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// readError is the answer to a body that is beyond a limit of size or time, or that
// broke off.
func readError(r *http.Request, err error) error {
	switch {
	case isTooLarge(err):
		return errors.RequestBodyTooLarge.Wrap(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		late := errors.RequestTimeout.Wrap(err)
		if r.ProtoMajor == 1 {
			late = late.WithHeader("Connection", "close") // RFC 9110, section 15.5.9
		}
		return late
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return errors.BadRequest.Wrap(err).WithDetail("There was an error parsing the body")
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// isJSON reports whether a content type is application/json or
// application/*+json, as FastAPI decides it.
func isJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	main, sub, ok := strings.Cut(strings.ToLower(strings.TrimSpace(media)), "/")
	return ok && main == "application" && (sub == "json" || strings.HasSuffix(sub, "+json") && !strings.Contains(sub, "/"))
}
