package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// Filter is a filter by a repeated query parameter (?status=open&status=paid):
// the values in their order, empty when there are none, which filters nothing
// (Polar guideline: no filter is implied).
type Filter[T any] []T

// FiltersBy returns the type of the values. Packages of this module recognize the type
// by this method; others cannot call it.
func (Filter[T]) FiltersBy(noun.Key) reflect.Type { return reflect.TypeFor[T]() }

// MetadataFilter is the filter metadata[key]=value by the pairs of [Metadata]:
// the values of one key are alternatives, different keys must all match. Keys
// stand in the order of their first occurrence, and a value that is repeated
// counts once. What follows the bracket is ignored, as by Polar. A parameter of
// the name that has no key (metadata=x, metadata[]=x, metadata[key=x,
// metadata.key=x) is a dict_type error; Polar ignores it, and answers as if there
// were no filter. Without a doc tag the filter describes itself.
//
// More than 50 keys (Polar guideline: metadata has no more), or more than 100
// values of all keys together, are the error too_long at the parameter. Tags
// change the bounds:
//
//	Metadata kit.MetadataFilter `query:"metadata" max_keys:"10" max_values:"20"`
type MetadataFilter []MetadataCriterion

// MetadataCriterion is one key of a [MetadataFilter].
type MetadataCriterion struct {
	Key    string
	Values []string
}
