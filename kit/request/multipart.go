package request

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// The limits of multipart/form-data, which are those of Starlette and python-multipart.
const (
	// MaxFormFiles is how many files [Bind] reads of a form.
	MaxFormFiles = 1000
	// MaxFormText is how many bytes a text of multipart/form-data has.
	MaxFormText = 1 << 20
	// MaxFormHeaders is how many headers a part of multipart/form-data has.
	MaxFormHeaders = 8
	// MaxFormHeader is how many bytes one of them has, with its name.
	MaxFormHeader = 4096 + 128
)

// filesInMemory is how many bytes of the files of a request are in memory. The others are in
// a temporary file.
const filesInMemory = 1 << 20

// parts reads the parts of a form.
type parts struct {
	ctx           context.Context //nolint:containedctx // the request's, for as long as it is read
	form          plan.Form
	fields, files int
	memory        int64
}

// readMultipart reads multipart/form-data. As with Starlette, a part that the body breaks
// off in is dropped.
func readMultipart(r *http.Request) (plan.Form, error) {
	if r.ContentLength > MaxBodySize {
		return nil, errors.RequestBodyTooLarge.New()
	}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	boundary, given := parameters["boundary"]
	switch {
	case err != nil || given && boundary == "":
		return nil, errBadForm(err)
	case !given:
		return nil, errors.BadRequest.New().WithDetail("Missing boundary in multipart.")
	case r.Body == nil:
		return nil, nil
	}
	limited := &limitedBody{body: r.Body, left: MaxBodySize}
	body := bufio.NewReaderSize(limited, 4<<10)
	if !beginsWith(body, "--"+boundary) {
		if limited.err != nil {
			return nil, readError(r, limited.err)
		}
		return nil, errBadForm(errors.New("the body does not begin with the boundary"))
	}
	p := parts{ctx: r.Context()}
	for reader := multipart.NewReader(body, boundary); ; {
		part, err := reader.NextRawPart()
		if err == nil {
			err = p.add(part)
		}
		switch {
		case limited.err != nil:
			return nil, readError(r, limited.err)
		case err == nil:
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF): //nolint:errorlint // a wrapped one is another
			return p.form, nil
		case errors.Is(err, io.EOF): // inside of the delimiter that ends the part before
			return p.form[:max(0, len(p.form)-1)], nil
		case errors.Is(err, errors.BadRequest), errors.Is(err, errTemporary):
			return nil, err
		case limited.breaksOff(): // inside of a header
			return p.form, nil
		default:
			return nil, errBadForm(err)
		}
	}
}

// errTemporary is a fault of the machine: a temporary file cannot be written.
var errTemporary = errors.New("request: a file of a form cannot be kept")

func errBadForm(cause error) error {
	if cause == nil {
		cause = errors.New("the body does not begin with the boundary")
	}
	return errors.BadRequest.Wrap(cause).WithDetail("There was an error parsing the body")
}

// beginsWith reports whether a body begins with a text that ends a line or the form, after
// line breaks, or is a part of that.
func beginsWith(body *bufio.Reader, text string) bool {
	for {
		switch c, err := body.Peek(1); {
		case err != nil:
			return errors.Is(err, io.EOF)
		case c[0] != '\r' && c[0] != '\n':
			start, _ := body.Peek(len(text) + 2)
			return strings.HasPrefix(text+"\r\n", string(start)) || strings.HasPrefix(text+"--", string(start))
		}
		_, _ = body.Discard(1)
	}
}

// limitedBody is a body that keeps the error of its reader, which ends the form.
type limitedBody struct {
	body io.Reader
	left int64
	err  error
	end  bool   // all of the body has been read
	tail []byte // the beginning of the last line
}

// breaksOff reports whether the body ends inside of a line that is no boundary.
func (b *limitedBody) breaksOff() bool {
	return b.end && len(b.tail) > 0 && !bytes.HasPrefix(b.tail, []byte("--"))
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	line := p[:n]
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line, b.tail = line[i+1:], b.tail[:0]
	}
	if len(b.tail) < len("--") {
		b.tail = append(b.tail, line[:min(len(line), len("--"))]...)
	}
	b.end = err == io.EOF
	if b.left -= int64(n); b.left < 0 {
		err = &http.MaxBytesError{Limit: MaxBodySize}
	}
	if err != nil && err != io.EOF && b.err == nil {
		b.err = err
	}
	return n, err
}

func (p *parts) add(part *multipart.Part) error {
	if err := checkHeaders(part.Header); err != nil {
		return err
	}
	name, fileName, hasName, isFile := disposition(part.Header.Get("Content-Disposition"))
	if !hasName {
		return errors.BadRequest.New().WithDetail(`The Content-Disposition header field "name" must be provided.`)
	}
	value := plan.FormValue{Name: plan.FormText(name)}
	if isFile {
		if p.files++; p.files > MaxFormFiles {
			return errTooMany("files", MaxFormFiles)
		}
		content, size, err := p.keep(part)
		if err != nil {
			return err
		}
		file := kit.NewFile(plan.FormText(fileName), plan.FormText(part.Header.Get("Content-Type")), content, size)
		value.File = &file
	} else {
		if p.fields++; p.fields > MaxFormFields {
			return errTooMany("fields", MaxFormFields)
		}
		text, err := io.ReadAll(io.LimitReader(part, MaxFormText+1))
		switch {
		case err != nil:
			return err
		case len(text) > MaxFormText:
			return errors.BadRequest.New().WithDetail(fmt.Sprintf("Part exceeded maximum size of %dKB.", MaxFormText>>10))
		}
		value.Text = plan.FormText(string(text))
	}
	p.form = append(p.form, value)
	return nil
}

// checkHeaders refuses headers of a part beyond the limits.
func checkHeaders(headers textproto.MIMEHeader) error {
	count := 0
	for name, values := range headers {
		count += len(values)
		for _, value := range values {
			if len(name)+len(": ")+len(value) > MaxFormHeader {
				return errBadForm(errors.New("a header of a part is too long"))
			}
		}
	}
	if count > MaxFormHeaders {
		return errBadForm(errors.New("a part has too many headers"))
	}
	return nil
}

// keep reads a file into memory, or into a temporary file.
func (p *parts) keep(part io.Reader) (io.ReaderAt, int64, error) {
	var start bytes.Buffer
	n, err := io.Copy(&start, io.LimitReader(part, filesInMemory-p.memory+1))
	if err != nil {
		return nil, 0, err
	}
	if p.memory+n <= filesInMemory {
		p.memory += n
		return bytes.NewReader(start.Bytes()), n, nil
	}
	file, err := os.CreateTemp("", "polarkit-form-*")
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errTemporary, err)
	}
	remove := func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
	_ = os.Remove(file.Name()) // where the system lets an open file go, nothing is left of a crash
	context.AfterFunc(p.ctx, remove)
	if _, err := file.Write(start.Bytes()); err != nil {
		remove()
		return nil, 0, fmt.Errorf("%w: %w", errTemporary, err)
	}
	more, err := io.Copy(temporary{file}, part)
	if err != nil {
		remove()
		return nil, 0, err
	}
	return file, n + more, nil
}

// temporary marks the errors of a temporary file.
type temporary struct{ file *os.File }

func (t temporary) Write(p []byte) (int, error) {
	n, err := t.file.Write(p)
	if err != nil {
		err = fmt.Errorf("%w: %w", errTemporary, err)
	}
	return n, err
}

// disposition reads a Content-Disposition header as python-multipart does: of any type, and
// without the extended parameters of RFC 5987.
func disposition(header string) (name, fileName string, hasName, isFile bool) {
	_, rest, _ := strings.Cut(header, ";")
	for rest != "" {
		var key, value string
		key, value, rest = cutParameter(strings.TrimLeft(rest, ";"))
		switch {
		case strings.EqualFold(key, "name"):
			name, hasName = value, true
		case strings.EqualFold(key, "filename"):
			fileName, isFile = value, true
		}
	}
	fileName = unquote(fileName)
	if strings.HasPrefix(fileName, `\\`) || len(fileName) > 2 && fileName[1:3] == `:\` {
		fileName = fileName[strings.LastIndexByte(fileName, '\\')+1:] // old browsers send the path on Windows
	}
	return unquote(name), fileName, hasName, isFile
}

// unquote is the value of a parameter without its quotes.
func unquote(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(value[1 : len(value)-1])
	}
	return value
}

// cutParameter cuts the first parameter off, which ends at a semicolon that is not in
// quotes.
func cutParameter(s string) (key, value, rest string) {
	quoted, equals := false, -1
	end := 0
	for ; end < len(s) && (quoted || s[end] != ';'); end++ {
		switch s[end] {
		case '\\':
			if quoted {
				end++
			}
		case '"':
			quoted = !quoted
		case '=':
			if equals < 0 {
				equals = end
			}
		}
	}
	end = min(end, len(s))
	if equals < 0 {
		equals = end
	}
	return strings.TrimSpace(s[:equals]), s[min(equals+1, end):end], s[min(end+1, len(s)):]
}
