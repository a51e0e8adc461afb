package auth

import (
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/auth/credential"
)

// Permission is something that a user's role in an organization allows, such as
// "customers:manage". The application's [Memberships] give it a meaning.
type Permission string

// Condition is one condition of a [Requirement] besides the kind of subject.
type Condition interface{ apply(*conditions) }

type conditions struct {
	anyOf      []credential.Scope
	allOf      []credential.Scope
	noScope    string
	webSession bool
	freshness  time.Duration
	permission Permission
	problems   []string
}

type condition func(*conditions)

func (c condition) apply(to *conditions) { c(to) }

// AnyScope requires at least one of the scopes.
func AnyScope(scopes ...credential.Scope) Condition {
	return condition(func(c *conditions) {
		c.anyOf = append(c.anyOf, scopes...)
		if len(scopes) == 0 {
			c.problems = append(c.problems, "AnyScope names no scope")
		}
	})
}

// AllScopes requires every one of the scopes.
func AllScopes(scopes ...credential.Scope) Condition {
	return condition(func(c *conditions) {
		c.allOf = append(c.allOf, scopes...)
		if len(scopes) == 0 {
			c.problems = append(c.problems, "AllScopes names no scope")
		}
	})
}

// NoScope requires no scope: any living credential of the right type is enough.
// The reason is for the readers of the code.
func NoScope(why string) Condition {
	return condition(func(c *conditions) {
		c.noScope = why
		if strings.TrimSpace(why) == "" {
			c.problems = append(c.problems, "NoScope does not say why")
		}
	})
}

// WebSessionOnly requires a web session: an API token answers 403.
func WebSessionOnly() Condition {
	return condition(func(c *conditions) { c.webSession = true })
}

// Fresh requires a web session whose sign-in was less than this time ago. It
// implies [WebSessionOnly].
func Fresh(within time.Duration) Condition {
	return condition(func(c *conditions) {
		c.webSession, c.freshness = true, within
		if within <= 0 {
			c.problems = append(c.problems, "Fresh needs a duration above zero")
		}
	})
}

// WithPermission requires that a user's role allows something: what
// [AuthSubject.Reach], Own and Permit answer is narrowed to organizations where it does.
func WithPermission(permission Permission) Condition {
	return condition(func(c *conditions) {
		c.permission = permission
		if permission == "" {
			c.problems = append(c.problems, "WithPermission names no permission")
		}
	})
}
