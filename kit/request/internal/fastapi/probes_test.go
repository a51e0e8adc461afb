package fastapi

import (
	"math/big"

	"github.com/polarkit-go/polarkit/kit/request"
)

type probe struct {
	XCount  big.Int   `header:"x-count" validate:"gte=1" json:"x_count"`
	XTag    *[]string `header:"x-tag" default:"null" json:"x_tag"`
	XNumber []big.Int `header:"x-number" default:"[]" validate:"max=2" json:"x_number"`
	IfMatch *string   `header:"if-match" default:"null" validate:"min=2" json:"if_match"`
	OddName *string   `header:"odd_name" default:"null" json:"odd_name"`
	Trace   string    `header:"X-Trace-ID" default:"none" json:"trace"`
}

var _ = theme("probes", request.Bind[probe])

var _ = except("a header that is UTF-8 is read as such; Starlette reads every header as Latin-1",
	"probes/field/015", "probes/twice/005", "probes/mixed/013", "probes/mixed/024")
