package plan

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// label is the name that Pydantic gives a value of the node in the locations of errors. The
// unions around the node are above, so that a union that holds itself has a label.
func (n *Node) label(above []*UnionPlan) string {
	switch n.Kind {
	case Bool:
		return "bool"
	case Integer:
		return n.constrained("int")
	case Float:
		return n.constrained("float")
	case String:
		return n.constrained("str")
	case UUID:
		return "uuid"
	case Datetime:
		return "datetime"
	case Date:
		return "date"
	case Decimal:
		return "decimal"
	case Duration:
		return "timedelta"
	case Email:
		return "function-after[_validate(), str]"
	case URL:
		return "function-wrap[wrap_val()]"
	case Any, Raw:
		return "any"
	case Enum:
		if n.Type.Kind() == reflect.String {
			return "str-enum[" + className(n.Type) + "]"
		}
		return "int-enum[" + className(n.Type) + "]"
	case Literal:
		values := make([]string, len(n.Values))
		for i, value := range n.Values {
			values[i] = n.reprOf(value)
		}
		return "literal[" + strings.Join(values, ",") + "]"
	case List:
		return "list[" + n.Elem.innerLabel(above) + "]"
	case Set:
		return "set[" + n.Elem.innerLabel(above) + "]"
	case Map:
		return "dict[" + n.Key.innerLabel(above) + "," + n.Elem.innerLabel(above) + "]"
	case Metadata:
		return "dict[constrained-str,union[constrained-str,int,float,bool]]"
	case Union:
		return n.Union.label(above)
	default:
		return className(n.Type)
	}
}

// innerLabel is the label of what a list or a map holds.
func (n *Node) innerLabel(above []*UnionPlan) string {
	if n.Nullable {
		return "nullable[" + n.label(above) + "]"
	}
	return n.label(above)
}

func (n *Node) constrained(name string) string {
	if n.MinLength != nil || n.MaxLength != nil || n.Pattern != "" || n.GE != nil || n.GT != nil || n.LE != nil || n.LT != nil || n.MultipleOf != nil {
		return "constrained-" + name
	}
	return name
}

func (u *UnionPlan) label(above []*UnionPlan) string {
	if slices.Contains(above, u) {
		return "..."
	}
	above = append(above[:len(above):len(above)], u)
	var labels []string
	for i := range u.Variants {
		label := u.Variants[i].Node.label(above)
		for range max(1, len(u.Variants[i].Tags)) { // Pydantic has a choice for each value of the tag
			labels = append(labels, label)
		}
	}
	name := "tagged-union"
	if u.Tries() {
		name = "union"
	}
	return name + "[" + strings.Join(labels, ",") + "]"
}

// className is the name that a class of Python would have: that of the type, with an upper
// case letter first.
func className(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "·") // a type declared inside of a function
	if name == "" {
		return t.String()
	}
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
