package websession

import "github.com/polarkit-go/polarkit/kit"

// WebSessionCreate is what a user signs in with.
type WebSessionCreate struct {
	kit.Schema `doc:"What a user signs in with."`

	Email    string `json:"email"    validate:"email" doc:"The email address of the user." example:"owner@acme.example.com"`
	Password string `json:"password" validate:"min=1,max=1024" sensitive:"true" doc:"The password of the user." example:"demonstration only"`
}
