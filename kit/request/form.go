package request

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// MaxFormFields is how many fields [Bind] reads of a form: 1000, Starlette's limit. A form
// with more is answered with 400.
const MaxFormFields = 1000

// readForm reads a form. A body of another media type is an empty one.
func readForm(r *http.Request) (plan.Form, error) {
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "application/x-www-form-urlencoded":
	case "multipart/form-data":
		return readMultipart(r)
	default:
		return nil, nil
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	if count := bytes.Count(body.Data, []byte("&")) + 1; count > MaxFormFields && plan.CountForm(body.Data) > MaxFormFields {
		return nil, errTooMany("fields", MaxFormFields)
	}
	return plan.ParseForm(body.Data), nil
}

// errTooMany is Starlette's answer to a form that has too many parts of a kind.
func errTooMany(what string, limit int) error {
	return errors.BadRequest.New().WithDetail(fmt.Sprintf("Too many %s. Maximum number of %s is %d.", what, what, limit))
}
