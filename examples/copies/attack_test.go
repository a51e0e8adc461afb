package copies_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

// attack calls methods by reflection and writes over what they return.
type attack struct {
	t      *testing.T
	victim uuid.UUID
	// arguments are made for each call, so that they can be written over too.
	arguments map[reflect.Type]func() []any
	called    map[reflect.Type]map[string]bool
}

func newAttack(t *testing.T, w *world) *attack {
	kind := func() []any { return []any{auth.OrganizationKind} }
	return &attack{t: t, victim: w.victim, called: map[reflect.Type]map[string]bool{}, arguments: map[reflect.Type]func() []any{
		reflect.TypeFor[context.Context]():  func() []any { return []any{t.Context()} },
		reflect.TypeFor[owner.Kind]():       kind,
		reflect.TypeFor[uuid.UUID]():        func() []any { return []any{w.mine, w.victim} },
		reflect.TypeFor[credential.Scope](): func() []any { return []any{credential.Scope("notes:read")} },
		reflect.TypeFor[credential.Limit](): func() []any { return []any{credential.LimitedTo(w.mine)} },
		reflect.TypeFor[time.Time]():        func() []any { return []any{time.Now()} },
		reflect.TypeFor[time.Duration]():    func() []any { return []any{time.Hour} },
		reflect.TypeFor[[]uuid.UUID](): func() []any {
			return []any{[]uuid.UUID{}, []uuid.UUID{w.second, w.mine, w.victim}}
		},
		reflect.TypeFor[kit.Optional[uuid.UUID]](): func() []any {
			return []any{kit.Optional[uuid.UUID]{}, kit.Some(w.mine)}
		},
		reflect.TypeFor[kit.ParameterField](): func() []any {
			return []any{kit.ParameterField{Name: "sorting", Tag: `default:"name"`}}
		},
		reflect.TypeFor[*kit.ParameterInput](): func() []any {
			return []any{kit.NewParameterInput(kit.ParameterField{Name: "sorting"}, nil, kit.ParseQuery("sorting=name"), func(errors.ValidationError) {})}
		},
	}}
}

const maxDepth = 3

// walk calls every exported method of a value, also those of a pointer to a copy
// of it, goes on with what they return, and writes over that.
func (a *attack) walk(v reflect.Value, depth int) {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			a.walk(v.Index(i), depth)
		}
	}
	if depth > maxDepth || !attacked(v.Type()) {
		return
	}
	receiver := reflect.New(v.Type())
	receiver.Elem().Set(v)
	for i := range receiver.NumMethod() {
		method := receiver.Type().Method(i)
		if a.called[v.Type()] == nil {
			a.called[v.Type()] = map[string]bool{}
		}
		a.called[v.Type()][method.Name] = true
		for _, in := range a.calls(method.Type, 1) {
			receiver.Elem().Set(v)
			var out []reflect.Value
			if method.Type.IsVariadic() {
				out = receiver.Method(i).CallSlice(in)
			} else {
				out = receiver.Method(i).Call(in)
			}
			for _, result := range out {
				if result.Type() == reflect.TypeFor[error]() {
					continue // the program shares the values of errors
				}
				a.walk(result, depth+1)
				a.write(result, 0)
			}
			for _, argument := range in {
				a.write(argument, 0)
			}
		}
	}
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				a.walk(v.Field(i), depth+1)
			}
		}
	}
}

// attacked reports whether a type is one of those that a handler is given.
func attacked(typ reflect.Type) bool {
	path := typ.PkgPath()
	return strings.HasSuffix(path, "/polarkit/sorting") || strings.Contains(path, "/polarkit/auth")
}

// calls are the arguments of the calls of a method: every combination.
func (a *attack) calls(method reflect.Type, from int) [][]reflect.Value {
	if from == method.NumIn() {
		return [][]reflect.Value{nil}
	}
	values := a.arguments[method.In(from)]
	require.NotNil(a.t, values, "the test has no argument of type %v", method.In(from))
	var all [][]reflect.Value
	for i := range values() {
		for _, rest := range a.calls(method, from+1) {
			all = append(all, append([]reflect.Value{reflect.ValueOf(values()[i])}, rest...))
		}
	}
	return all
}

// write writes over all that a value refers to and that another package than the
// one that declares it can write to.
func (a *attack) write(v reflect.Value, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			a.write(v.Elem(), depth+1)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*testing.T]() || hasUnexported(v.Type().Elem()) {
			return
		}
		a.write(v.Elem(), depth+1)
		a.set(v.Elem())
	case reflect.Slice:
		whole := v.Slice(0, v.Cap()) // also what stands behind its end
		for i := range whole.Len() {
			a.write(whole.Index(i), depth+1)
			a.set(whole.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			a.write(v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			a.write(v.MapIndex(key), depth+1)
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				a.write(v.Field(i), depth+1)
			}
		}
	}
}

// set gives a place another value: the victim where that fits.
func (a *attack) set(place reflect.Value) {
	if !place.CanSet() {
		return
	}
	victim := reflect.ValueOf(a.victim)
	switch {
	case victim.Type().AssignableTo(place.Type()):
		place.Set(victim)
	case place.Kind() == reflect.String:
		place.SetString("notes:write")
	default:
		place.SetZero()
	}
}

func hasUnexported(typ reflect.Type) bool {
	return typ.Kind() == reflect.Struct && slices.ContainsFunc(reflect.VisibleFields(typ), func(f reflect.StructField) bool { return !f.IsExported() })
}

// requireCalled fails for a type of which some exported method was not called.
func (a *attack) requireCalled(types ...reflect.Type) {
	a.t.Helper()
	for _, typ := range types {
		pointer := reflect.PointerTo(typ)
		require.NotZero(a.t, pointer.NumMethod())
		for i := range pointer.NumMethod() {
			require.True(a.t, a.called[typ][pointer.Method(i).Name], "%v.%s was not called", typ, pointer.Method(i).Name)
		}
	}
}
