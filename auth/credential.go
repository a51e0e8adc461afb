package auth

import (
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// death says why a credential is dead at a time. It is empty while the credential
// lives. A web session is also dead after the idle time; zero is no idle time.
func death(c *credential.Credential, now time.Time, idle time.Duration) audit.Reason {
	switch {
	case c.ID == uuid.Nil || c.Subject.IsZero():
		return audit.ReasonUnknownToken
	case c.RevokedAt != nil:
		return audit.ReasonRevoked
	case c.ExpiresAt != nil && !now.Before(*c.ExpiresAt):
		return audit.ReasonExpired
	case c.SubjectGone:
		return audit.ReasonSubjectGone
	}
	if idle > 0 {
		active := c.CreatedAt
		if c.LastUsedAt != nil && c.LastUsedAt.After(active) {
			active = *c.LastUsedAt
		}
		if !now.Before(active.Add(idle)) {
			return audit.ReasonIdle
		}
	}
	return ""
}
