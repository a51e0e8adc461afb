// Package definition holds what an application defines in package variables: the rules
// of kit.DefineRule, the transformations of kit.DefineTransform and the unions of
// interfaces. It knows their types only. The plan reads requests with them, and package
// encode writes replies with the unions.
package definition

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Rule is a rule for validate tags.
type Rule struct {
	// Type is the type of the values that the rule takes.
	Type reflect.Type
	// Issue is the error of a value that does not pass.
	Issue pydantic.Issue
	// Check reports whether a value of Type passes.
	Check func(v reflect.Value, param string) bool
	// Validate returns the error of a value of Type, in place of Issue and Check.
	Validate func(v reflect.Value, param string) error
}

var rules sync.Map // of *Rule by name

// AddRule defines a rule. The name must be free.
func AddRule(name string, rule *Rule) error {
	if !isName(name) {
		return fmt.Errorf("%q cannot be the name of a rule: use lower case letters, digits and underscores", name)
	}
	if IsBuiltIn(name) {
		return fmt.Errorf("the rule %s exists already", name)
	}
	if _, taken := rules.LoadOrStore(name, rule); taken {
		return fmt.Errorf("the rule %s has been defined already", name)
	}
	return nil
}

// isName reports whether a text begins with a lower case letter and goes on with
// these, digits and underscores.
func isName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return name != "" && strings.Trim(name[:1], letters) == "" && strings.Trim(name, letters+"0123456789_") == ""
}

// RuleNamed is the rule of a name.
func RuleNamed(name string) (rule *Rule, ok bool) {
	found, ok := rules.Load(name)
	if !ok {
		return nil, false
	}
	return found.(*Rule), true //nolint:forcetypeassert // the map holds nothing else
}
