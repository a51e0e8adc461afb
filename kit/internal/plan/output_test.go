package plan_test

import (
	"net/netip"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
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

	for _, typ := range []reflect.Type{
		reflect.TypeFor[box[func()]](),
		reflect.TypeFor[box[*chan int]](),
		reflect.TypeFor[box[complex64]](),
		reflect.TypeFor[box[unsafe.Pointer]](),
		reflect.TypeFor[box[[]func()]](),
		reflect.TypeFor[box[[2]func()]](),
		reflect.TypeFor[box[map[string]map[string]chan int]](),
		reflect.TypeFor[box[kit.Optional[*complex128]]](),
		reflect.TypeFor[box[box[func()]]](),
		reflect.TypeFor[box[struct {
			kit.TimestampedSchema
			Late func()
		}]](),
		reflect.TypeFor[box[map[bool]int]](),
		reflect.TypeFor[box[map[float64]int]](),
		reflect.TypeFor[box[[]map[point]int]](),
		reflect.TypeFor[box[map[any]int]](),
		reflect.TypeFor[box[time.Duration]](),
		reflect.TypeFor[box[map[time.Duration]int]](),
		reflect.TypeFor[box[endless]](),
		reflect.TypeFor[box[endlessly]](),
	} {
		_, err := plan.ForOutput(typ)
		sentence.Equal(t, "ForOutput: "+typ.String(), err)
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
