package request_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
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

// mistakenFields has a mistake in each field, by which it is called.
type mistakenFields struct {
	kit.Schema

	UnknownRule            string              `json:"unknown_rule" validate:"mni=3"`
	RuleWithoutItsNumber   string              `json:"rule_without_its_number" validate:"min=x"`
	NothingPasses          string              `json:"nothing_passes" validate:"min=3,max=2"`
	BoundOutOfRange        int8                `json:"bound_out_of_range" validate:"max=200"`
	MisfittingRule         int                 `json:"misfitting_rule" validate:"email"`
	UniqueNumber           int                 `json:"unique_number" validate:"unique"`
	RuleAboutAnotherField  string              `json:"rule_about_another_field" validate:"eqfield=UniqueNumber"`
	OwnRuleOfAnotherType   int                 `json:"own_rule_of_another_type" validate:"booking_code"`
	DiveIntoAText          string              `json:"dive_into_a_text" validate:"dive,min=1"`
	KeysWithoutEndkeys     map[string]int      `json:"keys_without_endkeys" validate:"dive,keys,min=1"`
	Pattern                string              `json:"pattern" pattern:"["`
	Sensitive              string              `json:"sensitive" sensitive:"yes"`
	DefaultOfAnotherType   int                 `json:"default_of_another_type" default:"x"`
	DefaultNull            int                 `json:"default_null" default:"null"`
	RequiredAndOptional    kit.Optional[int]   `json:"required_and_optional" validate:"required"`
	OptionalInsideAList    []kit.Optional[int] `json:"optional_inside_a_list"`
	Channel                chan int            `json:"channel"`
	Bytes                  []byte              `json:"bytes"`
	InterfaceWithoutAUnion error               `json:"interface_without_a_union"`
	EnumWithoutValues      empty               `json:"enum_without_values"`
}

// TestCheck holds the mistakes that stop a program when it starts. Each sentence names
// type and field.
func TestCheck(t *testing.T) {
	t.Parallel()

	for name, check := range map[string]func() error{
		"variant without a tag": request.Check[struct {
			kit.Schema
			A plainAnimal `json:"a"`
		}],
		"two fields of a wire name": request.Check[struct {
			kit.Schema
			A int
			B int `json:"A"`
		}],
		"two parameters of a name": request.Check[struct {
			A int `query:"q"`
			B int `query:"q"`
		}],
		"extra": request.Check[struct {
			kit.Schema `extra:"no"`
		}],
		"embedded pointer": request.Check[struct {
			kit.Schema
			*kit.TimestampedSchema
		}],
		"field without a place": request.Check[struct {
			A int `json:"a"`
		}],
		"two places": request.Check[struct {
			A int `path:"a" query:"b"`
		}],
		"optional path parameter": request.Check[struct {
			A kit.Optional[int] `path:"a"`
		}],
		"struct as a parameter": request.Check[struct {
			A slot `query:"a"`
		}],
		"union without variants":            request.Check[noVariants],
		"unions without a tag":              request.Check[untaggedPart],
		"rules of a variant":                request.Check[misruled],
		"pattern of a variant":              request.Check[mispatterned],
		"variant without JSON":              request.Check[unreadable],
		"same tag of two structs":           request.Check[twins],
		"union by a function without a tag": request.Check[tagless],
		"union by a function, same tags":    request.Check[sameTags],
	} {
		sentence.Equal(t, "Check: "+name, check())
	}
	sentence.Equal(t, "Check: fields", request.Check[mistakenFields]())
	require.NoError(t, request.Check[customerCreate]())
	require.NoError(t, request.Check[shape]())
}

func TestTypesThatCannotBeRead(t *testing.T) {
	t.Parallel()

	_, err := request.Decode[chan int](post(`1`))
	sentence.Equal(t, "Decode: channel", err)
	require.Equal(t, errors.InternalServerError, errors.KindOf(err))
	_, err = request.Bind[struct{ A int }](post(`1`))
	sentence.Equal(t, "Bind: field without a place", err)
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

type manyMistakes struct {
	ID    string `path:"id" header:"x-id"`
	Email string `query:"email" validate:"emial"`
	Page  int    `query:"page" default:"first"`
	Body  struct {
		kit.Schema

		Age   int8             `json:"age" validate:"max=200"`
		Beast misplacedAnimals `json:"beast"`
	}
}

type misplacedAnimals interface{ misplaced() }

type lion struct {
	Kind string        `json:"kind" validate:"oneof=lion"`
	Wait time.Duration `json:"wait"`
}

type seal struct {
	Kind string `json:"kind" validate:"oneof=seal"`
	Roar func() `json:"roar"`
}

func (lion) misplaced() {}
func (seal) misplaced() {}

var _ = kit.DefineUnion[misplacedAnimals]("kind", lion{}, seal{})

// Check has a line for each mistake.
func TestCheckFindsEveryMistake(t *testing.T) {
	t.Parallel()
	err := request.Check[manyMistakes]()
	require.Error(t, err)
	for i, want := range []string{
		`manyMistakes\.ID: has a path tag and a header tag; a parameter stands in one place`,
		`manyMistakes\.Email: there is no rule emial; use one of validator's or define it with kit.DefineRule`,
		`\.Age: the rule max=200: 200 is not in the range of int8`,
		`lion\.Wait: a time.Duration would be a number of nanoseconds on the wire`,
		`seal\.Roar: a value of type func\(\) cannot be read from a request`,
		`manyMistakes\.Page: the default "first" does not parse: Input should be a valid integer, unable to parse string as an integer`,
	} {
		lines := strings.Split(err.Error(), "\n")
		require.Len(t, lines, 6)
		require.Regexp(t, want, lines[i])
	}
}

type (
	noVariants   interface{ never() }
	untaggedPart interface{ part() }
	smartPart    interface {
		untaggedPart
		smart()
	}
	misruled     any
	mispatterned any
	unreadable   any
	twins        interface{ twin() }
	tagless      any
	sameTags     any
	twin         struct {
		Type string `json:"type" validate:"oneof=twin"`
	}
	otherTwin struct {
		Type string `json:"type" validate:"oneof=other twin"`
	}
)

func (twin) part()      {}
func (twin) smart()     {}
func (twin) twin()      {}
func (otherTwin) twin() {}

var (
	_ = kit.DefineUnion[noVariants]("type")
	_ = kit.DefineUnion[untaggedPart]("type").Nested(kit.DefineSmartUnion[smartPart](twin{}))
	_ = kit.DefineSmartUnion[misruled]().Ruled(`validate:"emial"`, "")
	_ = kit.DefineSmartUnion[mispatterned]().Ruled(`pattern:"a"`, 1)
	_ = kit.DefineSmartUnion[unreadable]("", func() {})
	_ = kit.DefineUnionBy[tagless]("tag_of", noTag).Variants(1)
	_ = kit.DefineUnionBy[sameTags]("tag_of", noTag).Tagged("a", 1).Tagged("a", "")
	_ = kit.DefineUnion[twins]("type", twin{}, otherTwin{})
)

func noTag(kit.Value) (string, bool) { return "", false }
