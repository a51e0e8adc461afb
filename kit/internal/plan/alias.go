package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
)

// alias is a place in a body where a field is read from: keys, and indexes of lists.
type alias []any

// parseAliases reads the alias tag of a field: names and paths separated by commas, in
// the order in which they are tried.
func parseAliases(tag, where string) ([]alias, error) {
	var aliases []alias
	for name := range strings.SplitSeq(tag, ",") {
		var path alias
		for part := range strings.SplitSeq(name, ".") {
			index, err := strconv.Atoi(part)
			switch {
			case part == "":
				return nil, fmt.Errorf("%s: the alias tag %q has an empty name; it holds names such as userId and paths such as meta.id, separated by commas", where, tag)
			case err != nil || len(path) == 0:
				path = append(path, part)
			default:
				path = append(path, index)
			}
		}
		aliases = append(aliases, path)
	}
	return aliases, nil
}

// InputName is the name under which a body has the field: the first of its aliases that is
// no path. It is empty where the field is read from paths alone.
func (f *Field) InputName() string {
	if f.aliases == nil {
		return f.Name
	}
	for _, path := range f.aliases {
		if len(path) == 1 {
			return path[0].(string) //nolint:forcetypeassert // the first part is a key
		}
	}
	return ""
}

// InputPath is the first place where a body has the field.
func (f *Field) InputPath() []any {
	if f.aliases == nil {
		return []any{f.Name}
	}
	return f.aliases[0]
}

// isRead reports whether the field is read from a key, and whether it is then the whole
// value.
func (f *Field) isRead(key string) (read, whole bool) {
	if f.aliases == nil {
		read = f.Name == key
		return read, read
	}
	for _, path := range f.aliases {
		if path[0] == key {
			if len(path) == 1 {
				return true, true
			}
			read = true
		}
	}
	return read, false
}

// nameKeys numbers the keys of an object that has fields with aliases. Two fields may have
// an alias in common, but not the name in the document.
func (o *ObjectPlan) nameKeys() error {
	aliased := false
	names := map[string]*Field{}
	for _, f := range o.Fields {
		aliased = aliased || f.aliases != nil
		name := f.InputName()
		if other := names[name]; other != nil && name != "" {
			return fmt.Errorf("%s: the fields %s and %s are both read from %q; rename one", o.Type, other.GoName, f.GoName, name)
		}
		names[name] = f
	}
	if !aliased {
		return nil
	}
	o.keys = map[string]int{}
	for _, f := range o.Fields {
		for _, path := range f.paths() {
			if key, _ := path[0].(string); !o.hasKey(key) {
				o.keys[key] = len(o.keys)
			}
		}
	}
	return nil
}

func (o *ObjectPlan) hasKey(key string) bool { _, ok := o.keys[key]; return ok }

// paths are the places where the field is looked for, in their order.
func (f *Field) paths() []alias {
	if f.aliases == nil {
		return []alias{{f.Name}}
	}
	return f.aliases
}

// locate finds the values of the fields of an object with aliases, whose tokens stand in
// d.found from base on. It returns the path of each field that is there, by which its
// errors are located, and the keys that no field is read from.
func (o *ObjectPlan) locate(d *decoder, object pyjson.Token, base int) (paths []alias, extra bool) {
	values := make([]pyjson.Token, len(o.keys))
	for i := range values {
		values[i] = none
	}
	for k, end := object+1, d.doc.After(object); k < end; k = d.doc.After(k + 1) {
		if i, ok := o.keys[d.doc.Text(k)]; ok {
			values[i] = k + 1
		} else {
			extra = true
		}
	}
	paths = make([]alias, len(o.Fields))
	for i, f := range o.Fields {
		for _, path := range f.paths() {
			tok := values[o.keys[path[0].(string)]] //nolint:forcetypeassert // the first part is a key
			for _, part := range path[1:] {
				if tok == none {
					break
				}
				tok = d.doc.Member(tok, part)
			}
			if tok != none {
				d.found[base+i], paths[i] = tok, path
				break
			}
		}
	}
	return paths, extra || o.ForbidExtra || o.Extra != nil
}

// reads reports whether a field is read from the key: any, or in an object with aliases
// one that has been found there.
func (o *ObjectPlan) reads(key string, paths []alias) bool {
	if o.keys == nil {
		return o.find(key) >= 0
	}
	for _, path := range paths {
		if path != nil && path[0] == key {
			return true
		}
	}
	return false
}

// aliasedMember is the node of a value of an object with aliases, and whether the value is
// sensitive. What a path leads into is sensitive as a whole.
func (o *ObjectPlan) aliasedMember(key string) (node *Node, secret bool) {
	for _, f := range o.Fields {
		read, whole := f.isRead(key)
		switch {
		case !read:
		case f.Sensitive || !whole && f.Node.sensitive:
			return nil, true
		case whole && (node == nil || f.Node.sensitive):
			node = f.Node
		}
	}
	return node, false
}

// pushField goes to the place of a field: its name, or the path where it has been found. A
// field that is missing has the place of its first alias.
func (d *decoder) pushField(f *Field, path alias) {
	switch {
	case f.aliases == nil:
		d.push(f.boxed)
		return
	case path == nil:
		path = f.aliases[0]
	}
	for _, part := range path {
		if index, ok := part.(int); ok {
			d.pushIndex(index)
		} else {
			d.push(part)
		}
	}
}

// aliasTag reads the alias tag of a field of a body.
func (f *Field) aliasTag(sf reflect.StructField, where string) (err error) {
	if tag, ok := sf.Tag.Lookup("alias"); ok {
		f.aliases, err = parseAliases(tag, where)
	}
	return err
}
