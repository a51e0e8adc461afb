package sorting_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/sorting"
)

type property string

const (
	createdAt property = "created_at"
	name      property = "name"
)

func (property) Values() []property { return []property{createdAt, name} }

type by = sorting.By[property]

func bind(t *testing.T, field kit.ParameterField, query string) (by, []errors.ValidationError) {
	t.Helper()
	var order by
	spec, err := order.CompileParameter(field)
	require.NoError(t, err)
	var failed []errors.ValidationError
	order.BindParameter(kit.NewParameterInput(field, spec.State, kit.ParseQuery(query), func(err errors.ValidationError) { failed = append(failed, err) }))
	return order, failed
}

func TestBind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tag, query, want string }{
		{`default:"-created_at"`, "", "-created_at"},
		{`default:"-created_at,name"`, "", "-created_at,name"},
		{``, "", ""},
		{`default:"-created_at"`, "sorting=name", "name"},
		{``, "sorting=-created_at,name", "-created_at,name"},
		{``, "sorting=-created_at&sorting=-name", "-created_at,-name"},
		{``, "sorting=name&sorting=name", "name"},
		{``, "sorting=name,name", "name"},
		{``, "sorting=name&sorting=-name", "name"},
		{``, "sorting=-name,created_at,name,created_at", "-name,created_at"},
		{`max_criteria:"2"`, "sorting=name&sorting=name", "name"},
	} {
		order, failed := bind(t, kit.ParameterField{Name: "sorting", Tag: reflect.StructTag(test.tag)}, test.query)
		require.Empty(t, failed, test.query)
		require.Equal(t, test.want, order.String())
	}
	order, failed := bind(t, kit.ParameterField{Name: "order"}, "order=name&sorting=created_at")
	require.Empty(t, failed)
	require.Equal(t, sorting.New(sorting.Asc(name)), order)
}

func TestBindInvalid(t *testing.T) {
	t.Parallel()
	const expected = "'created_at', '-created_at', 'name' or '-name'"
	enum := func(index int, input string) errors.ValidationError {
		return errors.ValidationError{
			Type: "enum", Loc: errors.Loc{"query", "sorting", index}, Msg: "Input should be " + expected,
			Input: input, Ctx: errors.Ctx{{Name: "expected", Value: expected}},
		}
	}
	tooLong := errors.ValidationError{
		Type: "too_long", Loc: errors.Loc{"query", "sorting"}, Msg: "List should have at most 1 item after validation, not 2",
		Input: []string{"name", "created_at"},
		Ctx:   errors.Ctx{{Name: "field_type", Value: "List"}, {Name: "max_length", Value: 1}, {Name: "actual_length", Value: 2}},
	}
	for _, test := range []struct {
		tag, query string
		want       []errors.ValidationError
	}{
		{``, "sorting=nope", []errors.ValidationError{enum(0, "nope")}},
		{``, "sorting=", []errors.ValidationError{enum(0, "")}},
		{``, "sorting=-", []errors.ValidationError{enum(0, "-")}},
		{``, "sorting=--name", []errors.ValidationError{enum(0, "--name")}},
		{``, "sorting=NAME", []errors.ValidationError{enum(0, "NAME")}},
		{``, "sorting=name%20", []errors.ValidationError{enum(0, "name ")}},
		{``, "sorting=name,,created_at", []errors.ValidationError{enum(1, "")}},
		{``, "sorting=x,name&sorting=y", []errors.ValidationError{enum(0, "x"), enum(2, "y")}},
		{`max_criteria:"1"`, "sorting=name,created_at", []errors.ValidationError{tooLong}},
		{`max_criteria:"1"`, "sorting=name&sorting=created_at", []errors.ValidationError{tooLong}},
	} {
		_, failed := bind(t, kit.ParameterField{Name: "sorting", Tag: reflect.StructTag(test.tag)}, test.query)
		require.Equal(t, test.want, failed, test.query)
	}
}

type badSet string

func (badSet) Values() []badSet { return []badSet{"-minus"} }

type emptySet string

func (emptySet) Values() []emptySet { return nil }

type doubleSet string

func (doubleSet) Values() []doubleSet { return []doubleSet{"a", "a"} }

func TestMistakesShowAtStart(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{`default:"nope"`, `default:"name,-name"`, `max_criteria:"0"`, `max_criteria:"1" default:"name,created_at"`} {
		_, err := new(by).CompileParameter(kit.ParameterField{Name: "sorting", Tag: reflect.StructTag(tag)})
		sentence.Equal(t, tag, err)
	}
	for _, parameter := range []kit.Parameter{new(sorting.By[badSet]), new(sorting.By[emptySet]), new(sorting.By[doubleSet])} {
		_, err := parameter.CompileParameter(kit.ParameterField{})
		sentence.Equal(t, fmt.Sprintf("%T", parameter), err)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	spec, err := new(by).CompileParameter(kit.ParameterField{Name: "sorting", Tag: `default:"-created_at" doc:"Order."`})
	require.NoError(t, err)
	text, err := json.Marshal(spec.Document)
	require.NoError(t, err)
	require.JSONEq(t, `[{"name":"sorting","in":"query","required":false,"description":"Order.","schema":{
		"type":"array","description":"Order.","default":["-created_at"],
		"items":{"type":"string","enum":["created_at","-created_at","name","-name"]}}}]`, string(text))
}

func TestParse(t *testing.T) {
	t.Parallel()
	order, err := sorting.Parse[property]("-created_at", "name")
	require.NoError(t, err)
	require.Equal(t, sorting.New(sorting.Desc(createdAt), sorting.Asc(name)), order)
	require.Equal(t, []sorting.Term{{Name: "created_at", Descending: true}, {Name: "name"}}, order.Terms())
	_, err = sorting.Parse[property]("nope")
	require.ErrorIs(t, err, errors.RequestValidation)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "-created_at,name", "name,name", "--name", ",", "-", "name;drop table", strings.Repeat(",", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		order, err := sorting.Parse[property](text)
		if err != nil {
			require.True(t, order.IsZero())
			return
		}
		again, err := sorting.Parse[property](order.String())
		require.NoError(t, err)
		require.Equal(t, order, again, "an order is read as it was written")
		require.True(t, strings.HasPrefix(text, order.String()[:1]), "the first criterion is the first")
		names := map[property]bool{}
		for _, c := range order.Criteria() {
			require.False(t, names[c.Property], "each property once")
			names[c.Property] = true
		}
	})
}

func ExampleParse() {
	order, err := sorting.Parse[property]("-created_at,name")
	fmt.Println(order, order.Terms()[0].Descending, err)
	_, err = sorting.Parse[property]("created_at; drop table customers")
	fmt.Println(err)
	// Output:
	// -created_at,name true <nil>
	// PolarRequestValidationError: enum at query.sorting.0
}

func ExampleDesc() {
	fmt.Println(sorting.New(sorting.Desc(createdAt), sorting.Asc(name)))
	// Output: -created_at,name
}

func TestOrdersAreReadByCopies(t *testing.T) {
	t.Parallel()
	field := kit.ParameterField{Name: "sorting", Tag: `default:"-created_at" max_criteria:"1"`}
	spec, err := new(by).CompileParameter(field)
	require.NoError(t, err)
	bound := func() by {
		var order by
		order.BindParameter(kit.NewParameterInput(field, spec.State, kit.ParseQuery(""), func(errors.ValidationError) { t.Fail() }))
		return order
	}
	want := bound().String()
	bound().Criteria()[0] = sorting.Asc(name)
	bound().Terms()[0] = sorting.Term{Name: "name"}
	require.Equal(t, want, bound().String(), "the order of every request to come")

	*spec.Document[0].Schema.MaxItems = 0
	var order by
	order.BindParameter(kit.NewParameterInput(field, spec.State, kit.ParseQuery("sorting=name"), func(errors.ValidationError) { t.Fail() }))
	require.Equal(t, "name", order.String())

	criteria := []sorting.Criterion[property]{sorting.Asc(name)}
	made := sorting.New(criteria...)
	criteria[0] = sorting.Desc(name)
	require.Equal(t, "name", made.String())
}
