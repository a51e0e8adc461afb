package fastapi

import (
	"math/big"
	"net/http"

	"github.com/polarkit-go/polarkit/kit/request"
)

type tokenForm struct {
	_ struct{} `extra:"forbid"`

	Grant   string   `json:"grant" validate:"oneof=code refresh"`
	Client  string   `json:"client" validate:"min=1"`
	Seconds *big.Int `json:"seconds" default:"null"`
	Scopes  []string `json:"scopes" default:"[]"`
}

type tokenRequest struct{ Form tokenForm }

var _ = theme("tokens", func(r *http.Request) (tokenForm, error) {
	in, err := request.Bind[tokenRequest](r)
	return in.Form, err
})
