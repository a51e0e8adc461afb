package auth

import (
	"net/http"

	"github.com/polarkit-go/polarkit/auth/audit"
)

// For the fuzz targets, whose subjects are not exported.

type Sent struct {
	Nothing, Cookie bool
	Token           string
	Problem         audit.Reason
}

func exported(s sent) Sent {
	return Sent{Nothing: s.place == nowhere, Cookie: s.place == cookie, Token: s.token, Problem: s.problem}
}

func ParseAuthorization(values []string) Sent { return exported(parseAuthorization(values)) }

func ChooseCookie(header http.Header, name string) Sent { return exported(chooseCookie(header, name)) }

func Challenge(realm, code, description, scope string) string {
	return challenge(realm, code, description, scope)
}

func NewToken(prefix string) string { return newToken(prefix) }

func CheckToken(prefix, token string) audit.Reason { return checkToken(prefix, token) }

func (a *Authenticator) RecentUses() int {
	a.uses.mu.Lock()
	defer a.uses.mu.Unlock()
	return len(a.uses.recent)
}

// ParseOrigin is an origin as it is compared; false for what is none.
func ParseOrigin(text string) (string, bool) {
	o, ok := parseOrigin(text)
	return o.String(), ok
}
