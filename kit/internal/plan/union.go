package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// UnionPlan is the plan of a union.
type UnionPlan struct {
	// Tag is the wire name of the field that distinguishes the variants, in a union by tag.
	Tag string
	// Variants are the types in their order.
	Variants []Variant

	mode                    definition.Mode
	tagOf                   func(kit.Value) (string, bool) // of a union by function
	byTag                   map[any]int                    // string, int64 or bool
	discriminator, expected string
	notFound                pydantic.Issue
}

// Variant is one type of a union.
type Variant struct {
	// Tags are the values of the tag field that stand for this variant: strings, int64s or
	// bools.
	Tags []any
	// Node is the plan of the variant.
	Node *Node

	label   any  // for locations, in a union without a tag field
	pointer bool // the interface holds a pointer
}

// IsTagged reports whether the value of a field chooses the variant.
func (u *UnionPlan) IsTagged() bool { return u.mode == definition.ByTag }

// Tries reports whether the variants are tried.
func (u *UnionPlan) Tries() bool {
	return u.mode == definition.Smart || u.mode == definition.Ordered
}

func (c *compiler) union(t reflect.Type, def *definition.Union) (*UnionPlan, error) {
	if u, ok := c.unions[t]; ok {
		return u, nil
	}
	u := &UnionPlan{mode: def.Mode, Tag: def.Tag, byTag: map[any]int{}}
	c.unions[t] = u
	if len(def.Variants) == 0 {
		return nil, fmt.Errorf("%s: the union has no variants; name them where it is defined", t)
	}
	outside := c.open
	c.open = map[reflect.Type]bool{}
	defer func() { c.open = outside }()
	var errs []error
	for _, variant := range def.Variants {
		n, err := c.variant(t, variant)
		if errs = append(errs, err); err == nil {
			u.Variants = append(u.Variants, Variant{Node: n, pointer: variant.Type.Kind() == reflect.Pointer})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.unioned = append(c.unioned, func() error { return u.complete(t, def) })
	if u.Tries() {
		c.labelled = append(c.labelled, func() { u.labelAll(def) })
	}
	return u, nil
}

// variant compiles one type of a union.
func (c *compiler) variant(t reflect.Type, def definition.Variant) (*Node, error) {
	typ := def.Type
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	where := fmt.Sprintf("%s: the variant %s", t, typ)
	if typ.Kind() == reflect.Struct && def.Rules == "" {
		where = typ.String()
	}
	n, _, err := c.tagged(typ, def.Rules, where)
	return n, err
}

// complete prepares what needs the fields of all variants.
func (u *UnionPlan) complete(t reflect.Type, def *definition.Union) error {
	switch u.mode {
	case definition.ByTag:
		return u.readTags(t)
	case definition.ByFunction:
		return u.nameTags(t, def)
	default:
		return nil
	}
}

// labelAll names the variants of a union without tags. The tags of all other unions are
// known.
func (u *UnionPlan) labelAll(def *definition.Union) {
	for i := range u.Variants {
		u.Variants[i].label = u.Variants[i].Node.label(nil)
		if def.Variants[i].HasTag {
			u.Variants[i].label = def.Variants[i].Tag
		}
	}
}

// readTags reads the tags of the variants from their tag fields.
func (u *UnionPlan) readTags(t reflect.Type) error {
	var reprs []string
	for i := range u.Variants {
		variant := &u.Variants[i]
		tags, err := variant.Node.tags(u.Tag)
		if err != nil {
			return err
		}
		for _, tag := range tags {
			if other, taken := u.byTag[tag.value]; taken {
				return fmt.Errorf("%s: %s and %s have the same %s %s; another field that distinguishes them makes a union of the two, which Union.Nested adds",
					t, u.Variants[other].Node.Type, variant.Node.Type, u.Tag, tag.text())
			}
			u.byTag[tag.value] = i
			reprs = append(reprs, tag.repr)
			variant.Tags = append(variant.Tags, tag.value)
		}
	}
	u.expect("'"+u.Tag+"'", reprs)
	return nil
}

// nameTags takes the tags of a union by function from its definition.
func (u *UnionPlan) nameTags(t reflect.Type, def *definition.Union) error {
	u.tagOf, _ = def.Function.(func(kit.Value) (string, bool))
	var reprs []string
	for i, variant := range def.Variants {
		switch _, taken := u.byTag[variant.Tag]; {
		case !variant.HasTag:
			return fmt.Errorf("%s: the variant %s has no tag; add it with Union.Tagged", t, variant.Type)
		case taken:
			return fmt.Errorf("%s: two variants have the tag %q", t, variant.Tag)
		}
		u.byTag[variant.Tag] = i
		u.Variants[i].label = variant.Tag
		reprs = append(reprs, python.Repr(variant.Tag))
	}
	u.expect(u.Tag+"()", reprs)
	return nil
}

// expect prepares the errors of tags.
func (u *UnionPlan) expect(discriminator string, tags []string) {
	u.discriminator, u.expected = discriminator, strings.Join(tags, ", ")
	u.notFound = pydantic.Issue{
		Type: "union_tag_not_found",
		Msg:  "Unable to extract tag using discriminator " + discriminator,
		Ctx:  errors.Ctx{{Name: "discriminator", Value: discriminator}},
	}
}

// tag is a value of a tag field, and how Python prints it.
type tag struct {
	value any
	repr  string
}

func (t tag) text() string {
	if text, ok := t.value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(t.value)
}

// tags are the values of the tag field of a variant. The variants of a nested union share
// them.
func (n *Node) tags(name string) (tags []tag, err error) {
	if n.Kind == Union && n.Union.IsTagged() {
		seen := map[any]bool{}
		for _, variant := range n.Union.Variants {
			some, err := variant.Node.tags(name)
			if err != nil {
				return nil, err
			}
			for _, tag := range some {
				if !seen[tag.value] {
					seen[tag.value] = true
					tags = append(tags, tag)
				}
			}
		}
		return tags, nil
	}
	var f *Field
	if n.Kind == Object {
		f = n.Object.field(name)
	}
	if f == nil || f.Node == nil || f.Node.Kind != Literal && f.Node.Kind != Enum {
		return nil, fmt.Errorf("%s: needs a field with the wire name %q that says which values mean it, such as `json:%q validate:\"oneof=…\"`", n.Type, name, name)
	}
	for _, value := range f.Node.Values {
		tags = append(tags, tag{value, f.Node.reprOf(value)})
	}
	return tags, nil
}

// reprOf is how Python prints a value of a closed set: of an enum as its member.
func (n *Node) reprOf(value any) string {
	var repr string
	switch value := value.(type) {
	case string:
		repr = python.Repr(value)
	case bool:
		repr = python.Bool(value)
	default:
		repr = fmt.Sprint(value)
	}
	if !isEnum(n.Type) {
		return repr
	}
	return "<" + className(n.Type) + "." + memberName(n.Type, value) + ": " + repr + ">"
}

// memberName is the name of a value of a closed set. It is what the String method says, or
// the value.
func memberName(t reflect.Type, value any) string {
	v := reflect.New(t).Elem()
	v.Set(reflect.ValueOf(value).Convert(t))
	return fmt.Sprint(v.Interface())
}

// maxTag is how much of a union's tag a message repeats.
const maxTag = 1000

// cut shortens a text that goes into a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
