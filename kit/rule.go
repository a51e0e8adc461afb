package kit

import (
	"context"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Rule is a rule of an application's own for values of type T.
type Rule[T any] struct {
	// Type is the error's stable name, such as "invalid_slug" or "value_error".
	Type string
	// Msg is the sentence for people. {param} stands for the tag's parameter.
	Msg string
	// Ctx is the error's context; empty for none.
	Ctx errors.Ctx
	// Check reports whether a value passes. The parameter is what follows the
	// equals sign in the tag. It must be safe for concurrent use.
	Check func(value T, param string) bool
}

// RuleName is the name of a rule that has been defined.
type RuleName string

// DefineRule makes a rule that validate tags can name, once, in a package
// variable. It fits fields of type T and named types of it.
//
//	var slug = kit.DefineRule("slug", kit.Rule[string]{
//		Type: "invalid_slug", Msg: "Only letters, numbers and hyphens.",
//		Check: func(value, _ string) bool { return isSlug(value) },
//	})
//
// It panics for a name that is taken, by validator's own rules too, or for a
// rule without Type, Msg or Check. When a later version of validator brings a rule of
// the name, types that use it no longer compile, and the error says so.
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

// Validator is implemented by types with rules that no tag can say, most often
// by schemas and structs of parameters. It is Pydantic's model validator. Validate
// runs when all fields are valid, of nested schemas first. It does not run for a
// default.
//
// A struct also has the rules of the structs that it embeds. Go promotes none of
// two ambiguous methods, and none that the struct overrides; they run all the same.
// As in Pydantic, the method of the last embedded struct runs first (the reverse of
// Python's method resolution order), and the struct's own runs last. Each runs once,
// and none after the first that fails.
//
// Validate returns nil, or errors.ValueError with what is wrong with the whole
// value, or errors.ValueErrorAt with a place in it, or any
// *errors.PolarRequestValidationError. Locations are relative to the value: a nil
// Loc is the value itself, errors.Loc{"ends"} its field. An input that is nil is
// filled in from the request. For a struct of parameters the locations are whole,
// as in errors.Loc{"query", "end"}, and a nil one stands for all parameters of the
// query. Any other error is returned to the handler as it is, and so a 500 whose
// text is in the log alone.
type Validator interface {
	Validate(ctx context.Context) error
}
