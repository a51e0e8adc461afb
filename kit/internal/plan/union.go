package plan

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

func (c *compiler) union(t reflect.Type, def *definition.Union) (*UnionPlan, error) {
	if u, ok := c.unions[t]; ok {
		return u, nil
	}
	u := &UnionPlan{Tag: def.Tag, byTag: map[string]int{}}
	c.unions[t] = u
	var errs []error
	for _, variant := range def.Variants {
		if variant.Kind() == reflect.Pointer {
			variant = variant.Elem()
		}
		n := &Node{Kind: Object, Type: variant}
		c.nodes = append(c.nodes, n)
		var err error
		n.Object, err = c.object(variant)
		errs = append(errs, err)
		u.Variants = append(u.Variants, Variant{Node: n})
	}
	c.unioned = append(c.unioned, func() error { return u.complete(t) })
	u.notFound = pydantic.Issue{
		Type: "union_tag_not_found",
		Msg:  "Unable to extract tag using discriminator '" + def.Tag + "'",
		Ctx:  errors.Ctx{{Name: "discriminator", Value: "'" + def.Tag + "'"}},
	}
	return u, errors.Join(errs...)
}

// complete reads the tags of the variants, once their fields are known.
func (u *UnionPlan) complete(t reflect.Type) error {
	var reprs []string
	for i := range u.Variants {
		variant := &u.Variants[i]
		tags, err := variant.Node.Object.tagValues(u.Tag)
		if err != nil {
			return err
		}
		for _, tag := range tags {
			if other, taken := u.byTag[tag]; taken {
				return fmt.Errorf("%s: %s and %s have the same %s %q", t, u.Variants[other].Node.Type, variant.Node.Type, u.Tag, tag)
			}
			u.byTag[tag] = i
			reprs = append(reprs, python.Repr(tag))
		}
		variant.Tags = tags
	}
	u.expected = strings.Join(reprs, ", ")
	return nil
}

// tagValues are the values of the tag field of a variant.
func (o *ObjectPlan) tagValues(tag string) ([]string, error) {
	f := o.field(tag)
	if f == nil || f.Node == nil || f.Node.Kind != Literal && f.Node.Kind != Enum || f.Node.Type.Kind() != reflect.String {
		return nil, fmt.Errorf("%s: needs a field with the wire name %q that says which values mean it, such as `json:%q validate:\"oneof=…\"`", o.Type, tag, tag)
	}
	var tags []string
	for _, value := range f.Node.Values {
		tags = append(tags, value.(string)) //nolint:forcetypeassert // checked above
	}
	return tags, nil
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
