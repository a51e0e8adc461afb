package fastapi

import (
	"math/big"
	"time"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type (
	anyWord     any // str | int | bool
	numberFirst any // int | str
	moment      any // datetime | "now"
	owner       any // UUID4 | "unset"
	ports       any // int | list[int]
	ratio       any // float | int
	flagFirst   any // bool | int
	names       any // list[str] | str
	short       any // a short str | an int from 10 on
	inOrder     any // str | int, left to right
	value       any // int | bool | str
)

var (
	_ = kit.DefineSmartUnion[anyWord]("", big.Int{}, false)
	_ = kit.DefineSmartUnion[numberFirst](big.Int{}, "")
	_ = kit.DefineSmartUnion[moment](time.Time{}).Ruled(`validate:"oneof=now"`, "")
	_ = kit.DefineSmartUnion[owner]().Ruled(`validate:"uuid4"`, "").Ruled(`validate:"oneof=unset"`, "")
	_ = kit.DefineSmartUnion[ports](big.Int{}, []big.Int{})
	_ = kit.DefineSmartUnion[ratio](0.0, big.Int{})
	_ = kit.DefineSmartUnion[flagFirst](false, big.Int{})
	_ = kit.DefineSmartUnion[names]([]string{}, "")
	_ = kit.DefineSmartUnion[short]().Ruled(`validate:"max=3"`, "").Ruled(`validate:"gte=10"`, big.Int{})
	_ = kit.DefineOrderedUnion[inOrder]("", big.Int{})
	_ = kit.DefineSmartUnion[value](big.Int{}, false, "")
)

type settings struct {
	AnyWord     anyWord          `json:"any_word" default:"\"x\""`
	NumberFirst numberFirst      `json:"number_first" default:"0"`
	When        moment           `json:"when" default:"\"now\""`
	Owner       owner            `json:"owner" default:"\"unset\""`
	Ports       ports            `json:"ports" default:"80"`
	Ratio       *ratio           `json:"ratio" default:"null"`
	FlagFirst   *flagFirst       `json:"flag_first" default:"null"`
	Names       *names           `json:"names" default:"null"`
	Short       *short           `json:"short" default:"null"`
	Ordered     *inOrder         `json:"ordered" default:"null"`
	Values      map[string]value `json:"values" default:"{}"`
}

var _ = theme("settings", request.Decode[settings])
