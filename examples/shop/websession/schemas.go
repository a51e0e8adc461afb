package websession

import (
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
)

// WebSession is a user's session in a browser. Its secret is in the cookie alone.
type WebSession struct {
	kit.TimestampedSchema `doc:"The session of a user who signed in with a browser."`

	ID        uuid.UUID `json:"id"         doc:"The ID of the session." example:"6c2f7b84-4f0e-4c53-a0c0-8a0a4f6b8f6e"`
	UserID    uuid.UUID `json:"user_id"    doc:"The ID of the user." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	ExpiresAt time.Time `json:"expires_at" doc:"When the session ends." example:"2025-02-02T13:37:00Z"`
}

// WebSessionCreate is what a user signs in with.
type WebSessionCreate struct {
	kit.Schema `doc:"What a user signs in with."`

	Email    string `json:"email"    validate:"email" doc:"The email address of the user." example:"owner@acme.example.com"`
	Password string `json:"password" validate:"min=1,max=72" sensitive:"true" doc:"The password of the user." example:"demonstration only"`
}
