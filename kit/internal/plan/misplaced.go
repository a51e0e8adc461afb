package plan

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// misplaced refuses what belongs to a struct of parameters and stands in a body, where
// nothing would read it as it says.
func misplaced(sf reflect.StructField, where string) error {
	if t := sf.Type; noun.IsFilter(t) || t == metadataFilterType || reflect.PointerTo(t).Implements(parameterType) && readsItself(t) {
		return fmt.Errorf("%s: a %s reads parameters of the query and cannot stand in a body", where, t)
	}
	if _, named := sf.Tag.Lookup("json"); named {
		return nil // a struct may be both
	}
	for _, place := range places {
		if _, ok := sf.Tag.Lookup(place); ok {
			return fmt.Errorf("%s: has a %s tag, which belongs to a struct of parameters, and this is a body; use a json tag, or take kit.Schema away", where, place)
		}
	}
	return nil
}

// unreadable refuses a struct all of whose fields are hidden. A request could not fill in
// anything.
func unreadable(t reflect.Type) error {
	hides := false
	for field := range t.Fields() {
		if field.Anonymous || field.IsExported() {
			return nil
		}
		hides = hides || field.Name != "_"
	}
	if !hides {
		return nil
	}
	return fmt.Errorf("%s: none of its fields is exported, so a request cannot fill it in; export them, or write an UnmarshalJSON method", t)
}
