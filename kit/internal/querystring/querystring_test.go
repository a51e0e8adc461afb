package querystring_test

import (
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

func TestParse(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		query, name string
		want        []string
	}{
		{"a=1&b=2&a=3", "a", []string{"1", "3"}},
		{"a=1;b=2", "a", []string{"1;b=2"}},
		{"&&a&&", "a", []string{""}},
		{"=x", "", []string{"x"}},
		{"a=%zz%2", "a", []string{"%zz%2"}},
		{"a=%E9%E9", "a", []string{"\uFFFD\uFFFD"}},
		{"a=%E2%82x%F0%9F%98", "a", []string{"\uFFFDx\uFFFD"}},
		{"a=%ED%A0%80", "a", []string{"\uFFFD\uFFFD\uFFFD"}},
		{"a=1=2+%2B", "a", []string{"1=2 +"}},
		{"%61=b", "a", []string{"b"}},
		{"a=1", "b", nil},
	} {
		q := querystring.Parse(c.query)
		require.Equal(t, c.want, q.All(c.name), c.query)
	}
}

// FuzzParse holds the reader against net/url, where that reads the query
// without an error and the bytes are UTF-8.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a=1&b=%20+&a=%C3%A9", "&=;", "a=%zz", "%E2%82"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q := querystring.Parse(raw)
		want, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		for name, values := range want {
			for i, value := range values {
				if utf8.ValidString(name) && utf8.ValidString(value) {
					got := q.All(name)
					if len(got) <= i || got[i] != value {
						t.Fatalf("%q: %q is %q, net/url has %q", raw, name, got, values)
					}
				}
			}
		}
	})
}
