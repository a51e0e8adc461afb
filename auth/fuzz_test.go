package auth_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
)

func seeds(f *testing.F, name string, add func(value string)) {
	f.Helper()
	for _, v := range readVectors(f) {
		for _, line := range v.Lines {
			header, value, _ := strings.Cut(latin1(line), ":")
			if strings.EqualFold(header, name) {
				add(strings.TrimSpace(value))
			}
		}
	}
}

var wellFormed = regexp.MustCompile(`^(?i:bearer) +[A-Za-z0-9._~+/-]+=*$`)

func FuzzAuthorization(f *testing.F) {
	seeds(f, "Authorization", func(value string) { f.Add(value) })
	f.Fuzz(func(t *testing.T, value string) {
		got := auth.ParseAuthorization([]string{value})
		trimmed := strings.Trim(value, " \t")
		switch {
		case got.Cookie:
			t.Fatal("a header became a cookie")
		case got.Nothing && (got.Token != "" || got.Problem != ""):
			t.Fatalf("nothing, with %+v", got)
		case got.Token != "" && (got.Problem != "" || !strings.HasSuffix(trimmed, got.Token) || strings.ContainsAny(got.Token, " \t,\"\x00")):
			t.Fatalf("%q gave the token %q, problem %q", value, got.Token, got.Problem)
		case !got.Nothing && (got.Token == "") == (got.Problem == ""):
			t.Fatalf("%q is neither a token nor a problem, or both: %+v", value, got)
		}
		if wellFormed.MatchString(trimmed) && len(trimmed) < 16<<10 && got.Token == "" {
			t.Fatalf("%q has a token that was not found", value)
		}
		if !wellFormed.MatchString(trimmed) && got.Token != "" {
			t.Fatalf("%q gave the token %q", value, got.Token)
		}
		// What begins as Bearer never counts as nothing.
		if fields := strings.FieldsFunc(trimmed, func(r rune) bool { return r == ' ' }); len(fields) > 0 && strings.EqualFold(fields[0], "bearer") && got.Nothing {
			t.Fatalf("%q counts as nothing", value)
		}
		if both := auth.ParseAuthorization([]string{value, value}); both.Problem != audit.ReasonSeveralHeaders {
			t.Fatalf("two headers gave %+v", both)
		}
	})
}

func FuzzCookie(f *testing.F) {
	seeds(f, "Cookie", func(value string) { f.Add(value, "") })
	f.Add("s=1; s=2", "s=3")
	f.Add(strings.Repeat("a=b; ", 3001), "s=1")
	f.Fuzz(func(t *testing.T, first, second string) {
		const name = "__Host-shop_session"
		header := http.Header{"Cookie": {first, second}}
		got := auth.ChooseCookie(header, name)
		values := map[string]bool{}
		for _, c := range (&http.Request{Header: header}).CookiesNamed(name) {
			if strings.TrimSpace(c.Value) != "" {
				values[c.Value] = true
			}
		}
		switch len(values) {
		case 0:
			if !got.Nothing {
				t.Fatalf("no cookie gave %+v", got)
			}
		case 1:
			if got.Nothing || !got.Cookie || got.Problem != "" || !values[got.Token] {
				t.Fatalf("one cookie gave %+v", got)
			}
		default:
			if got.Problem != audit.ReasonAmbiguousCookie || got.Token != "" {
				t.Fatalf("%d values gave %+v", len(values), got)
			}
		}
	})
}

// FuzzToken changes a valid token at one place: whatever is put there, it is
// not valid any more.
func FuzzToken(f *testing.F) {
	f.Add(0, byte('S'), "shop_pat_")
	f.Add(9, byte('0'), "")
	f.Add(30, byte(0), "shop_oat_")
	f.Add(51, byte(0xff), "x")
	f.Fuzz(func(t *testing.T, at int, with byte, garbage string) {
		const prefix = "shop_pat_"
		valid := auth.NewToken(prefix)
		if problem := auth.CheckToken(prefix, valid); problem != "" || len(valid) != len(prefix)+43 {
			t.Fatalf("a new token is refused: %s", problem)
		}
		body := len(valid) - len(prefix)
		at = len(prefix) + ((at%body)+body)%body
		if with != valid[at] {
			changed := valid[:at] + string([]byte{with}) + valid[at+1:]
			if auth.CheckToken(prefix, changed) == "" {
				t.Fatalf("%q is accepted with byte %d changed to %q", valid, at, with)
			}
		}
		if auth.CheckToken("shop_oat_", "shop_oat_"+valid[len(prefix):]) == "" {
			t.Fatalf("%q is accepted under another prefix", valid)
		}
		for _, other := range []string{valid + garbage, prefix + garbage, prefix + garbage + valid[len(prefix):]} {
			if other != valid && len(other) != len(valid) && auth.CheckToken(prefix, other) == "" {
				t.Fatalf("%q is accepted", other)
			}
		}
	})
}

var challengeForm = regexp.MustCompile(`^Bearer realm="([^"\\]*)"(?:, error="([^"\\]+)")?(?:, error_description="([^"\\]+)")?(?:, scope="([^"\\]+)")?$`)

// FuzzChallenge parses the header back: what was put in comes out, apart from
// what cannot stand there.
func FuzzChallenge(f *testing.F) {
	f.Add("shop", "invalid_token", "The credential is invalid", "")
	f.Add(`a"b`, `x\`, "\r\nSet-Cookie: a=b", "customers:read customers:write")
	f.Add("", "", "", `", error="none`)
	f.Fuzz(func(t *testing.T, realm, code, description, scope string) {
		header := auth.Challenge(realm, code, description, scope)
		parts := challengeForm.FindStringSubmatch(header)
		if parts == nil {
			t.Fatalf("%q does not parse", header)
		}
		for i, value := range []string{realm, code, description, scope} {
			if got := parts[i+1]; len(got) != len(value) {
				t.Fatalf("%q became %q", value, got)
			} else if clean(value) != got {
				t.Fatalf("%q became %q, want %q", value, got, clean(value))
			}
		}
		for i := range len(header) {
			if header[i] < ' ' || header[i] > '~' {
				t.Fatalf("%q holds the byte %#x", header, header[i])
			}
		}
	})
}

func clean(value string) string {
	out := []byte(value)
	for i, c := range out {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			out[i] = '?'
		}
	}
	return string(out)
}

func FuzzScopes(f *testing.F) {
	for _, seed := range []string{"customers:read", "customers:read customers:write", "customers:read,orders:read", " , ", "*", "Customers:read", "customers:read\x00", "customers:", "customers::read"} {
		f.Add(seed)
	}
	open := auth.NewRegistry("shop", auth.PersonalAccessToken)
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range []*auth.Registry{registry, open} {
			scopes, err := k.ParseScopes(text)
			if err != nil {
				if scopes != nil {
					t.Fatalf("%q gave %q and an error", text, scopes)
				}
				continue
			}
			seen := map[credential.Scope]bool{}
			var parts []string
			for _, scope := range scopes {
				if scope == "" || seen[scope] || strings.ContainsAny(string(scope), "\" \\,\t\n") {
					t.Fatalf("%q gave %q", text, scopes)
				}
				seen[scope] = true
				parts = append(parts, string(scope))
			}
			again, err := k.ParseScopes(strings.Join(parts, " "))
			if err != nil || len(again) != len(scopes) {
				t.Fatalf("%q gave %q, which gave %q, %v", text, scopes, again, err)
			}
		}
	})
}

// FuzzOrigin holds the origins that are taken to their form: a scheme, a host, a
// port, and no way to name another host than the one that is compared.
func FuzzOrigin(f *testing.F) {
	for _, text := range []string{
		"https://shop.example.com", "HTTP://SHOP.example.com:80", "https://[::1]:8443", "http://evil@host", "null", "http://host/", "http://host:", "http://h%6fst", "http:host",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := auth.ParseOrigin(text)
		if !ok {
			return
		}
		scheme, host, found := strings.Cut(got, "://")
		if !found || scheme == "" || host == "" || strings.ContainsAny(host, "/?#@\\ ") || got != strings.ToLower(got) {
			t.Fatalf("%q is taken as %q", text, got)
		}
		if again, ok := auth.ParseOrigin(got); !ok || again != got {
			t.Fatalf("%q is %q, and that is %q", text, got, again)
		}
		if !strings.HasPrefix(strings.ToLower(text), got) {
			t.Fatalf("%q is taken as %q", text, got)
		}
	})
}
