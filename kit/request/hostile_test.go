package request_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// hostile is a schema with every shape that a body can be long in.
type hostile struct {
	kit.Schema `extra:"forbid"`

	Name   kit.Optional[string]         `json:"name" validate:"max=10"`
	Number kit.Optional[int]            `json:"number"`
	Float  kit.Optional[float64]        `json:"float"`
	Amount kit.Optional[kit.Decimal]    `json:"amount" validate:"gt=0,lt=1"`
	Email  kit.Optional[string]         `json:"email" validate:"email"`
	URL    kit.Optional[string]         `json:"url" validate:"http_url"`
	ID     kit.Optional[string]         `json:"id" validate:"uuid4"`
	At     kit.Optional[time.Time]      `json:"at"`
	Status kit.Optional[status]         `json:"status"`
	Tags   kit.Optional[[]string]       `json:"tags" validate:"dive,min=1"`
	Unique kit.Optional[[]string]       `json:"unique" validate:"unique"`
	Table  kit.Optional[map[string]int] `json:"table"`
	Any    kit.Optional[any]            `json:"any"`
	Meta   kit.Optional[kit.Metadata]   `json:"meta"`
	Pets   kit.Optional[[]pet]          `json:"pets"`
	Slots  kit.Optional[[]slot]         `json:"slots"`
	Nodes  kit.Optional[[]required7]    `json:"nodes"`
	Child  kit.Optional[*hostile]       `json:"child"`
	Secret kit.Optional[string]         `json:"secret" sensitive:"true"`
}

type required7 struct {
	A    int
	B    int
	C    int
	D    int
	E    int
	F    int
	Next *required7 `default:"null"`
}

// repeated is a body of about the size.
func repeated(size int, before, part, between, after string) string {
	n := (size - len(before) - len(after)) / (len(part) + len(between))
	return before + strings.TrimSuffix(strings.Repeat(part+between, n), between) + after
}

func numbered(size int, before, format, after string) string {
	var b strings.Builder
	b.WriteString(before)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, i)
	}
	b.WriteString(after)
	return b.String()
}

func hostileBodies(size int) map[string]string {
	deep := strings.Repeat(`{"child":`, 400)
	return map[string]string{
		"valid":               repeated(size, `{"tags":[`, `"tag"`, ",", `]}`),
		"valid any":           repeated(size, `{"any":[`, `{"a":[1,true]}`, ",", `]}`),
		"long text":           `{"name":"` + strings.Repeat("x", size) + `"}`,
		"long escapes":        repeated(size, `{"name":"`, `\u0041`, "", `"}`),
		"surrogates":          repeated(size, `{"name":"`, `\ud800`, "", `"}`),
		"NUL":                 repeated(size, `{"tags":[`, `"\u0000"`, ",", `]}`),
		"long number text":    `{"number":"` + strings.Repeat("9", size) + `"}`,
		"underscores":         repeated(size, `{"number":"`, `1_`, "", `"}`),
		"long float text":     `{"float":"` + strings.Repeat("9", size) + `"}`,
		"long float":          `{"float":0.` + strings.Repeat("3", size) + `}`,
		"long integer":        `{"number":` + strings.Repeat("3", size) + `}`,
		"long decimal":        `{"amount":"0.` + strings.Repeat("3", size) + `"}`,
		"huge exponent":       `{"amount":"1e999999999"}`,
		"long address":        `{"email":"` + strings.Repeat("a", 1000) + "@" + strings.Repeat("b.", size/2) + `c"}`,
		"long URL":            `{"url":"http://` + strings.Repeat("a.", size/2) + `"}`,
		"long ID":             `{"id":"` + strings.Repeat("-", size) + `"}`,
		"long time":           `{"at":"` + strings.Repeat("2", size) + `"}`,
		"nested lists":        strings.Repeat("[", size),
		"nested objects":      strings.Repeat(`{"a":`, size/5),
		"nested schemas":      deep + numbered(size, `{`, `"x%d":1`, `}`) + strings.Repeat("}", 400),
		"one shallow list":    repeated(size, `[`, `1`, ",", `]`),
		"many keys":           numbered(size, `{`, `"key%d":1`, `}`),
		"equal keys":          repeated(size, `{`, `"name":1`, ",", `}`),
		"escaped keys":        numbered(size, `{`, `"\u006b%d":1`, `}`),
		"keys of a map":       numbered(size, `{"table":{`, `"key%d":"x"`, `}}`),
		"keys of metadata":    numbered(size, `{"meta":{`, `"key%d":null`, `}}`),
		"many errors":         repeated(size, `{"tags":[`, `1`, ",", `]}`),
		"many missing fields": repeated(size, `{"nodes":[`, `{}`, ",", `]}`),
		"large missing":       numbered(size, `{"nodes":[{`, `"x%d":1`, `}]}`),
		"missing in missing":  `{"nodes":[` + strings.Repeat(`{"Next":`, 400) + numbered(size, `{`, `"x%d":1`, `}`) + strings.Repeat("}", 400) + `]}`,
		"bad tags":            repeated(size, `{"pets":[`, `{"type":"cow"}`, ",", `]}`),
		"large tag":           `{"pets":[{"type":` + repeated(size, `[`, `1`, ",", `]`) + `}]}`,
		"invalid values":      repeated(size, `{"slots":[`, `{"starts":2,"ends":1}`, ",", `]}`),
		"not unique":          numbered(size, `{"unique":[`, `"%d"`, `,"1"]}`),
		"broken at the end":   repeated(size, `{"tags":[`, `"é"`, ",", `]`),
		"open text":           `{"name":"` + strings.Repeat("é", size/2),
		"white space":         strings.Repeat(" ", size),
		"UTF-16":              "\xff\xfe" + strings.Repeat("[\x00", size/2),
		"a text":              `"` + strings.Repeat("a", size) + `"`,
		"a secret":            repeated(size, `[`, `{"secret":"x"}`, ",", `]`),
	}
}

// answer serves one body and takes the time.
func answer(t testing.TB, body string) (*httptest.ResponseRecorder, time.Duration) {
	t.Helper()
	handler := reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		_, err := request.Decode[hostile](r)
		if err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	w := httptest.NewRecorder()
	r := post(body)
	start := time.Now()
	handler.ServeHTTP(w, r)
	return w, time.Since(start)
}

// TestHostileBodies checks what an answer to a lot of mischief is, not how
// long it takes: that is what BenchmarkHostileBodies shows.
func TestHostileBodies(t *testing.T) {
	t.Parallel()

	for name, body := range hostileBodies(1 << 18) {
		w, _ := answer(t, body)
		switch w.Code {
		case http.StatusNoContent, http.StatusBadRequest, http.StatusUnprocessableEntity:
		default:
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
		}
		require.Less(t, w.Body.Len(), 3<<20, name)
		require.LessOrEqual(t, strings.Count(w.Body.String(), `"loc":`), 1000, name)
		require.NotContains(t, w.Body.String(), `"secret":"x"`, name)
	}
}

// BenchmarkHostileBodies is to be read beside its line "valid": no other may
// take more than three times as long.
func BenchmarkHostileBodies(b *testing.B) {
	for name, body := range hostileBodies(1 << 20) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				answer(b, body)
			}
		})
	}
}

func TestBodyLimits(t *testing.T) {
	t.Parallel()

	exact := `"` + strings.Repeat("a", request.MaxBodySize-2) + `"`
	_, err := request.Decode[string](post(exact))
	require.NoError(t, err)
	for _, known := range []bool{true, false} {
		r := post(exact + " ")
		if !known {
			r.ContentLength = -1
		}
		_, err = request.Decode[string](r)
		require.ErrorIs(t, err, errors.RequestBodyTooLarge)
	}

	r := post(`{"name":"abcdefgh"}`)
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 5)
	_, err = request.Decode[hostile](r)
	require.ErrorIs(t, err, errors.RequestBodyTooLarge)

	_, err = request.Decode[any](post(strings.Repeat("[", 500) + strings.Repeat("]", 500)))
	require.NoError(t, err)
	_, err = request.Decode[any](post(strings.Repeat("[", 501) + strings.Repeat("]", 501)))
	require.ErrorIs(t, err, errors.BadRequest)
	_, err = request.Decode[any](post(strings.Repeat("1", 4300)))
	require.NoError(t, err)
	_, err = request.Decode[any](post("-" + strings.Repeat("1", 4301)))
	require.ErrorIs(t, err, errors.BadRequest)

	r = post("")
	r.Body = http.NoBody
	_, err = request.Decode[hostile](r)
	require.Equal(t, []string{`missing ["body"] null`}, reported(t, err))

	broken := httptest.NewRequest(http.MethodPost, "/", &brokenReader{})
	_, err = request.Decode[hostile](broken)
	require.ErrorIs(t, err, errors.BadRequest)
}

type brokenReader struct{ bytes.Buffer }

func (*brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
