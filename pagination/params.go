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
	// DefaultLimit is the size of a page when the client sends no limit.
	DefaultLimit = 10
	// MaxLimit is the largest size of a page. A larger limit is read as MaxLimit,
	// without an error, as Polar does.
	MaxLimit = 100
)

// maxOffset bounds [Params.Offset]. No database has so many rows, and the sum of
// the offset and a limit does not overflow.
const maxOffset = 1 << 62

// Params are the query parameters page (from 1) and limit. A struct of
// parameters embeds it. Tags on the embedded field change the limits:
//
//	type ListEvents struct {
//		pagination.Params `default_limit:"50" max_limit:"1000"`
//	}
//
// A value that is not a positive integer is answered with 422. A page after the
// last one is empty. The zero value is the first page with [DefaultLimit] items.
type Params struct {
	page, limit int64
}

var _ kit.Parameter = (*Params)(nil)

// NewParams makes Params without a request. A page or limit below 1 means the
// default. The limit has no upper bound.
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

// Offset is the number of items before the page, at most 2^62.
func (p Params) Offset() int64 {
	before, limit := p.Page()-1, p.Limit()
	if before > maxOffset/limit {
		return maxOffset
	}
	return before * limit
}

// MaxPage is the number of the last page of a list with so many items, and 0
// for an empty list.
func (p Params) MaxPage(total int64) int64 {
	if total <= 0 {
		return 0
	}
	return (total-1)/p.Limit() + 1
}

// limits are the values of the tags on the embedded field.
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

// bindPositive reads an integer above 0. It reports a wrong value, which then
// counts as absent.
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
