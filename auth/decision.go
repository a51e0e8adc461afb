package auth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/google/uuid"
)

// Outcome is how a [Decision] went.
type Outcome string

// The outcomes of a decision.
const (
	// Granted let the request in.
	Granted Outcome = "granted"
	// Refused answered 400, 401, 403, or what a [Failures] hook answered.
	Refused Outcome = "refused"
	// Undecided could not tell, and let nobody in: 500 or 503.
	Undecided Outcome = "undecided"
)

// Reason says why a decision went as it did. Reasons are for logs and hooks:
// clients are not told them.
type Reason string

// The reasons of decisions.
const ( //nolint:gosec // no credentials, but words for what is wrong with them
	ReasonGranted         Reason = "granted"
	ReasonNoCredential    Reason = "no_credential"
	ReasonSeveralHeaders  Reason = "several_authorization_headers"
	ReasonMalformedHeader Reason = "malformed_header"
	ReasonMalformedToken  Reason = "malformed_token"
	ReasonUnknownPrefix   Reason = "unknown_prefix"
	ReasonWrongPlace      Reason = "wrong_place"
	ReasonChecksum        Reason = "checksum"
	ReasonAmbiguousCookie Reason = "ambiguous_cookie"
	ReasonCrossOrigin     Reason = "cross_origin"
	ReasonTooManyFailures Reason = "too_many_failures"
	ReasonUnknownToken    Reason = "unknown_token"
	ReasonRevoked         Reason = "revoked"
	ReasonExpired         Reason = "expired"
	ReasonIdle            Reason = "idle"
	ReasonSubjectGone     Reason = "subject_gone"
	ReasonWrongSubject    Reason = "wrong_subject"
	ReasonNoWebSession    Reason = "web_session_required"
	ReasonScope           Reason = "insufficient_scope"
	ReasonNotFresh        Reason = "session_not_fresh"
	ReasonClientGone      Reason = "client_gone"
	ReasonUnavailable     Reason = "store_unavailable"
	ReasonBroken          Reason = "store_broken"
)

// Decision is one answer of a requirement, for the audit log. It holds no secret.
type Decision struct {
	// Method and Route are the request's; Route is the pattern that matched,
	// or the path where the router does not tell.
	Method, Route string
	// Requirement describes what was required.
	Requirement string
	// Subject is whom the credential stands for; zero where that is not known.
	Subject SubjectRef
	// CredentialID and CredentialType tell the credential; zero where none was found.
	CredentialID   uuid.UUID
	CredentialType string
	Outcome        Outcome
	Reason         Reason
}

func newDecision(r *http.Request, requirement string, p *principal, reason Reason) Decision {
	d := Decision{Method: r.Method, Route: r.Pattern, Requirement: requirement, Outcome: Refused, Reason: reason}
	if d.Route == "" {
		d.Route = r.URL.Path
	}
	if p != nil && p.credential != nil {
		d.Subject, d.CredentialID, d.CredentialType = p.credential.Subject, p.credential.ID, p.credential.Type
	}
	switch reason {
	case ReasonGranted:
		d.Outcome = Granted
	case ReasonUnavailable, ReasonBroken, ReasonClientGone:
		d.Outcome = Undecided
	}
	return d
}

// LogValue is the decision as a group, for log/slog.
func (d Decision) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("method", d.Method),
		slog.String("route", d.Route),
		slog.String("requirement", d.Requirement),
		slog.String("subject", d.Subject.String()),
		slog.String("outcome", string(d.Outcome)),
		slog.String("reason", string(d.Reason)),
	}
	if d.CredentialID != uuid.Nil {
		attrs = append(attrs, slog.String("credential", d.CredentialID.String()), slog.String("credential_type", d.CredentialType))
	}
	return slog.GroupValue(attrs...)
}

// LogDecisions is an audit hook that writes decisions to a logger (nil is
// slog.Default): granted ones at debug level, refused ones at info, undecided
// ones at warn.
func LogDecisions(logger *slog.Logger) func(context.Context, Decision) {
	return func(ctx context.Context, d Decision) {
		to := logger
		if to == nil {
			to = slog.Default()
		}
		level := slog.LevelInfo
		switch d.Outcome {
		case Granted:
			level = slog.LevelDebug
		case Undecided:
			level = slog.LevelWarn
		}
		to.LogAttrs(ctx, level, "auth decision", slog.Any("decision", d))
	}
}
