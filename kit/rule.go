package kit

import (
	"context"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Rule is a rule that an application adds, for values of type T.
type Rule[T any] struct {
	// Type is the stable name of the error, such as "invalid_slug" or "value_error". It
	// belongs to Check, as Msg and Ctx do.
	Type string
	// Msg is the sentence for people. In it {param} stands for the parameter of the tag.
	Msg string
	// Ctx is the context of the error. It may be empty.
	Ctx errors.Ctx
	// Check reports whether a value passes. The parameter is the text after the equals
	// sign in the tag. The function must be safe for concurrent use.
	Check func(value T, param string) bool
	// Validate stands in place of Type, Msg, Ctx and Check where the error says something
	// about the value. It is Pydantic's field validator (mode="after"). It returns nil,
	// [errors.ValueError], [errors.CustomError], or what a [Validator] returns.
	Validate func(value T, param string) error
}

// RuleName is the name of a rule that has been defined.
type RuleName string

// DefineRule defines a rule for validate tags. It is called once, in a package variable.
// The rule fits fields of type T and of types that are defined as T.
//
//	var slug = kit.DefineRule("slug", kit.Rule[string]{
//		Type: "invalid_slug", Msg: "Only letters, numbers and hyphens.",
//		Check: func(value, _ string) bool { return isSlug(value) },
//	})
//
// A rule whose message depends on the value has a function Validate instead:
//
//	var positive = kit.DefineRule("positive", kit.Rule[int]{
//		Validate: func(value int, _ string) error {
//			if value > 0 {
//				return nil
//			}
//			return errors.ValueError(fmt.Sprintf("%d is not positive", value))
//		},
//	})
//
// It panics for a rule with neither Validate nor all of Type, Msg and Check, and for a name that is taken: by another
// rule, or by one of github.com/go-playground/validator. A later version of validator may
// have a rule of the name too. Then a type that uses the name is refused when it is
// compiled, and the error names the rule.
func DefineRule[T any](name string, rule Rule[T]) RuleName {
	made := &definition.Rule{Type: reflect.TypeFor[T]()}
	switch {
	case rule.Validate != nil && (rule.Type != "" || rule.Msg != "" || rule.Ctx != nil || rule.Check != nil):
		panic("kit: DefineRule(" + name + "): Validate makes the whole error, so Type, Msg, Ctx and Check stay empty")
	case rule.Validate != nil:
		made.Validate = func(v reflect.Value, param string) error {
			return rule.Validate(v.Interface().(T), param) //nolint:forcetypeassert // the plan converts the value
		}
	case rule.Type == "" || rule.Msg == "" || rule.Check == nil:
		panic("kit: DefineRule(" + name + "): Type, Msg and Check have to be set, or Validate")
	default:
		made.Issue = pydantic.Issue{Type: rule.Type, Msg: rule.Msg, Ctx: rule.Ctx}
		made.Check = func(v reflect.Value, param string) bool {
			value, ok := v.Interface().(T)
			return ok && rule.Check(value, param)
		}
	}
	if err := definition.AddRule(name, made); err != nil {
		panic("kit: DefineRule: " + err.Error())
	}
	return RuleName(name)
}

// Validator is implemented by types with rules that no tag can express, most often by
// schemas and structs of parameters. It is Pydantic's model validator. Validate runs when
// all fields are valid, and for nested schemas first. It does not run for a default.
//
// A struct also has the rules of the structs that it embeds, also where Go does not promote
// their methods: when two are ambiguous, or when the struct has its own. As in Pydantic,
// the method of the last embedded struct runs first (the reverse of Python's method
// resolution order), and the struct's own runs last. Each runs once, and none runs after
// one that fails.
//
// Validate returns nil, or errors.ValueError with what is wrong with the whole value, or
// errors.ValueErrorAt with a place in it, or any *errors.PolarRequestValidationError.
// Locations are relative to the value: a nil Loc is the value itself, and
// errors.Loc{"ends"} is its field. An Input that is nil is filled in from the request. For
// a struct of parameters the locations are whole, as in errors.Loc{"query", "end"}, and a
// nil one stands for all parameters of the query. Any other error is returned to the
// handler as it is. It becomes a 500, and only the log has its text.
type Validator interface {
	Validate(ctx context.Context) error
}

// BeforeValidator is implemented by types that look at a value before it is read. On a
// struct it is Pydantic's model validator with mode="before", on another type its field
// validator with that mode. The method gets what was sent, of any shape, and returns what
// is read in its place: raw itself, another Value, or any value of Go, as the JSON that a
// reply has of it.
//
//	func (Survey) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
//		name, ok := raw.Member("name")
//		switch {
//		case !ok:
//			return raw, nil
//		case raw.Has("title"):
//			return nil, errors.ValueError("name is the old word for title")
//		}
//		return raw.With("title", name), nil
//	}
//
// The receiver is the zero value. The errors are those of a [Validator], and after one of
// them the value is not read. Errors of the fields show the value that was returned. Those
// of Validate show the value that was sent.
//
// A struct has the methods of the structs that it embeds, as with [Validator]. The order is
// the opposite one: the struct's own method runs first, then those of the embedded structs
// from the first to the last, and each gets what the one before has returned. The method
// does not run for a default, and not for null where the Go type is a pointer. A struct of
// parameters has no raw value, and is refused with such a method when it is compiled.
//
// What the methods make of one request is limited to 16 times the size of its body and 1
// MiB. Beyond that, the answer is a 400.
type BeforeValidator interface {
	BeforeValidate(ctx context.Context, raw Value) (any, error)
}
