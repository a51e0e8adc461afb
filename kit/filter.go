package kit

import (
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/noun"
)

// Filter is a filter by a repeated query parameter (?status=open&status=paid). It holds
// the values in their order. An empty one filters nothing (Polar guideline).
type Filter[T any] []T

// FiltersBy returns the type of the values. It is for the packages of this module: they
// recognize the type by this method.
func (Filter[T]) FiltersBy(noun.Key) reflect.Type { return reflect.TypeFor[T]() }

// MetadataFilter is the filter metadata[key]=value by the pairs of [Metadata]. The values
// of one key are alternatives; different keys must all match. Keys are in the order of
// their first occurrence, and a repeated value counts once. Text after the bracket is
// ignored, as Polar does it. Without a doc tag the document has a description of the
// filter all the same.
//
// A parameter of the name without a key (metadata=x, metadata[]=x, metadata[key=x,
// metadata.key=x) is a dict_type error. Polar ignores such a parameter and answers as if
// there were no filter.
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
