package plan

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
)

// The names of rules stand in package definition so that it need not link validator.
// They are all of those that validator has, and of those that the plan adds.
func TestNamesOfRules(t *testing.T) {
	t.Parallel()
	count := 0
	for _, table := range []string{"validations", "aliases"} {
		names := reflect.ValueOf(rules()).Elem().FieldByName(table)
		require.Equal(t, reflect.Map, names.Kind(), "validator keeps its rules in another place")
		for _, name := range names.MapKeys() {
			require.True(t, definition.IsBuiltIn(name.String()), "%s is missing in package definition", name)
			count++
		}
	}
	require.Greater(t, count, 180)
	for name := range builtins {
		require.True(t, definition.IsBuiltIn(name), name)
	}
	for _, name := range []string{"structonly", "nostructlevel"} {
		require.True(t, definition.IsBuiltIn(name), name)
	}
	for _, name := range []string{"slug", "validate", "", "required_"} {
		require.False(t, definition.IsBuiltIn(name), name)
	}
}

// Each rule that is evaluated here is in docs/validation.md.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/validation.md")
	require.NoError(t, err)
	for name, known := range builtins {
		if known.word != wordOtherFields {
			require.True(t, regexp.MustCompile("`([a-z0-9=,]+,)?"+name+"[`=,]").Match(page), name)
		}
	}
}

// A later version of validator may bring a rule of a name that an application has
// defined.
func TestRuleThatValidatorHasToo(t *testing.T) {
	t.Parallel()
	n := &Node{Kind: String, Type: reflect.TypeFor[string]()}
	err := n.ownRule(ruleTag{name: "alphanum", raw: "alphanum"}, &definition.Rule{Type: n.Type})
	sentence.Equal(t, "a rule that validator has too", err)
}
