package auth

import "strings"

// challenge builds a WWW-Authenticate header (RFC 6750, section 3): the realm,
// then the attributes that are not empty, always in the order error,
// error_description, scope.
func challenge(realm, code, description, scope string) string {
	var b strings.Builder
	b.Grow(len(`Bearer realm="", error="", error_description="", scope=""`) + len(realm) + len(code) + len(description) + len(scope))
	b.WriteString("Bearer ")
	attribute(&b, "realm", realm)
	for _, a := range [...]struct{ name, value string }{{"error", code}, {"error_description", description}, {"scope", scope}} {
		if a.value != "" {
			b.WriteString(", ")
			attribute(&b, a.name, a.value)
		}
	}
	return b.String()
}

// attribute writes a quoted-string. A question mark replaces each character that
// RFC 6750 does not allow inside one (quotes, backslashes, control characters,
// anything beyond ASCII), so that no value can end the string or the header.
func attribute(b *strings.Builder, name, value string) {
	b.WriteString(name)
	b.WriteString(`="`)
	for i := range len(value) {
		c := value[i]
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			c = '?'
		}
		b.WriteByte(c)
	}
	b.WriteByte('"')
}
