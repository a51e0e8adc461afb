package fastapi

import (
	"math/big"
	"net/http"

	"github.com/polarkit-go/polarkit/kit/request"
)

type profile struct {
	UserID  int      `json:"user_id" alias:"userId,uid,user_id"`
	Display string   `json:"display" alias:"displayName,display"  validate:"min=2"`
	Email   *string  `json:"email"   alias:"contactEmail,email"   default:"null"`
	Labels  []string `json:"labels"  alias:"tags,labels"          default:"[]"`
}

type legacy struct {
	Ident   big.Int  `json:"ident"   alias:"id,number,meta.id"`
	Title   string   `json:"title"   alias:"name"`
	City    *string  `json:"city"    alias:"address.city"      default:"null"`
	Profile *profile `json:"profile" default:"null"`
}

var (
	_ = theme("profiles", request.Decode[profile])
	_ = theme("legacies", func(r *http.Request) (*legacy, error) {
		l, err := request.Decode[legacy](r)
		return &l, err
	})
)
