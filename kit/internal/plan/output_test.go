package plan_test

import (
	"net/netip"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

type box[T any] struct {
	kit.Schema

	Value T `json:"value"`
}

type (
	point     struct{ X, Y int }
	endless   []endless
	endlessly map[string][]endlessly
	branch    struct {
		Name     string
		Branches branches
	}
	branches []branch
)

// TestForOutputRefusesWhatCannotBeWritten holds the types of which no reply can
// be made, wherever they stand. Each sentence names the field.
func TestForOutputRefusesWhatCannotBeWritten(t *testing.T) {
	t.Parallel()

	const written = `cannot be written as JSON; leave the field out with the tag ` + "`" + `json:"-"` + "`"
	for _, c := range []struct {
		typ  reflect.Type
		says string
	}{
		{reflect.TypeFor[box[func()]](), `.Value: a value of type func() ` + written},
		{reflect.TypeFor[box[*chan int]](), `.Value: a value of type chan int ` + written},
		{reflect.TypeFor[box[complex64]](), `.Value: a value of type complex64 ` + written},
		{reflect.TypeFor[box[unsafe.Pointer]](), `.Value: a value of type unsafe.Pointer ` + written},
		{reflect.TypeFor[box[[]func()]](), `.Value[]: a value of type func() ` + written},
		{reflect.TypeFor[box[[2]func()]](), `.Value[]: a value of type func() ` + written},
		{reflect.TypeFor[box[map[string]map[string]chan int]](), `.Value[][]: a value of type chan int ` + written},
		{reflect.TypeFor[box[kit.Optional[*complex128]]](), `.Value: a value of type complex128 ` + written},
		{reflect.TypeFor[box[box[func()]]](), `.Value: a value of type func() ` + written},
		{reflect.TypeFor[box[struct {
			kit.TimestampedSchema
			Late func()
		}]](), `.Late: a value of type func() ` + written},
		{reflect.TypeFor[box[map[bool]int]](), `.Value: keys of type bool cannot be written as JSON; use a string type`},
		{reflect.TypeFor[box[map[float64]int]](), `.Value: keys of type float64 cannot be written as JSON; use a string type`},
		{reflect.TypeFor[box[[]map[point]int]](), `.Value[]: keys of type plan_test.point cannot be written as JSON; use a string type`},
		{reflect.TypeFor[box[map[any]int]](), `.Value: keys of type interface {} cannot be written as JSON; use a string type`},
		{reflect.TypeFor[box[time.Duration]](), `.Value: a time.Duration would be a number of nanoseconds on the wire`},
		{reflect.TypeFor[box[map[time.Duration]int]](), `.Value[key]: a time.Duration would be a number of nanoseconds on the wire`},
		{reflect.TypeFor[box[endless]](), `the type plan_test.endless is made of itself alone; put a struct in between`},
		{reflect.TypeFor[box[endlessly]](), `the type plan_test.endlessly is made of itself alone; put a struct in between`},
	} {
		_, err := plan.ForOutput(c.typ)
		require.ErrorContains(t, err, c.says)
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[box[branch]](),
		reflect.TypeFor[box[branches]](),
		reflect.TypeFor[box[[2][2]int]](),
		reflect.TypeFor[box[map[int8]uintptr]](),
		reflect.TypeFor[box[map[uuid.UUID]any]](),
		reflect.TypeFor[box[map[kit.Decimal]netip.Addr]](),
		reflect.TypeFor[struct {
			Name string
			Late func() `json:"-"`
			late func()
		}](),
	} {
		_, err := plan.ForOutput(typ)
		require.NoError(t, err, typ)
	}
}
