package kit

import (
	"fmt"
	"reflect"

	"github.com/polarkit-go/polarkit/kit/internal/definition"
)

// Union is a closed set of types that an interface stands for. [DefineUnion],
// [DefineUnionBy], [DefineSmartUnion] and [DefineOrderedUnion] make it. Its methods add
// further variants. They are called in the expression that defines the union.
type Union[I any] struct{ defined *definition.Union }

// DefineUnion names the structs that an interface stands for in requests, and the wire
// name of the field that distinguishes them (Pydantic's discriminated union). It is called
// once per interface, in a package variable:
//
//	type Pet interface{ pet() }
//
//	type Cat struct {
//		kit.Schema
//
//		Type  string `json:"type" validate:"oneof=cat"`
//		Lives int    `json:"lives"`
//	}
//
//	func (Cat) pet() {}
//
//	var _ = kit.DefineUnion[Pet]("type", Cat{}, Dog{})
//
// The compiler checks that each struct implements the interface. The tag field of a struct
// has the values that mean it: in a rule oneof, or in the Values method of its type. They
// are texts, integers or booleans. Fields of type Pet, []Pet or kit.Optional[Pet] then work
// in schemas, and a body may be a Pet itself.
//
// Where another field distinguishes several structs of one tag, these structs are a union
// of their own, which [Union.Nested] adds.
//
// It panics for a type that is no interface or has been defined before, for an empty tag,
// and for variants that are no structs. Tags that are missing or belong to two structs are
// reported when a type that uses the union is compiled.
func DefineUnion[I any](tag string, variants ...I) *Union[I] {
	return define("DefineUnion", &definition.Union{Mode: definition.ByTag, Tag: tag}, variants)
}

// DefineUnionBy defines a union of which a function chooses the variant, by the value as it
// was sent (Pydantic's callable discriminator). The function returns the tag of a variant,
// or false where it finds none. [Union.Tagged] adds the variants:
//
//	type Perk interface{ perk() }
//
//	var _ = kit.DefineUnionBy[Perk]("perk_tag", perkTag).
//		Tagged("link", LinkPerk{}).
//		Tagged("note", NotePerk{})
//
//	func perkTag(raw kit.Value) (tag string, ok bool) {
//		switch {
//		case raw.Has("url"):
//			return "link", true
//		case raw.Has("text"):
//			return "note", true
//		}
//		return "", false
//	}
//
// A value without a tag is union_tag_not_found, and one whose tag no variant has is
// union_tag_invalid. The name is that of the function in these errors, where Pydantic
// writes the name of a function of Python. The tag is in the locations of the errors of a
// variant.
//
// It panics for a type that is no interface or has been defined before, for an empty name,
// and for a function that is nil.
func DefineUnionBy[I any](name string, tagOf func(raw Value) (tag string, ok bool)) *Union[I] {
	if tagOf == nil {
		panic("kit: DefineUnionBy: the function is nil; pass one that returns the tag of a value")
	}
	return define[I]("DefineUnionBy", &definition.Union{Mode: definition.ByFunction, Tag: name, Function: tagOf}, nil)
}

// DefineSmartUnion names the types that an interface stands for, without a tag. It is
// Pydantic's union in smart mode, which is that of a plain A | B. Of the variants that take
// a value, that with the most fields in the value is taken; of several such variants the
// one that takes it as it is, without a conversion; of several such variants the first.
// When no variant takes the value, the errors of each are reported behind its label:
//
//	type Lookup interface{ lookup() }
//
//	var _ = kit.DefineSmartUnion[Lookup](ByNumber{}, ByEmail{})
//
//	{"loc": ["body", "ByNumber", "number"], "msg": "Field required", …}
//
// A label is what Pydantic writes: the name of a struct, str, int, list[int]. [Union.Tagged]
// adds a variant with another label.
//
// Variants may be of any type. Types that other packages declare, and Go's own, have no
// methods of yours. An interface without methods takes them:
//
//	type Word any
//
//	var _ = kit.DefineSmartUnion[Word]("", 0, false) // str | int | bool
//
// Values are read with a type switch. Other types than those of the variants are refused
// when a reply is written.
//
// It panics for a type that is no interface or has been defined before.
func DefineSmartUnion[I any](variants ...I) *Union[I] {
	return define("DefineSmartUnion", &definition.Union{Mode: definition.Smart}, variants)
}

// DefineOrderedUnion is [DefineSmartUnion] for a union of which the first variant counts
// that takes the value. It is Pydantic's union_mode="left_to_right".
func DefineOrderedUnion[I any](variants ...I) *Union[I] {
	return define("DefineOrderedUnion", &definition.Union{Mode: definition.Ordered}, variants)
}

func define[I any](name string, union *definition.Union, variants []I) *Union[I] {
	u := &Union[I]{union}
	u.add(name, variants...)
	if err := definition.AddUnion(reflect.TypeFor[I](), union); err != nil {
		panic("kit: " + name + ": " + err.Error())
	}
	return u
}

// Variants adds variants.
func (u *Union[I]) Variants(variants ...I) *Union[I] { return u.add("Union.Variants", variants...) }

// Ruled adds a variant with rules. The tag is that of a field: validate, pattern,
// key_pattern and transform.
//
//	type Code any
//
//	// A text of at most 3 characters, or an integer from 10 on.
//	var _ = kit.DefineSmartUnion[Code]().
//		Ruled(`validate:"max=3"`, "").
//		Ruled(`validate:"gte=10"`, 0)
//
//	type When any
//
//	// A time, or the text now.
//	var _ = kit.DefineSmartUnion[When](time.Time{}).Ruled(`validate:"oneof=now"`, "")
func (u *Union[I]) Ruled(tag reflect.StructTag, variant I) *Union[I] {
	u.add("Union.Ruled", variant)
	u.last().Rules = tag
	return u
}

// Tagged adds a variant with a tag. A union of [DefineUnionBy] has its variants by their
// tags. In a union without tags it is the label of the variant in the locations of errors,
// which otherwise is the name of its type. It is Pydantic's Annotated[…, Tag("…")].
//
// It panics for a union of [DefineUnion], whose structs say their tags.
func (u *Union[I]) Tagged(tag string, variant I) *Union[I] {
	if u.defined.Mode == definition.ByTag {
		panic("kit: Union.Tagged: the structs of a union of DefineUnion say their tags themselves; use Union.Variants")
	}
	u.add("Union.Tagged", variant)
	u.last().Tag, u.last().HasTag = tag, true
	return u
}

// Nested adds the variants of another union as one variant. The interface of that union must
// have the methods of this one:
//
//	type Method interface{ method() }
//
//	type Card interface {
//		Method
//		card()
//	}
//
//	var cards = kit.DefineUnion[Card]("brand", Visa{}, Amex{})
//
//	// Visa and Amex have the type card. Their brand distinguishes them.
//	var _ = kit.DefineUnion[Method]("type").Nested(cards).Variants(Bank{})
func (u *Union[I]) Nested(other interface{ stands() reflect.Type }) *Union[I] {
	inner, outer := other.stands(), reflect.TypeFor[I]()
	if !inner.Implements(outer) {
		panic(fmt.Sprintf("kit: Union.Nested: %s does not have the methods of %s; embed %s in it", inner, outer, outer))
	}
	u.defined.Variants = append(u.defined.Variants, definition.Variant{Type: inner})
	return u
}

func (u *Union[I]) stands() reflect.Type { return reflect.TypeFor[I]() }

func (u *Union[I]) last() *definition.Variant {
	return &u.defined.Variants[len(u.defined.Variants)-1]
}

func (u *Union[I]) add(name string, variants ...I) *Union[I] {
	for _, variant := range variants {
		t := reflect.TypeOf(variant)
		if t == nil {
			panic("kit: " + name + ": a variant is nil; pass the zero value of each type, such as Cat{}")
		}
		if err := u.defined.Add(definition.Variant{Type: t}); err != nil {
			panic(fmt.Sprintf("kit: %s: %s: %s", name, reflect.TypeFor[I](), err))
		}
	}
	return u
}
