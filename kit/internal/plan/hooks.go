package plan

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// hook is a method of a type that runs while a value of it is read.
type hook struct {
	name string
	typ  reflect.Type
	form string // how the method is declared
}

var (
	afterHook  = hook{"Validate", validatorType, "Validate(ctx context.Context) error"}
	beforeHook = hook{"BeforeValidate", beforeType, "BeforeValidate(ctx context.Context, raw kit.Value) (any, error)"}
)

// onlyItself is the path of a method that the type itself has.
var onlyItself = [][]int{nil}

func (h *hook) of(t reflect.Type) bool {
	return t.Implements(h.typ) || reflect.PointerTo(t).Implements(h.typ)
}

// methodsOf lists the methods of a struct and of the structs that it embeds, as paths to the
// structs. Their order is Python's method resolution order, in which Pydantic runs the
// validators before the fields. The method of a struct that is embedded twice is listed
// once. The function isField reports whether an embedded field is a field like any other.
// With strict, a method of another form is an error, because nothing would call it.
func (h *hook) methodsOf(t reflect.Type, strict bool, isField func(reflect.StructField) bool) ([][]int, error) {
	order, err := h.linearize(t, nil, strict, isField)
	if err != nil {
		return nil, err
	}
	var methods [][]int
	for _, b := range order {
		if b.declares {
			methods = append(methods, b.index)
		}
	}
	return methods, nil
}

// validatorsOf lists the Validate methods of a struct in the order in which Pydantic runs
// validators after the fields: the reverse of that of [hook.methodsOf].
func validatorsOf(t reflect.Type, strict bool, isField func(reflect.StructField) bool) ([][]int, error) {
	methods, err := afterHook.methodsOf(t, strict, isField)
	slices.Reverse(methods)
	return methods, err
}

// base is a struct or one that it embeds, with the path to it.
type base struct {
	typ      reflect.Type
	index    []int
	declares bool
}

// linearize returns the C3 linearization of a struct and its bases, which are the structs
// that it embeds. It is empty when none of them has the method.
func (h *hook) linearize(t reflect.Type, index []int, strict bool, isField func(reflect.StructField) bool) ([]base, error) {
	own, err := h.declares(t, strict)
	if err != nil {
		return nil, err
	}
	self := base{typ: t, index: index, declares: own}
	var lists [][]base
	var direct []base
	for i := range t.NumField() {
		sf := t.Field(i)
		switch {
		case !sf.Anonymous || isField(sf):
			continue
		case sf.Type.Kind() != reflect.Struct:
			if h.of(sf.Type) {
				return nil, fmt.Errorf("%s: embeds %s, which no request fills in, so its %s method has nothing to validate; embed a struct", t, sf.Type, h.name)
			}
			continue
		}
		bases, err := h.linearize(sf.Type, append(index[:len(index):len(index)], i), strict, isField)
		if err != nil {
			return nil, err
		}
		if len(bases) > 0 {
			lists, direct = append(lists, bases), append(direct, bases[0])
		}
	}
	if len(lists) == 0 && !own {
		return nil, nil
	}
	merged, between := merge(append(lists, direct))
	if between != nil {
		return nil, fmt.Errorf("%s: embeds %s before a struct that embeds it too, so there is no order for their %s methods; embed it once", t, between, h.name)
	}
	return append([]base{self}, merged...), nil
}

// merge is the merge of C3: it repeatedly takes the first head of a list that is in the tail
// of no list. When there is no such head, it returns a type that has no place.
func merge(lists [][]base) (merged []base, stuck reflect.Type) {
	for {
		lists = slices.DeleteFunc(lists, func(list []base) bool { return len(list) == 0 })
		if len(lists) == 0 {
			return merged, nil
		}
		next := slices.IndexFunc(lists, func(list []base) bool {
			return !slices.ContainsFunc(lists, func(other []base) bool { return contains(other[1:], list[0].typ) })
		})
		if next < 0 {
			return nil, lists[0][0].typ
		}
		taken := lists[next][0]
		merged = append(merged, taken)
		for i := range lists {
			if lists[i][0].typ == taken.typ {
				lists[i] = lists[i][1:]
			}
		}
	}
}

func contains(list []base, t reflect.Type) bool {
	return slices.ContainsFunc(list, func(b base) bool { return b.typ == t })
}

// declares reports whether a struct declares the method itself. A method that is promoted
// from an embedded field does not count.
func (h *hook) declares(t reflect.Type, strict bool) (bool, error) {
	if !h.of(t) {
		if method, ok := reflect.PointerTo(t).MethodByName(h.name); ok && strict && !h.isPromoted(t) {
			return false, fmt.Errorf("%s: has a method %s of the form %s, which nothing would call; its form is %s", t, h.name, signature(method), h.form)
		}
		return false, nil
	}
	embedded := false
	for field := range t.Fields() {
		embedded = embedded || field.Anonymous && h.of(field.Type)
	}
	switch {
	case !embedded:
		return true, nil
	case !marksPromotion():
		return false, fmt.Errorf("%s: the compiler of this program does not mark promoted methods, so the %s methods of embedded structs cannot be distinguished; write them without embedding", t, h.name)
	}
	return !h.isPromoted(t), nil
}

// signature is the type of a method without its receiver.
func signature(method reflect.Method) string {
	t := method.Type
	var parameters, results []string
	for i := range t.NumIn() - 1 {
		parameters = append(parameters, t.In(i+1).String())
	}
	for i := range t.NumOut() {
		results = append(results, t.Out(i).String())
	}
	return strings.TrimSpace(method.Name + "(" + strings.Join(parameters, ", ") + ") " + strings.Join(results, ", "))
}

// isPromoted reports whether the method of a type is promoted: the compiler has made it, and
// it calls the method of an embedded field.
func (h *hook) isPromoted(t reflect.Type) bool {
	method, ok := t.MethodByName(h.name)
	if !ok {
		method, _ = reflect.PointerTo(t).MethodByName(h.name)
	}
	entry := method.Func.Pointer()
	file, _ := runtime.FuncForPC(entry).FileLine(entry)
	return file == "<autogenerated>"
}

type (
	declaring  struct{}
	promoting  struct{ declaring }
	overriding struct{ declaring } //nolint:unused // it is embedded for its method
)

func (declaring) Validate(context.Context) error  { return nil }
func (overriding) Validate(context.Context) error { return nil }

// marksPromotion tests whether [hook.isPromoted] works with the compiler of this program.
var marksPromotion = sync.OnceValue(func() bool {
	return afterHook.isPromoted(reflect.TypeFor[promoting]()) && !afterHook.isPromoted(reflect.TypeFor[overriding]())
})
