package fastapi

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/netip"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// The library has no type for null alone, addresses and literals of several types. These
// are types of an application that read themselves.
type (
	nothing  struct{}
	ipAddr   struct{ addr netip.Addr }
	jobMark  struct{ value any }
	jobLevel int
)

func (*nothing) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	return errors.NewRequestValidationError(errors.ValidationError{Type: "none_required", Msg: "Input should be None", Input: json.RawMessage(data)})
}

func (nothing) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func (a *ipAddr) UnmarshalJSON(data []byte) (err error) {
	var text string
	number, isNumber := new(big.Int).SetString(string(data), 10)
	switch {
	case string(data) == "true":
		a.addr = netip.AddrFrom4([4]byte{3: 1})
		return nil
	case string(data) == "false":
		a.addr = netip.AddrFrom4([4]byte{})
		return nil
	case isNumber && !bytes.HasPrefix(data, []byte("-")) && number.BitLen() <= 32:
		a.addr = netip.AddrFrom4([4]byte(number.FillBytes(make([]byte, 4))))
		return nil
	case isNumber && number.Sign() >= 0 && number.BitLen() <= 128:
		a.addr = netip.AddrFrom16([16]byte(number.FillBytes(make([]byte, 16))))
		return nil
	case json.Unmarshal(data, &text) == nil:
		a.addr, err = netip.ParseAddr(text)
	}
	if !a.addr.IsValid() || err != nil {
		return errors.NewRequestValidationError(errors.ValidationError{Type: "ip_any_address", Msg: "value is not a valid IPv4 or IPv6 address", Input: json.RawMessage(data)})
	}
	return nil
}

func (a ipAddr) MarshalJSON() ([]byte, error) { return json.Marshal(a.addr) }

func (m *jobMark) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"a"`, "1", "true", "null":
		return json.Unmarshal(data, &m.value)
	case "1.0": // the last of the values that are equal in Python
		m.value = true
		return nil
	}
	const expected = "'a', 1, True or None"
	return errors.NewRequestValidationError(errors.ValidationError{
		Type: "literal_error", Msg: "Input should be " + expected, Input: json.RawMessage(data), Ctx: errors.Ctx{{Name: "expected", Value: expected}},
	})
}

func (m jobMark) MarshalJSON() ([]byte, error) { return json.Marshal(m.value) }

func (jobLevel) Values() []jobLevel { return []jobLevel{1, 2} }

type job struct {
	Accepted bool          `json:"accepted" validate:"oneof=true"`
	Retired  nothing       `json:"retired"  default:"null"`
	Wait     kit.Duration  `json:"wait"`
	Pause    *kit.Duration `json:"pause"    default:"null"        validate:"gt=PT0S,lte=P7D"`
	Host     ipAddr        `json:"host"`
	Peers    []ipAddr      `json:"peers"    default:"[]"`
	Mark     jobMark       `json:"mark"     default:"\"a\""`
	Level    jobLevel      `json:"level"    default:"1"`
}

var _ = theme("jobs", request.Decode[job])
