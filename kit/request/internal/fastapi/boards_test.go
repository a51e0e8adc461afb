package fastapi

import (
	"math/big"
	"net/http"

	"github.com/polarkit-go/polarkit/kit/request"
)

type memo struct {
	Name  string         `json:"name"`
	Size  int            `json:"size" default:"1"`
	Extra map[string]any `json:"-"    extra:"allow"`
}

type board struct {
	Memo  memo               `json:"memo"`
	Memos []memo             `json:"memos" default:"[]"`
	Extra map[string]big.Int `json:"-"     extra:"allow"`
}

var _ = theme("boards", func(r *http.Request) (*board, error) {
	b, err := request.Decode[board](r)
	return &b, err
})
