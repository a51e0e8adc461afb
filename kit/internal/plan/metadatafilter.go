package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/querystring"
)

// MetadataBounds are the bounds of a kit.MetadataFilter.
type MetadataBounds struct {
	// Keys is the largest number of keys.
	Keys int
	// Values is the largest number of values of all keys together.
	Values int

	tooManyKeys, tooManyValues *sizeRule
}

// MetadataFilterValues is the bound of values where no tag sets another one.
const MetadataFilterValues = 100

// metadataParam compiles a field of the type kit.MetadataFilter.
func metadataParam(sf reflect.StructField, from, name string, at []int, where string) (*Field, error) {
	if from != "query" {
		return nil, fmt.Errorf("%s: a kit.MetadataFilter needs a query tag", where)
	}
	bounds := &MetadataBounds{Keys: kit.MaxMetadataKeys, Values: MetadataFilterValues}
	for _, setting := range []struct {
		key  string
		into *int
	}{{"max_keys", &bounds.Keys}, {"max_values", &bounds.Values}} {
		text, ok := sf.Tag.Lookup(setting.key)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%s: the tag %s:%q must be a positive integer", where, setting.key, text)
		}
		*setting.into = int(n)
	}
	bounds.tooManyKeys = containerLength("too_long", "Dictionary", "at most", "max_length", bounds.Keys)
	bounds.tooManyValues = containerLength("too_long", "List", "at most", "max_length", bounds.Values)
	doc := sf.Tag.Get("doc")
	if doc == "" {
		doc = "Filter by metadata key-value pairs: " + name + "[key]=value." // it is the same everywhere
	}
	return &Field{
		Name: name, GoName: sf.Name, In: from, Tag: sf.Tag, Doc: doc, Example: sf.Tag.Get("example"),
		MetadataFilter: bounds, index: at, boxed: name,
	}, nil
}

// bindMetadata reads name[key]=value. As with Polar's pattern, only the begin of the name is
// compared, and text after the bracket is ignored. A filter without a key is refused:
// otherwise it would look like a filter and filter nothing.
func (f *Field) bindMetadata(d *decoder, query querystring.Values, v reflect.Value) bool {
	var found metadataPairs
	good := true
	for _, p := range query {
		key, ours := f.metadataKey(p.Name)
		switch {
		case !ours:
		case key == "":
			d.push(f.In)
			d.push(p.Name)
			good = d.failInput(issueDict, p.Value)
			d.echoed += len(p.Name) + len(p.Value)
			d.pop()
			d.pop()
		default:
			found.add(key, p.Value)
		}
	}
	bounds := f.MetadataFilter
	var over *sizeRule
	count := 0
	switch {
	case len(found.keys) > bounds.Keys:
		over, count = bounds.tooManyKeys, len(found.keys)
	case len(found.seen) > bounds.Values:
		over, count = bounds.tooManyValues, len(found.seen)
	}
	if over != nil {
		d.push(f.In)
		d.push(f.boxed)
		defer d.pop()
		defer d.pop()
		return d.failInput(over.actual(count), encode.Raw(found.json()))
	}
	if len(found.keys) == 0 {
		return good
	}
	filter := make(kit.MetadataFilter, len(found.keys))
	for i, key := range found.keys {
		filter[i] = kit.MetadataCriterion{Key: key, Values: found.values[i]}
	}
	f.target(v).Set(reflect.ValueOf(filter))
	return good
}

// metadataKey returns the key in the name of a parameter of the filter. It is empty for the
// names without a key: name, name[]=, name[key=, name.key. Other names are not of the
// filter.
func (f *Field) metadataKey(name string) (key string, ours bool) {
	rest, found := strings.CutPrefix(name, f.Name)
	switch {
	case !found:
		return "", false
	case rest == "" || rest[0] == '.':
		return "", true
	case rest[0] != '[':
		return "", false
	}
	key, _, closed := strings.Cut(rest[1:], "]")
	if !closed {
		return "", true
	}
	return key, true
}

// metadataPairs are keys in the order of their first occurrence. Each has its values, and
// each value counts once.
type metadataPairs struct {
	keys   []string
	values [][]string
	index  map[string]int
	seen   map[querystring.Pair]struct{}
}

func (m *metadataPairs) add(key, value string) {
	if m.index == nil {
		m.index, m.seen = map[string]int{}, map[querystring.Pair]struct{}{}
	}
	if _, again := m.seen[querystring.Pair{Name: key, Value: value}]; again {
		return
	}
	m.seen[querystring.Pair{Name: key, Value: value}] = struct{}{}
	i, known := m.index[key]
	if !known {
		i = len(m.keys)
		m.index[key] = i
		m.keys, m.values = append(m.keys, key), append(m.values, nil)
	}
	m.values[i] = append(m.values[i], value)
}

// json writes what was sent as an object. A key with several values has a list of them.
func (m *metadataPairs) json() []byte {
	object := []byte{'{'}
	for i, key := range m.keys {
		if i > 0 {
			object = append(object, ',')
		}
		object = append(encode.AppendEcho(object, key), ':')
		if values := m.values[i]; len(values) == 1 {
			object = encode.AppendEcho(object, values[0])
		} else {
			object = encode.AppendEcho(object, values)
		}
	}
	return append(object, '}')
}
