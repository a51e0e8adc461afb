package pagination

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

const (
	// DefaultLimit is the size of a page for which a client names none.
	DefaultLimit = 10
	// MaxLimit is the largest size of a page; a larger limit is lowered to it
	// silently, as Polar does.
	MaxLimit = 100
)

// maxOffset bounds [Params.Offset]: beyond it there are no rows in any
// database, and adding a limit still does not overflow.
const maxOffset = 1 << 62

// Params are the query parameters page (from 1) and limit. It is embedded in a
// struct of parameters; tags on the embedded field change the limits of that
// endpoint:
//
//	type ListEvents struct {
//		pagination.Params `default_limit:"50" max_limit:"1000"`
//	}
//
// A value that is not a positive integer is a 422. A page beyond the end, no
// matter how far, is an empty page. The zero value is the first page with
// [DefaultLimit] items.
type Params struct {
	page, limit int64
}

var _ kit.Parameter = (*Params)(nil)

// NewParams makes params in Go. A page or limit below 1 means the default; there is
// no upper bound, as there is for clients.
func NewParams(page, limit int64) Params { return Params{page: max(page, 0), limit: max(limit, 0)} }

// Page is the number of the page, from 1.
func (p Params) Page() int64 { return max(p.page, 1) }

// Limit is the size of the page.
func (p Params) Limit() int64 {
	if p.limit < 1 {
		return DefaultLimit
	}
	return p.limit
}

// Offset is the number of items before the page. It saturates at 2^62 rather
// than overflow.
func (p Params) Offset() int64 {
	before, limit := p.Page()-1, p.Limit()
	if before > maxOffset/limit {
		return maxOffset
	}
	return before * limit
}

// MaxPage is the number of the last page of that many items, 0 for none.
func (p Params) MaxPage(total int64) int64 {
	if total <= 0 {
		return 0
	}
	return (total-1)/p.Limit() + 1
}

// limits are what the tags on the embedded field say.
type limits struct{ standard, largest int64 }

func compileLimits(tag reflect.StructTag) (limits, error) {
	l := limits{standard: DefaultLimit, largest: MaxLimit}
	for _, setting := range []struct {
		key  string
		into *int64
	}{{"max_limit", &l.largest}, {"default_limit", &l.standard}} {
		text, ok := tag.Lookup(setting.key)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 1 {
			return limits{}, fmt.Errorf("pagination: the tag %s:%q must be a positive integer", setting.key, text)
		}
		*setting.into = n
	}
	if _, ok := tag.Lookup("default_limit"); !ok {
		l.standard = min(l.standard, l.largest)
	}
	if l.standard > l.largest {
		return limits{}, fmt.Errorf("pagination: default_limit %d is more than max_limit %d", l.standard, l.largest)
	}
	return l, nil
}

// CompileParameter makes Params a [kit.Parameter].
func (*Params) CompileParameter(field kit.ParameterField) (kit.ParameterSpec, error) {
	l, err := compileLimits(field.Tag)
	if err != nil {
		return kit.ParameterSpec{}, err
	}
	return kit.ParameterSpec{
		State: l,
		Document: []openapi.Parameter{
			positive("page", "Page number, defaults to 1.", 1),
			l.document(),
		},
	}, nil
}

func (l limits) document() openapi.Parameter {
	return positive("limit", fmt.Sprintf("Size of a page, defaults to %d. Maximum is %d.", l.standard, l.largest), l.standard)
}

func positive(name, description string, standard int64) openapi.Parameter {
	var zero float64
	return openapi.Parameter{
		Name: name, In: "query", Description: description,
		Schema: &openapi.Schema{Type: []string{"integer"}, ExclusiveMinimum: &zero, Description: description, Default: standard},
	}
}

// BindParameter makes Params a [kit.Parameter].
func (p *Params) BindParameter(in *kit.ParameterInput) {
	page, _ := bindPositive(in, "page")
	*p = Params{page: page, limit: bindLimit(in)}
}

func bindLimit(in *kit.ParameterInput) int64 {
	l, ok := in.State().(limits)
	if !ok {
		l = limits{standard: DefaultLimit, largest: MaxLimit}
	}
	limit, present := bindPositive(in, "limit")
	if !present {
		return l.standard
	}
	return min(limit, l.largest)
}

// bindPositive reads an integer above 0. It is absent when it is not sent and
// when it is wrong, which is reported.
func bindPositive(in *kit.ParameterInput, name string) (value int64, present bool) {
	text, sent := in.Last(name)
	if !sent {
		return 0, false
	}
	value, invalid := kit.ParseInt(text)
	if invalid == nil && value <= 0 {
		invalid = &errors.ValidationError{Type: "greater_than", Msg: "Input should be greater than 0", Ctx: errors.Ctx{{Name: "gt", Value: 0}}}
	}
	if invalid != nil {
		invalid.Loc, invalid.Input = errors.Loc{"query", name}, text
		in.Invalid(*invalid)
		return 0, false
	}
	return value, true
}
