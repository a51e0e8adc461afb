package noun_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

type (
	another   kit.Optional[string]
	others    kit.Filter[string]
	embedding struct{ kit.Optional[string] }
	pointing  struct{ *kit.Optional[string] }
	alias     = kit.Optional[*int]
)

// lookalike has the names of the methods, and not the sealed parameter.
type lookalike struct{}

func (*lookalike) Fill(struct{}) any      { return nil }
func (*lookalike) Lookup() (any, bool)    { return nil, false }
func (lookalike) FiltersBy(struct{}) bool { return true }
func (lookalike) IsSet() bool             { return false }

func TestTypesAreRecognized(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t                reflect.Type
		optional, filter bool
	}{
		{reflect.TypeFor[kit.Optional[string]](), true, false},
		{reflect.TypeFor[kit.Optional[kit.Filter[string]]](), true, false},
		{reflect.TypeFor[alias](), true, false},
		{reflect.TypeFor[*kit.Optional[string]](), false, false},
		{reflect.TypeFor[another](), false, false},
		{reflect.TypeFor[embedding](), false, false},
		{reflect.TypeFor[pointing](), false, false},
		{reflect.TypeFor[lookalike](), false, false},
		{reflect.TypeFor[kit.Filter[string]](), false, true},
		{reflect.TypeFor[kit.Filter[kit.Optional[int]]](), false, true},
		{reflect.TypeFor[others](), false, false},
		{reflect.TypeFor[[]string](), false, false},
		{reflect.TypeFor[any](), false, false},
	} {
		require.Equal(t, c.optional, noun.IsOptional(c.t), "%s", c.t)
		require.Equal(t, c.filter, noun.IsFilter(c.t), "%s", c.t)
	}
}

func TestFillAndLookup(t *testing.T) {
	t.Parallel()
	var name kit.Optional[string]
	_, present := noun.Lookup(reflect.ValueOf(name))
	require.False(t, present)
	noun.Fill(reflect.ValueOf(&name).Elem()).SetString("Ann")
	require.Equal(t, kit.Some("Ann"), name)
	value, present := noun.Lookup(reflect.ValueOf(name))
	require.True(t, present)
	require.Equal(t, "Ann", value)
}
