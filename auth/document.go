package auth

import (
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

func (q *Requirement[S]) describe() string {
	var names []string
	for _, typ := range q.takes {
		if name := string(typ.subject.kind); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	text := strings.Join(names, "|")
	switch {
	case len(q.c.anyOf) > 0:
		text += " any(" + joinScopes(q.c.anyOf) + ")"
	case len(q.c.allOf) > 0:
		text += " all(" + joinScopes(q.c.allOf) + ")"
	}
	if q.c.webSession {
		text += " web_session"
	}
	if q.c.freshness > 0 {
		text += " fresh(" + q.c.freshness.String() + ")"
	}
	if q.c.permission != "" {
		text += " permission(" + string(q.c.permission) + ")"
	}
	return text
}

// String describes the requirement in one line, as decisions hold it:
// "user|organization any(customers:read customers:write)".
func (q *Requirement[S]) String() string {
	if q == nil || q.registry == nil {
		return "nobody"
	}
	return q.text
}

// Security describes the requirement in an API's document: one alternative for
// each type of credential and, with [AnyScope], for each scope. Where anonymous
// callers are accepted too, the zero alternative is among them.
func (q *Requirement[S]) Security() openapi.Security {
	if q == nil || q.registry == nil {
		return openapi.Security{}
	}
	s := openapi.Security{Source: q.registry}
	for _, typ := range q.takes {
		if typ.place == nowhere {
			s.Alternatives = append(s.Alternatives, openapi.SecurityAlternative{})
			continue
		}
		if q.c.webSession && typ.place != cookie {
			continue
		}
		alternative := openapi.SecurityAlternative{Name: typ.name, Scheme: typ.scheme()}
		switch {
		case len(q.c.anyOf) > 0:
			for _, scope := range q.c.anyOf {
				alternative.Scopes = []string{string(scope)}
				s.Alternatives = append(s.Alternatives, alternative)
			}
			continue
		case len(q.c.allOf) > 0:
			alternative.Scopes = strings.Split(joinScopes(q.c.allOf), " ")
		}
		s.Alternatives = append(s.Alternatives, alternative)
	}
	return s
}

func (t *CredentialType) scheme() openapi.SecurityScheme {
	if t.place == cookie {
		return openapi.SecurityScheme{Type: "apiKey", In: "cookie", Name: t.cookie, Description: t.description}
	}
	scheme := openapi.SecurityScheme{Type: "http", Scheme: "bearer", Description: t.description}
	if t.prefix != "" {
		scheme.BearerFormat = t.prefix + "…"
	}
	return scheme
}

// Fails are the kinds of error that a request of the requirement may be answered
// with, for an API's document. Two of them do not depend on the requirement:
// errors.BadRequest is for two Authorization headers, errors.ServiceUnavailable for
// a store that cannot answer. [TooManyFailures] is always among them, because a
// requirement does not know whether [Config.Failures] is set. Other kinds that a
// [Failures] hook returns are not: name them with api.Fails.
func (q *Requirement[S]) Fails() []*errors.Kind {
	if q == nil || q.registry == nil {
		return nil
	}
	fails := []*errors.Kind{errors.BadRequest, errors.Unauthorized, InvalidToken}
	if q.c.noScope == "" {
		fails = append(fails, InsufficientScope)
	}
	if q.c.webSession {
		fails = append(fails, WebSessionRequired)
	}
	if q.c.freshness > 0 {
		fails = append(fails, SessionNotFresh)
	}
	if q.registry.session != nil && slices.Contains(q.takes, q.registry.session) {
		fails = append(fails, CrossOrigin)
	}
	if q.c.permission != "" {
		fails = append(fails, errors.NotPermitted)
	}
	return append(fails, TooManyFailures, errors.ServiceUnavailable)
}
