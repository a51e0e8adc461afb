package audit

import (
	"context"
	"log/slog"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
)

// Action is one use of credentials by the program itself: one call of a method
// of auth.Credentials that auth.Issuer.System made. A caller's own uses are not
// actions. An action holds no secret.
type Action struct {
	// Verb is what the program did.
	Verb Verb
	// Why is the reason that auth.Issuer.System was given.
	Why string
	// Subject is the subject of the credentials. It is zero for all subjects.
	Subject credential.SubjectRef
	// CredentialID and CredentialType identify the credential: the one that was
	// issued, the one that was replaced, or the one that the call selects. They are
	// zero where the call selects by less.
	CredentialID   uuid.UUID
	CredentialType string
	// Count is how many credentials were issued, listed, replaced or revoked.
	Count int
	// Err is why the action failed. It is nil where it did not.
	Err error
}

// Verb is what a program does with credentials.
type Verb string

// The verbs of an [Action].
const (
	Issue  Verb = "issue"
	List   Verb = "list"
	Rotate Verb = "rotate"
	Revoke Verb = "revoke"
)

// LogValue returns the action as a group, for log/slog.
func (a Action) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("verb", string(a.Verb)),
		slog.String("why", a.Why),
		slog.String("subject", a.Subject.String()),
		slog.Int("count", a.Count),
	}
	if a.Subject.IsZero() {
		attrs[2] = slog.String("subject", "all")
	}
	if a.CredentialType != "" {
		attrs = append(attrs, slog.String("credential_type", a.CredentialType))
	}
	if a.CredentialID != uuid.Nil {
		attrs = append(attrs, slog.String("credential", a.CredentialID.String()))
	}
	if a.Err != nil {
		attrs = append(attrs, slog.Any("error", a.Err))
	}
	return slog.GroupValue(attrs...)
}

// LogActions returns a hook for auth.Issuer.Audited that writes actions to a
// logger: at info level, and those that failed at warn. Nil is slog.Default.
func LogActions(logger *slog.Logger) func(context.Context, Action) {
	return func(ctx context.Context, a Action) {
		to := logger
		if to == nil {
			to = slog.Default()
		}
		level := slog.LevelInfo
		if a.Err != nil {
			level = slog.LevelWarn
		}
		to.LogAttrs(ctx, level, "credentials used by the program", slog.Any("action", a))
	}
}
