package sorting

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// rules are the set of properties and the values of the tags.
type rules[P Property[P]] struct {
	set      []P
	expected string
	standard By[P]
	most     int // criteria in one request; 0 for any number
}

func newRules[P Property[P]]() *rules[P] {
	var zero P
	set := slices.Clone(zero.Values())
	quoted := make([]string, 0, 2*len(set))
	for _, property := range set {
		quoted = append(quoted, "'"+string(property)+"'", "'-"+string(property)+"'")
	}
	r := &rules[P]{set: set}
	if last := len(quoted) - 1; last > 0 {
		r.expected = strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	}
	return r
}

// Parse reads an order as clients write it. Each value has criteria separated by
// commas. The error is a [*errors.PolarRequestValidationError] at the query
// parameter sorting.
func Parse[P Property[P]](values ...string) (By[P], error) {
	var details []errors.ValidationError
	order := newRules[P]().read("sorting", values, func(err errors.ValidationError) { details = append(details, err) })
	if len(details) > 0 {
		return By[P]{}, errors.NewRequestValidationError(details...)
	}
	return order, nil
}

// read reports all that is wrong, and the order is then incomplete. It ignores a
// property that comes a second time: rows with equal values in it stay equal.
func (r *rules[P]) read(name string, values []string, report func(errors.ValidationError)) By[P] {
	var order By[P]
	index := 0
	for _, value := range values {
		for text := range strings.SplitSeq(value, ",") {
			word, descending := strings.CutPrefix(text, "-")
			property := P(word)
			switch {
			case !slices.Contains(r.set, property):
				report(errors.ValidationError{
					Type: "enum", Loc: errors.Loc{"query", name, index}, Msg: "Input should be " + r.expected,
					Input: text, Ctx: errors.Ctx{{Name: "expected", Value: r.expected}},
				})
			case order.has(property):
			default:
				order.criteria = append(order.criteria, Criterion[P]{Property: property, Descending: descending})
			}
			index++
		}
	}
	if r.most > 0 && index > r.most {
		report(errors.ValidationError{
			Type: "too_long", Loc: errors.Loc{"query", name},
			Msg:   fmt.Sprintf("List should have at most %d %s after validation, not %d", r.most, plural(r.most), index),
			Input: strings.Split(strings.Join(values, ","), ","),
			Ctx:   errors.Ctx{{Name: "field_type", Value: "List"}, {Name: "max_length", Value: r.most}, {Name: "actual_length", Value: index}},
		})
	}
	return order
}

func (b By[P]) has(property P) bool {
	return slices.ContainsFunc(b.criteria, func(c Criterion[P]) bool { return c.Property == property })
}

func plural(n int) string {
	if n == 1 {
		return "item"
	}
	return "items"
}

func parameterName(field kit.ParameterField) string {
	if field.Name == "" {
		return "sorting"
	}
	return field.Name
}

// CompileParameter makes By a [kit.Parameter].
func (*By[P]) CompileParameter(field kit.ParameterField) (kit.ParameterSpec, error) {
	r := newRules[P]()
	if err := r.check(); err != nil {
		return kit.ParameterSpec{}, err
	}
	if text, ok := field.Tag.Lookup("max_criteria"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return kit.ParameterSpec{}, fmt.Errorf("sorting: the tag max_criteria:%q must be a positive integer", text)
		}
		r.most = n
	}
	if text, ok := field.Tag.Lookup("default"); ok && text != "" {
		var failed string
		r.standard = r.read(parameterName(field), []string{text}, func(err errors.ValidationError) { failed = err.Msg })
		if failed != "" {
			return kit.ParameterSpec{}, fmt.Errorf("sorting: the tag default:%q is not an order: %s", text, failed)
		}
		if len(r.standard.criteria) < strings.Count(text, ",")+1 {
			return kit.ParameterSpec{}, fmt.Errorf("sorting: the tag default:%q names a property twice; take the second one away", text)
		}
	}
	return kit.ParameterSpec{State: r, Document: []openapi.Parameter{r.document(field)}}, nil
}

// check refuses a set with a name that clients cannot write.
func (r *rules[P]) check() error {
	if len(r.set) == 0 {
		return fmt.Errorf("sorting: %T lists no values", *new(P))
	}
	for i, property := range r.set {
		switch {
		case property == "" || strings.HasPrefix(string(property), "-") || strings.ContainsAny(string(property), ",'"):
			return fmt.Errorf("sorting: %T: %q cannot be written as a criterion", property, string(property))
		case slices.Contains(r.set[:i], property):
			return fmt.Errorf("sorting: %T lists %q twice", property, string(property))
		}
	}
	return nil
}

func (r *rules[P]) document(field kit.ParameterField) openapi.Parameter {
	description := field.Tag.Get("doc")
	if description == "" {
		description = "Sorting criterion. Several criteria can be used simultaneously and will be applied in order. Add a minus sign `-` before the criteria name to sort by descending order."
	}
	var values, standard []any
	for _, property := range r.set {
		values = append(values, string(property), "-"+string(property))
	}
	for _, term := range r.standard.Terms() {
		standard = append(standard, term.String())
	}
	schema := &openapi.Schema{
		Type: []string{"array"}, Items: &openapi.Schema{Type: []string{"string"}, Enum: values},
		Description: description,
	}
	if r.most > 0 {
		schema.MaxItems = new(r.most)
	}
	if standard != nil {
		schema.Default = standard
	}
	return openapi.Parameter{Name: parameterName(field), In: "query", Description: description, Schema: schema}
}

// BindParameter makes By a [kit.Parameter].
func (b *By[P]) BindParameter(in *kit.ParameterInput) {
	r, ok := in.State().(*rules[P])
	if !ok {
		r = newRules[P]()
	}
	name := parameterName(in.Field())
	values := in.Values(name)
	if len(values) == 0 {
		*b = r.standard
		return
	}
	*b = r.read(name, values, in.Invalid)
}
