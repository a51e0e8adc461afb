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
	// Type is the stable name of the error, such as "invalid_slug" or "value_error".
	Type string
	// Msg is the sentence for people. In it {param} stands for the parameter of the tag.
	Msg string
	// Ctx is the context of the error. It may be empty.
	Ctx errors.Ctx
	// Check reports whether a value passes. The parameter is the text after the equals
	// sign in the tag. The function must be safe for concurrent use.
	Check func(value T, param string) bool
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
// It panics for a rule without Type, Msg or Check, and for a name that is taken: by another
// rule, or by one of github.com/go-playground/validator. A later version of validator may
// have a rule of the name too. Then a type that uses the name is refused when it is
// compiled, and the error names the rule.
func DefineRule[T any](name string, rule Rule[T]) RuleName {
	if rule.Type == "" || rule.Msg == "" || rule.Check == nil {
		panic("kit: DefineRule(" + name + "): Type, Msg and Check have to be set")
	}
	err := definition.AddRule(name, &definition.Rule{
		Type:  reflect.TypeFor[T](),
		Issue: pydantic.Issue{Type: rule.Type, Msg: rule.Msg, Ctx: rule.Ctx},
		Check: func(v reflect.Value, param string) bool {
			value, ok := v.Interface().(T)
			return ok && rule.Check(value, param)
		},
	})
	if err != nil {
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
