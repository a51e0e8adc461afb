package fastapi

import (
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type mapKind string

// Values are the kinds.
func (mapKind) Values() []mapKind { return []mapKind{"created", "paid", "refunded"} }

type mapLevel int

// Values are the levels.
func (mapLevel) Values() []mapLevel { return []mapLevel{1, 2} }

type mapsBody struct {
	Limits   map[string]int               `json:"limits"    validate:"max=3,dive,keys,min=1,max=4,endkeys" key_pattern:"^[a-z]+$"`
	ByKind   map[mapKind]int              `json:"by_kind"   default:"{}"`
	ByNumber map[int64]string             `json:"by_number" default:"{}"`
	ByLevel  map[mapLevel]int             `json:"by_level"  default:"{}" validate:"dive,min=0"`
	Tags     kit.Set[string]              `json:"tags"      default:"[]" validate:"max=2"`
	Groups   map[string]map[mapKind][]int `json:"groups"    default:"{}" validate:"dive,keys,min=1,max=4,endkeys" key_pattern:"^[a-z]+$"`
}

var (
	_ = theme("maps", request.Decode[mapsBody])
	_ = except("a key that is an integer of more than 64 bits is out of the range of its type", "maps/field/035")
)
