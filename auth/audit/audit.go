// Package audit holds what an audit log records.
//
// A [Decision] is one answer of a requirement, with its reason. The field Audit of
// auth.Config receives it. An [Action] is one use of credentials by the program
// itself. The hook of auth.Issuer.Audited receives it.
//
//	auth.Config{…, Audit: audit.Log(logger)}
//	issuer = issuer.Audited(audit.LogActions(logger))
package audit

import (
	"context"
	"log/slog"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
)

// Decision is one answer of a requirement. It holds no secret.
type Decision struct {
	// Method and Route are those of the request. Route is the pattern that matched,
	// or the path where the router sets no pattern.
	Method, Route string
	// Requirement describes what was required, as the String method of
	// auth.Requirement does.
	Requirement string
	// Subject is the subject of the credential. It is zero where it is not known.
	Subject credential.SubjectRef
	// CredentialID and CredentialType identify the credential. They are zero where
	// none was found.
	CredentialID   uuid.UUID
	CredentialType string
	Outcome        Outcome
	Reason         Reason
}

// LogValue returns the decision as a group, for log/slog.
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

// Outcome is the result of a [Decision].
type Outcome string

// The outcomes of a decision.
const (
	// Granted: the requirement allowed the request.
	Granted Outcome = "granted"
	// Refused: the answer was 400, 401 or 403, or the one of an auth.Failures hook.
	Refused Outcome = "refused"
	// Undecided: it was not known who is calling. The answer was 500 or 503.
	Undecided Outcome = "undecided"
)

// Reason says why a decision has its outcome. Reasons are for logs and hooks.
// Clients do not see them.
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

// Log returns an audit hook that writes decisions to a logger: granted ones at
// debug level, refused ones at info, undecided ones at warn. Nil is slog.Default.
func Log(logger *slog.Logger) func(context.Context, Decision) {
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
