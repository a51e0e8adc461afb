package fastapi

import (
	"math/big"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit/request"
)

type session struct {
	Token  uuid.UUID `cookie:"token" validate:"uuid4" json:"token"`
	Visits big.Int   `cookie:"visits" default:"0" validate:"gte=0" json:"visits"`
	Theme  *string   `cookie:"theme" default:"null" validate:"oneof=light dark" json:"theme"`
	Track  *string   `cookie:"_track" default:"null" validate:"max=4" json:"track"`
}

var _ = theme("sessions", request.Bind[session])

var _ = except("a cookie that is UTF-8 is read as such; Starlette reads every header as Latin-1",
	"sessions/field/030", "sessions/twice/007")
