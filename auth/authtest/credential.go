package authtest

import (
	"net/http"

	"github.com/polarkit-go/polarkit/auth"
)

// Credential is what a request carries that says who sends it; a kittest.Client
// takes it with As. The zero value is no credential.
type Credential struct {
	name   string
	header http.Header
	issued auth.Issued
}

// Bearer is a token. The name is for messages.
func Bearer(name, token string) Credential {
	return Credential{name: name, header: http.Header{"Authorization": {"Bearer " + token}}}
}

// Cookie is a cookie, such as that of a session. The name is for messages.
func Cookie(name, cookie, value string) Credential {
	return Credential{name: name, header: http.Header{"Cookie": {cookie + "=" + value}}}
}

// With is the credential with one more header line, such as one that browsers
// send beside a cookie.
func (c Credential) With(name, value string) Credential {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Add(name, value)
	return c
}

// AddTo adds the header lines of the credential to those of a request.
func (c Credential) AddTo(header http.Header) {
	for name, values := range c.header {
		for _, value := range values {
			header.Add(name, value)
		}
	}
}

// IsZero reports whether it is no credential.
func (c Credential) IsZero() bool { return c.header == nil }

// Issued is the credential as a [World] issued it.
func (c Credential) Issued() auth.Issued { return c.issued }

// String is the name, without the secret.
func (c Credential) String() string {
	if c.name == "" {
		return "nobody"
	}
	return c.name
}

func (c Credential) of(issued auth.Issued) Credential {
	c.issued = issued
	return c
}
