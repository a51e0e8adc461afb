package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit/request"
)

type login struct {
	Username string       `form:"username" validate:"min=2,max=10" json:"username"`
	Age      big.Int      `form:"age" validate:"gte=0" json:"age"`
	Remember bool         `form:"remember" default:"false" json:"remember"`
	Nick     *string      `form:"nick" default:"null" json:"nick"`
	Scope    []string     `form:"scope" default:"[]" json:"scope"`
	Kinds    *[]eventKind `form:"kind" default:"null" json:"kinds"`
}

var _ = theme("logins", request.Bind[login])

var _ = except("a form that is UTF-8 is read as such; Starlette reads it as Latin-1", "logins/body/023")
