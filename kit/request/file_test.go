package request_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

const asMultipart = "multipart/form-data; boundary=XyZ"

func part(name, fileName, content string) string {
	header := `form-data; name="` + name + `"`
	if fileName != "" {
		header += `; filename="` + fileName + `"`
	}
	return "--XyZ\r\nContent-Disposition: " + header + "\r\n\r\n" + content + "\r\n"
}

func postMultipart(body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("Content-Type", asMultipart)
	return r
}

type upload struct {
	Image kit.File               `form:"image"`
	Title string                 `form:"title" default:"" validate:"max=5"`
	Icon  kit.Optional[kit.File] `form:"icon"`
	More  []kit.File             `form:"more" default:"[]" validate:"max=2"`
	Raw   kit.Optional[[]byte]   `form:"raw"`
}

// A kit.File is a file of multipart/form-data.
func ExampleBind_file() {
	type UploadAvatar struct {
		Image kit.File `form:"image"`
		Title string   `form:"title" default:"none"`
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, _ := form.CreateFormFile("image", "ann.png")
	_, _ = file.Write([]byte("\x89PNG"))
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/avatars", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())

	in, err := request.Bind[UploadAvatar](r)
	if err != nil {
		fmt.Println(err)
		return
	}
	content, _ := io.ReadAll(in.Image.Open())
	fmt.Printf("%s %s %d %q %s\n", in.Image.Name, in.Image.ContentType, in.Image.Size, content, in.Title)
	// Output: ann.png application/octet-stream 4 "\x89PNG" none
}

func TestFiles(t *testing.T) {
	t.Parallel()

	in, err := request.Bind[upload](postMultipart(strings.NewReader(
		part("image", "a.txt", "one\r\n--Xy") + part("more", "b", "") + part("more", "c", "three") + part("raw", "", "é") + part("other", "x", "x") + "--XyZ--\r\n")))
	require.NoError(t, err)
	require.Equal(t, "a.txt", in.Image.Name)
	require.Equal(t, int64(9), in.Image.Size)
	for range 2 { // each Open begins again
		data, err := io.ReadAll(in.Image.Open())
		require.NoError(t, err)
		require.Equal(t, "one\r\n--Xy", string(data))
	}
	require.Len(t, in.More, 2)
	raw, _ := in.Raw.Get()
	require.Equal(t, "é", string(raw))
	_, sent := in.Icon.Get()
	require.False(t, sent)

	_, err = request.Bind[upload](postMultipart(strings.NewReader(
		part("image", "", "text") + part("title", "f", "x") + part("more", "", "y") + part("more", "f", "y") + "--XyZ--")))
	require.Equal(t, []string{
		`value_error ["body","image"] "text" {"error":{}}`,
		`string_type ["body","title"] {"filename":"f","content_type":"","size":1}`,
		`value_error ["body","more",0] "y" {"error":{}}`,
	}, reported(t, err))
	_, err = request.Bind[upload](postMultipart(strings.NewReader(part("image", "f", "x") + strings.Repeat(part("more", "f", "x"), 3) + "--XyZ--")))
	require.Equal(t, []string{`too_long ["body","more"] null {"field_type":"List","max_length":2,"actual_length":3}`}, reported(t, err))
}

func TestMultipartThatCannotBeRead(t *testing.T) {
	t.Parallel()

	image, end := part("image", "f", "x"), "--XyZ--\r\n"
	for body, detail := range map[string]string{
		image + strings.Repeat(part("a", "", "b"), 1001) + end:          "Too many fields. Maximum number of fields is 1000.",
		image + strings.Repeat(part("a", "f", "b"), 1000) + end:         "Too many files. Maximum number of files is 1000.",
		part("a", "", strings.Repeat("b", request.MaxFormText+1)) + end: "Part exceeded maximum size of 1024KB.",
		"--XyZ\r\n\r\nx\r\n" + end:                                      `The Content-Disposition header field "name" must be provided.`,
		"junk\r\n" + image + end:                                        "There was an error parsing the body",
		"--XyZ\r\nno header\r\n\r\nx\r\n" + end:                         "There was an error parsing the body",
		image + withHeaders(strings.Repeat("X: y\r\n", 8)) + end:        "There was an error parsing the body",
		image + withHeaders(headerOf(request.MaxFormHeader+1)) + end:    "There was an error parsing the body",
	} {
		_, err := request.Bind[upload](postMultipart(strings.NewReader(body)))
		require.ErrorIs(t, err, errors.BadRequest, "%.80q", body)
		require.ErrorContains(t, err, detail)
	}
	for cut := range len(image + "--XyZ-") {
		_, err := request.Bind[upload](postMultipart(strings.NewReader(image[:min(cut, len(image))])))
		require.ErrorIs(t, err, errors.RequestValidation, "a part that breaks off is dropped: %d", cut)
	}
	_, err := request.Bind[upload](postMultipart(io.MultiReader(strings.NewReader(image), iotest.ErrReader(io.ErrUnexpectedEOF))))
	require.ErrorIs(t, err, errors.BadRequest, "the connection broke off")

	_, err = request.Bind[upload](postMultipart(io.MultiReader(strings.NewReader(part("image", "f", "")[:50]), zeros{})))
	require.ErrorIs(t, err, errors.RequestBodyTooLarge)
}

// withHeaders is a part with other headers before its Content-Disposition.
func withHeaders(headers string) string {
	return strings.Replace(part("title", "", "x"), "\r\n", "\r\n"+headers, 1)
}

// headerOf is a header that has a number of bytes.
func headerOf(size int) string {
	return "X: " + strings.Repeat("y", size-len("X: ")) + "\r\n"
}

func TestLimitsOfPartHeaders(t *testing.T) {
	t.Parallel()

	image, end := part("image", "f", "x"), "--XyZ--\r\n"
	for _, headers := range []string{strings.Repeat("X: y\r\n", request.MaxFormHeaders-1), headerOf(request.MaxFormHeader)} {
		_, err := request.Bind[upload](postMultipart(strings.NewReader(image + withHeaders(headers) + end)))
		require.NoError(t, err)
	}
	many := withDisposition("form-data" + strings.Repeat("; a=b", 1<<17) + `; name="title"`)
	_, err := request.Bind[upload](postMultipart(strings.NewReader(image + many + end)))
	require.ErrorIs(t, err, errors.BadRequest)
	require.ErrorContains(t, err, "There was an error parsing the body")
}

// withDisposition is a part with a Content-Disposition header.
func withDisposition(header string) string {
	return "--XyZ\r\nContent-Disposition: " + header + "\r\n\r\nx\r\n"
}

// A Content-Disposition header is of any type. A semicolon in quotes is one of the value, and
// the last parameter of a name counts.
func TestDispositions(t *testing.T) {
	t.Parallel()

	for _, header := range []string{
		`form-data; name="title"`, `x;name=title`, `form-data; NAME = "title" `, `form-data;;;name="title";`,
		`form-data; name="a"; name="title"`, `form-data; a; =; b="; name=\"c"; name=title`, `form-data; name="title"; filename*=UTF-8''f`,
	} {
		in, err := request.Bind[upload](postMultipart(strings.NewReader(part("image", "f", "x") + withDisposition(header) + "--XyZ--")))
		require.NoError(t, err, header)
		require.Equal(t, "x", in.Title, header)
	}
	in, err := request.Bind[upload](postMultipart(strings.NewReader(withDisposition(`form-data; name="image"; filename="a\"b\\c;d=e"`) + "--XyZ--")))
	require.NoError(t, err)
	require.Equal(t, `a"b\c;d=e`, in.Image.Name)

	for sent, want := range map[string]string{`="C:\\dir\a.png"`: "a.png", `="\\\\host\a.png"`: "a.png", `="dir\a.png"`: `dir\a.png`, `="a/b.png"`: "a/b.png", ``: ""} {
		in, err := request.Bind[upload](postMultipart(strings.NewReader(withDisposition(`form-data; name="image"; filename`+sent) + "--XyZ--")))
		require.NoError(t, err, sent)
		require.Equal(t, want, in.Image.Name, sent)
	}
}

// BenchmarkHostileParts is to be read beside its line "valid": no other may take more than
// three times as long for a byte.
func BenchmarkHostileParts(b *testing.B) {
	image := part("image", "f", "x")
	for name, each := range map[string]string{
		"valid":                    part("title", "", strings.Repeat("x", 4100)),
		"parameters":               withDisposition("form-data; name=title" + strings.Repeat(";a=b", 1000)),
		"parameters without a key": withDisposition("form-data; name=title" + strings.Repeat(";=", 2000)),
		"quoted parameters":        withDisposition("form-data; name=title" + strings.Repeat(`;a="\\"`, 590)),
		"names":                    withDisposition("form-data" + strings.Repeat(`;name="\\"`, 400)),
		"semicolons":               withDisposition("form-data; name=title" + strings.Repeat(";", 4100)),
	} {
		body := image + strings.Repeat(each, 200) + "--XyZ--"
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				_, _ = request.Bind[upload](postMultipart(strings.NewReader(body)))
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestLargeFiles reads files that are not kept in memory.
func TestLargeFiles(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)

	ctx, endOfRequest := context.WithCancel(t.Context())
	large := strings.Repeat("0123456789abcdef", 3<<16)
	r := postMultipart(strings.NewReader(part("image", "large", large) + part("more", "small", "x") + part("more", "again", large) + "--XyZ--")).WithContext(ctx)
	in, err := request.Bind[upload](r)
	require.NoError(t, err)
	for _, file := range []kit.File{in.Image, in.More[1]} {
		require.Equal(t, int64(len(large)), file.Size)
		data, err := io.ReadAll(file.Open())
		require.NoError(t, err)
		require.Equal(t, large, string(data)) //nolint:testifylint // not printed
	}
	endOfRequest()
	require.Eventually(t, func() bool {
		_, err := in.Image.Open().Read(make([]byte, 1))
		return errors.Is(err, os.ErrClosed)
	}, time.Minute, time.Millisecond)
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	require.Empty(t, left)

	t.Setenv("TMPDIR", filepath.Join(folder, "none"))
	_, err = request.Bind[upload](postMultipart(strings.NewReader(part("image", "large", large) + "--XyZ--")))
	require.ErrorContains(t, err, "a file of a form cannot be kept")
	require.NotErrorIs(t, err, errors.BadRequest, "a fault of the machine is none of the sender")
}

func TestMistakesWithFiles(t *testing.T) {
	t.Parallel()

	sentence.Equal(t, "Check: file in a body", request.Check[struct{ Body struct{ A kit.File } }]())
	sentence.Equal(t, "Check: file in the query", request.Check[struct {
		A kit.File `query:"a"`
	}]())
	sentence.Equal(t, "Check: bytes in a header", request.Check[struct {
		A []byte `header:"a"`
	}]())
}

func FuzzMultipart(f *testing.F) {
	for _, seed := range []string{part("image", "f", "x") + "--XyZ--", part("title", "", "x"), "--XyZ\r\n\r\n", "\r\n--XyZ--junk"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		in, err := request.Bind[upload](postMultipart(strings.NewReader(body)))
		if kind := errors.KindOf(err); err != nil && kind != errors.RequestValidation && kind != errors.BadRequest {
			t.Fatalf("%q: %v", body, err)
		}
		if err == nil {
			data, err := io.ReadAll(in.Image.Open())
			if err != nil || int64(len(data)) != in.Image.Size {
				t.Fatalf("%q: %v, %d of %d bytes", body, err, len(data), in.Image.Size)
			}
		}
	})
}
