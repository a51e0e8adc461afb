package request_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type plainAnimal interface{ sound() string }

type cow struct {
	Kind string `json:"kind"`
}

func (cow) sound() string { return "moo" }

var _ = kit.DefineUnion[plainAnimal]("kind", cow{})

type empty string

func (empty) Values() []empty { return nil }

// TestCheck holds the mistakes that a program is told of when it starts: each
// sentence names type and field.
func TestCheck(t *testing.T) {
	t.Parallel()

	for want, check := range map[string]func() error{
		`\.A: there is no rule mni; use one of validator's or define it with kit.DefineRule`: request.Check[struct {
			kit.Schema
			A string `json:"a" validate:"mni=3"`
		}],
		`\.A: the rule min=x needs a number`: request.Check[struct {
			kit.Schema
			A string `json:"a" validate:"min=x"`
		}],
		`\.A: the rule max=2 lets nothing pass, at least 3 and at most 2`: request.Check[struct {
			kit.Schema
			A string `json:"a" validate:"min=3,max=2"`
		}],
		`\.A: the rule max=200: 200 is not in the range of int8`: request.Check[struct {
			kit.Schema
			A int8 `json:"a" validate:"max=200"`
		}],
		`\.A: the rule email does not fit a value of type int`: request.Check[struct {
			kit.Schema
			A int `json:"a" validate:"email"`
		}],
		`\.A: the rule unique does not fit a value of type int`: request.Check[struct {
			kit.Schema
			A int `json:"a" validate:"unique"`
		}],
		`\.A: the rule eqfield looks at other fields; write a Validate\(ctx\) error method`: request.Check[struct {
			kit.Schema
			A string `json:"a" validate:"eqfield=B"`
			B string `json:"b"`
		}],
		`\.A: the rule booking_code is for string and does not fit a value of type int`: request.Check[struct {
			kit.Schema
			A int `json:"a" validate:"booking_code"`
		}],
		`\.A: the default "x" does not parse: Input should be a valid integer`: request.Check[struct {
			kit.Schema
			A int `json:"a" default:"x"`
		}],
		`\.A: the default "null" does not parse`: request.Check[struct {
			kit.Schema
			A int `json:"a" default:"null"`
		}],
		`the fields A and B have the same wire name "A"; rename one`: request.Check[struct {
			kit.Schema
			A int
			B int `json:"A"`
		}],
		`the fields A and B have the same wire name "q"`: request.Check[struct {
			A int `query:"q"`
			B int `query:"q"`
		}],
		`\.A: required contradicts kit.Optional`: request.Check[struct {
			kit.Schema
			A kit.Optional[int] `json:"a" validate:"required"`
		}],
		`\.A\[\]: kit.Optional belongs around the type of a field`: request.Check[struct {
			kit.Schema
			A []kit.Optional[int] `json:"a"`
		}],
		`\.A: a value of type chan int cannot be read from a request`: request.Check[struct {
			kit.Schema
			A chan int `json:"a"`
		}],
		`\.A: error is an interface; name its structs with kit.DefineUnion`: request.Check[struct {
			kit.Schema
			A error `json:"a"`
		}],
		`request_test\.cow: needs a field with the wire name "kind" that says which values mean it`: request.Check[struct {
			kit.Schema
			A plainAnimal `json:"a"`
		}],
		`\.A: Values of request_test.empty is empty`: request.Check[struct {
			kit.Schema
			A empty `json:"a"`
		}],
		`\.A: the pattern "\[": a class in brackets is not closed`: request.Check[struct {
			kit.Schema
			A string `json:"a" pattern:"["`
		}],
		`\.A: sensitive:"yes" is neither "true" nor "false"`: request.Check[struct {
			kit.Schema
			A string `json:"a" sensitive:"yes"`
		}],
		`extra:"no" is neither "forbid" nor "ignore"`: request.Check[struct {
			kit.Schema `extra:"no"`
		}],
		`embeds a pointer to kit.TimestampedSchema; embed the struct itself`: request.Check[struct {
			kit.Schema
			*kit.TimestampedSchema
		}],
		`\.A: has no path, query or header tag and is not called Body; if .* is a body, embed kit.Schema`: request.Check[struct {
			A int `json:"a"`
		}],
		`\.A: has a path tag and a query tag`: request.Check[struct {
			A int `path:"a" query:"b"`
		}],
		`\.A: a path parameter is always there`: request.Check[struct {
			A kit.Optional[int] `path:"a"`
		}],
		`\.A: a parameter is a text, and a request_test.slot cannot be read from one`: request.Check[struct {
			A slot `query:"a"`
		}],
		`\.A: the rule dive is for lists and maps and does not fit a value of type string`: request.Check[struct {
			kit.Schema
			A string `json:"a" validate:"dive,min=1"`
		}],
		`\.A: a list of bytes has no JSON of its own; use string or json.RawMessage`: request.Check[struct {
			kit.Schema
			A []byte `json:"a"`
		}],
		`\.A: the rule keys has no endkeys`: request.Check[struct {
			kit.Schema
			A map[string]int `json:"a" validate:"dive,keys,min=1"`
		}],
	} {
		err := check()
		require.Error(t, err, want)
		require.Regexp(t, want, err.Error())
	}
	require.NoError(t, request.Check[customerCreate]())
	require.NoError(t, request.Check[shape]())
}

func TestDefinitionsThatCannotBe(t *testing.T) {
	t.Parallel()

	rule := kit.Rule[string]{Type: "t", Msg: "m", Check: func(string, string) bool { return true }}
	require.PanicsWithValue(t, "kit: DefineRule: the rule alphanum exists already", func() { kit.DefineRule("alphanum", rule) })
	require.PanicsWithValue(t, "kit: DefineRule: the rule booking_code has been defined already", func() { kit.DefineRule("booking_code", rule) })
	require.Panics(t, func() { kit.DefineRule("Bad name", rule) })
	require.Panics(t, func() { kit.DefineRule("nothing", kit.Rule[string]{}) })
	require.Panics(t, func() { kit.DefineUnion[pet]("type", cat{}) })
	require.Panics(t, func() { kit.DefineUnion[plainAnimal]("kind", nil) })
	require.Panics(t, func() { kit.DefineUnion[cat]("type", cat{}) })

	_, err := request.Decode[chan int](post(`1`))
	require.ErrorContains(t, err, "request: Decode: chan int: a value of type chan int cannot be read from a request")
	require.Equal(t, errors.InternalServerError, errors.KindOf(err))
	_, err = request.Bind[struct{ A int }](post(`1`))
	require.ErrorContains(t, err, "has no path, query or header tag")
}

// TestPlansAreCompiledConcurrently has many goroutines meet types that nobody
// has seen before, one of them recursive.
func TestPlansAreCompiledConcurrently(t *testing.T) {
	t.Parallel()

	type leaf struct {
		At    time.Time `json:"at"`
		Count int       `json:"count" default:"3"`
	}
	type node struct {
		kit.Schema

		Leaf  leaf    `json:"leaf"`
		Nodes []*node `json:"nodes" default:"[]"`
		Pet   *pet    `json:"pet" default:"null"`
	}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			in, err := request.Decode[node](post(fmt.Sprintf(`{"leaf":{"at":%d},"nodes":[{"leaf":{"at":1}},null]}`, i)))
			if err != nil || in.Leaf.Count != 3 || len(in.Nodes) != 2 || in.Nodes[1] != nil {
				t.Errorf("%+v, %v", in, err)
			}
			_, err = request.Decode[node](post(`{"leaf":{"at":"x"},"pet":{"type":"cow"}}`))
			if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); !ok || len(invalid.Details()) != 2 {
				t.Errorf("%v", err)
			}
		})
	}
	group.Wait()
}
