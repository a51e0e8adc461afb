package plan_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

type described struct {
	kit.TimestampedSchema `doc:"Something described." extra:"forbid"`

	Name   kit.Optional[*string] `json:"name" validate:"min=1,max=9" doc:"Its name." example:"x"`
	Size   int                   `json:"size" default:"3" validate:"gt=0,lte=10"`
	Tags   []string              `json:"tags" validate:"max=3,dive,min=2"`
	ID     uuid.UUID             `json:"id" validate:"uuid4"`
	Kind   string                `json:"kind" validate:"oneof=a b" sensitive:"true"`
	Parent *described            `json:"parent"`
}

// TestDescription is what the document of an API is made from.
func TestDescription(t *testing.T) {
	t.Parallel()

	n, err := plan.For(reflect.TypeFor[described]())
	require.NoError(t, err)
	require.Equal(t, "object", n.Kind.String())
	o := n.Object
	require.Equal(t, "Something described.", o.Doc)
	require.True(t, o.Schema)
	require.True(t, o.ForbidExtra)
	var names []string
	for _, f := range o.Fields {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"created_at", "updated_at", "name", "size", "tags", "id", "kind", "parent"}, names)

	name, size, tags := o.Fields[2], o.Fields[3], o.Fields[4]
	require.Equal(t, plan.String, name.Node.Kind)
	require.True(t, name.Optional)
	require.True(t, name.Node.Nullable)
	require.False(t, name.Required)
	require.Equal(t, 1, *name.Node.MinLength)
	require.Equal(t, 9, *name.Node.MaxLength)
	require.Equal(t, "Its name.", name.Doc)
	require.Equal(t, "x", name.Example)
	require.True(t, size.HasDefault)
	require.Equal(t, 3, size.Default)
	require.InDelta(t, 0, *size.Node.GT, 0)
	require.InDelta(t, 10, *size.Node.LE, 0)
	require.Equal(t, 3, *tags.Node.MaxLength)
	require.Equal(t, 2, *tags.Node.Elem.MinLength)
	require.Equal(t, "uuid4", o.Fields[5].Node.Format)
	require.Equal(t, []any{"a", "b"}, o.Fields[6].Node.Values)
	require.True(t, o.Fields[6].Sensitive)
	require.Same(t, o, o.Fields[7].Node.Object, "a recursive type refers back to itself")

	again, err := plan.For(reflect.TypeFor[described]())
	require.NoError(t, err)
	require.Same(t, n, again)
}

// TestForOutput takes types that cannot be read from a request.
func TestForOutput(t *testing.T) {
	t.Parallel()

	type output struct {
		kit.Schema

		Error error           `json:"error"`
		Next  context.Context `json:"next"`
		Bytes []byte          `json:"bytes"`
		Rule  string          `json:"rule" validate:"nonsense"`
		Size  int             `json:"size" validate:"min=1"`
		Tiles [3]int          `json:"tiles"`
	}
	_, err := plan.For(reflect.TypeFor[output]())
	require.Error(t, err)
	n, err := plan.ForOutput(reflect.TypeFor[output]())
	require.NoError(t, err)
	require.Equal(t, plan.Any, n.Object.Fields[0].Node.Kind)
	require.InDelta(t, 1, *n.Object.Fields[4].Node.GE, 0)
	require.Equal(t, plan.List, n.Object.Fields[5].Node.Kind)
	require.Equal(t, 3, *n.Object.Fields[5].Node.MaxLength)
}

// TestUnexportedFieldWithAName is about a field that no request could fill in
// and no reply could show.
func TestUnexportedFieldWithAName(t *testing.T) {
	t.Parallel()

	for tag, refused := range map[string]bool{`json:"size"`: true, `json:",omitempty"`: true, `json:"-"`: false, `doc:"Its size."`: false} {
		typ := reflect.StructOf([]reflect.StructField{
			{Name: "Name", Type: reflect.TypeFor[string]()},
			{Name: "size", PkgPath: "example", Type: reflect.TypeFor[int](), Tag: reflect.StructTag(tag)},
		})
		for _, compile := range []func(reflect.Type) (*plan.Node, error){plan.For, plan.ForOutput} {
			_, err := compile(typ)
			if refused {
				sentence.Equal(t, "field that is not exported, "+tag, err)
			} else {
				require.NoError(t, err)
			}
		}
	}
}
