package auth

import (
	"net/http"

	"github.com/polarkit-go/polarkit/auth/audit"
)

// newDecision is the decision of a requirement about a request. The principal is
// nil where none was found.
func newDecision(r *http.Request, requirement string, p *principal, reason audit.Reason) audit.Decision {
	d := audit.Decision{Method: r.Method, Route: r.Pattern, Requirement: requirement, Outcome: audit.Refused, Reason: reason}
	if d.Route == "" {
		d.Route = r.URL.Path
	}
	if p != nil && p.credential != nil {
		d.Subject, d.CredentialID, d.CredentialType = p.credential.Subject, p.credential.ID, p.credential.Type
	}
	switch reason {
	case audit.ReasonGranted:
		d.Outcome = audit.Granted
	case audit.ReasonUnavailable, audit.ReasonBroken, audit.ReasonClientGone:
		d.Outcome = audit.Undecided
	}
	return d
}
