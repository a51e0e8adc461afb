package pattern

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// item is one character, or a class of characters, such as \w.
type item struct {
	r       rune
	class   bool
	content string // of the class, as it stands in brackets in Go
	negated bool
}

// atom is the item outside of brackets.
func (i item) atom() string {
	switch {
	case !i.class:
		return literal(i.r)
	case i.negated:
		return "[^" + i.content + "]"
	default:
		return "[" + i.content + "]"
	}
}

// member is the item inside of brackets. A negation must be written out there, because Go
// folds the case before it negates.
func (i item) member(fold bool) (string, error) {
	switch {
	case !i.class:
		return literal(i.r), nil
	case !i.negated:
		return i.content, nil
	case fold:
		return ranges("(?i)[^" + i.content + "]")
	default:
		return ranges("[^" + i.content + "]")
	}
}

// ranges are the characters of a class in Go's syntax, written out.
func ranges(class string) (string, error) {
	parsed, err := syntax.Parse(class, syntax.Perl)
	if err != nil {
		return "", err
	}
	switch parsed.Op {
	case syntax.OpCharClass, syntax.OpNoMatch:
	case syntax.OpLiteral:
		return literal(parsed.Rune[0]), nil
	default:
		return `\x{0}-\x{10FFFF}`, nil // any character
	}
	var b strings.Builder
	for i := 0; i+1 < len(parsed.Rune); i += 2 {
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, parsed.Rune[i], parsed.Rune[i+1])
	}
	return b.String(), nil
}

// table is a table of package unicode in the form that Go has in brackets.
func table(tables ...*unicode.RangeTable) string {
	var b strings.Builder
	for _, t := range tables {
		for _, r := range t.R16 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				writeRange(&b, &c, rune(r.Hi), rune(r.Stride))
			}
		}
		for _, r := range t.R32 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) { //nolint:gosec // of a character
				writeRange(&b, &c, rune(r.Hi), rune(r.Stride)) //nolint:gosec // of a character
			}
		}
	}
	return b.String()
}

// writeRange writes a range without gaps at once, and moves to its end.
func writeRange(b *strings.Builder, c *rune, high, stride rune) {
	first := *c
	if stride == 1 {
		*c = high
	}
	fmt.Fprintf(b, `\x{%X}-\x{%X}`, first, *c)
}

// The classes of Perl as Unicode Technical Standard 18, annex C, defines them.
var (
	wordCharacters = sync.OnceValue(func() string {
		return table(unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.Other_Lowercase, unicode.Other_Uppercase,
			unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control)
	})
	spaces        = sync.OnceValue(func() string { return table(unicode.White_Space) })
	decimalDigits = sync.OnceValue(func() string { return table(unicode.Nd) })
)

// perlClass is \d, \s or \w: of every script, or after the flag -u of ASCII.
func perlClass(name rune, everyScript bool) string {
	switch {
	case name == 'd' && everyScript:
		return decimalDigits()
	case name == 's' && everyScript:
		return spaces()
	case everyScript:
		return wordCharacters()
	case name == 'd':
		return "0-9"
	case name == 's':
		return `\t\n\v\f\r\x20`
	default:
		return "0-9A-Za-z_"
	}
}

// property reads \pL, \p{Greek} and \p{script=Greek}.
func (p *parser) property() (item, error) {
	negated := p.in[p.at+1] == 'P'
	p.at += 2
	var name string
	if p.startsWith("{") {
		var closed bool
		if name, _, closed = strings.Cut(p.in[p.at+1:], "}"); !closed {
			return item{}, fmt.Errorf(`\p{ is not closed`)
		}
		p.at += len(name) + 2
	} else {
		r, size := utf8.DecodeRuneInString(p.in[p.at:])
		name = string(r)
		p.at += size
	}
	if !p.unicode {
		return item{}, fmt.Errorf(`\p{%s} stands after the flag -u, which Pydantic's engine refuses`, name)
	}
	if strings.Contains(name, "!=") {
		return item{}, fmt.Errorf(`\p{%s} does not mean what it says in Pydantic's engine; write \P for what does not have a property`, name)
	}
	content, err := propertyClass(name)
	if err != nil {
		return item{}, err
	}
	return item{content: content, negated: negated, class: true}, nil
}

// propertyClass are the characters with a property.
func propertyClass(name string) (string, error) {
	value := name
	if i := strings.IndexAny(name, "=:"); i >= 0 {
		value = name[i+1:]
		switch plainName(name[:i]) {
		case "sc", "script", "gc", "generalcategory":
		default:
			return "", fmt.Errorf(`the property %s is unknown to Go`, name)
		}
	} else {
		switch plainName(name) {
		case "alphabetic", "alpha":
			return table(unicode.L, unicode.Nl, unicode.Other_Alphabetic), nil
		case "lowercase", "lower":
			return table(unicode.Ll, unicode.Other_Lowercase), nil
		case "uppercase", "upper":
			return table(unicode.Lu, unicode.Other_Uppercase), nil
		}
		for known, t := range unicode.Properties {
			if plainName(known) == plainName(name) && !strings.HasPrefix(known, "Other_") {
				return table(t), nil
			}
		}
	}
	if strings.ContainsAny(value, `^{}\`) || value == "" {
		return "", fmt.Errorf(`there is no property %q`, name)
	}
	content, err := ranges(`[\p{` + value + `}]`)
	if err != nil {
		return "", fmt.Errorf(`the property %s is unknown to Go`, name)
	}
	return content, nil
}

// plainName is the name of a property without the characters that do not count.
func plainName(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(name))
}

// class reads a class in brackets, as Rust reads it.
func (p *parser) class() error {
	begin := p.at
	p.at++
	out := []byte{'['}
	if p.startsWith("^") {
		if !p.unicode {
			return p.halfCharacter("[^…]")
		}
		p.at++
		out = append(out, '^')
	}
	empty := true
	for p.startsWith("-") { // at the beginning they are characters
		p.at++
		out, empty = append(out, literal('-')...), false
	}
	if empty && p.startsWith("]") {
		p.at++
		out = append(out, literal(']')...)
	}
	for !p.startsWith("]") {
		switch {
		case p.at >= len(p.in):
			return fmt.Errorf("a class in brackets is not closed")
		case p.startsWith("["):
			content, ok := p.posix()
			if !ok {
				return p.sets(begin)
			}
			out = append(out, content...)
		case p.startsWith("&&") || p.startsWith("--") || p.startsWith("~~"):
			return p.sets(begin)
		default:
			content, err := p.member()
			if err != nil {
				return err
			}
			out = append(out, content...)
		}
	}
	p.at++
	p.add(string(append(out, ']')))
	return nil
}

func (p *parser) sets(begin int) error {
	return fmt.Errorf("the class %s… is made of several sets (&&, --, ~~ or a class in a class), which Go's engine does not have; write its characters out, and an opening bracket as \\[",
		p.in[begin:min(p.at+2, len(p.in))])
}

// posix reads [:alpha:], which has ASCII only.
func (p *parser) posix() (content string, ok bool) {
	name, found := strings.CutPrefix(p.in[p.at:], "[:")
	if !found {
		return "", false
	}
	if name, _, found = strings.Cut(name, ":]"); !found {
		return "", false
	}
	content, err := ranges("[[:" + name + ":]]")
	if err != nil || strings.ContainsAny(name, "[]") || strings.HasPrefix(name, "^") && !p.unicode {
		return "", false
	}
	p.at += len("[:") + len(name) + len(":]")
	return content, true
}

// member reads a character, a range of characters or a class in brackets.
func (p *parser) member() (string, error) {
	first, err := p.classItem()
	if err != nil {
		return "", err
	}
	if !p.startsWith("-") || p.startsWith("-]") || p.startsWith("--") {
		return first.member(p.fold)
	}
	p.at++
	last, err := p.classItem()
	if err != nil {
		return "", err
	}
	if first.class || last.class || first.r > last.r {
		return "", fmt.Errorf("a range in brackets is not one from a character to a later one; write \\- for the character")
	}
	return literal(first.r) + "-" + literal(last.r), nil
}

func (p *parser) classItem() (item, error) {
	if p.startsWith(`\`) {
		return p.item()
	}
	if p.at >= len(p.in) {
		return item{}, fmt.Errorf("a class in brackets is not closed")
	}
	r, size := utf8.DecodeRuneInString(p.in[p.at:])
	if !p.unicode && r >= utf8.RuneSelf {
		return item{}, p.halfCharacter(string(r))
	}
	p.at += size
	return item{r: r}, nil
}
