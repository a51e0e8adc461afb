// Package pattern compiles regular expressions with the meaning that they have for
// Pydantic.
//
// Pydantic matches with the regex crate of Rust. Its syntax is close to that of Go, but
// some of it has another meaning: \w, \d and \s have the letters, digits and spaces of every
// script, [--a] holds no range, and [a-z&&[^aeiou]] is an intersection. [Compile] rewrites
// an expression for Go. An expression that Go cannot match in the same way is an error.
package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Compile compiles an expression in Rust's syntax. The result matches anywhere
// in a text, as Pydantic's does. The error says which part of the expression Go
// cannot match in the same way, or what is wrong with it.
func Compile(expression string) (*regexp.Regexp, error) {
	p := &parser{in: expression, unicode: true, names: map[string]bool{}, atom: none}
	if err := p.parse(); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(string(p.out))
	if err != nil {
		return nil, refusal(err)
	}
	return re, nil
}

// refusal is the reason why Go's engine refuses a rewritten expression. It names the part
// that is wrong if the part is short. A class of a script is long.
func refusal(err error) error {
	invalid, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return err
	}
	if len(invalid.Expr) > 20 {
		return fmt.Errorf("it is refused by Go's engine: %s", invalid.Code)
	}
	return fmt.Errorf("it is refused by Go's engine: %s: %s", invalid.Code, invalid.Expr)
}

// none is the place of the last atom when there is no atom to repeat.
const none = -1

// parser rewrites an expression while it reads it.
type parser struct {
	in  string
	at  int
	out []byte

	unicode bool            // the flag u
	fold    bool            // the flag i
	groups  []group         // that are open
	names   map[string]bool // of groups

	atom     int  // where in out the atom begins that a repetition repeats
	repeated bool // it is a repetition already
}

// group is the state that is restored at the end of a group.
type group struct {
	at            int
	unicode, fold bool
}

func (p *parser) parse() error {
	if !utf8.ValidString(p.in) {
		return fmt.Errorf("it is not valid UTF-8")
	}
	for p.at < len(p.in) {
		if err := p.next(); err != nil {
			return err
		}
	}
	if len(p.groups) > 0 {
		return fmt.Errorf("a group is not closed")
	}
	return nil
}

func (p *parser) next() error {
	switch c := p.in[p.at]; c {
	case '\\':
		return p.escape()
	case '[':
		return p.class()
	case '(':
		return p.open()
	case ')':
		return p.close()
	case '|':
		p.at++
		p.out = append(p.out, '|')
		p.atom = none
	case '*', '+', '?':
		p.at++
		return p.repeat(string(c))
	case '{':
		return p.counted()
	case '.':
		if !p.unicode {
			return p.halfCharacter(".")
		}
		p.at++
		p.add(".")
	case '^', '$':
		p.at++
		p.add(string(c))
	default:
		r, size := utf8.DecodeRuneInString(p.in[p.at:])
		p.at += size
		p.add(literal(r))
	}
	return nil
}

// add appends an atom.
func (p *parser) add(text string) {
	p.atom, p.repeated = len(p.out), false
	p.out = append(p.out, text...)
}

// literal is a character as Go reads it, inside of a class and outside.
func literal(r rune) string {
	if r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
		return string(r)
	}
	return fmt.Sprintf(`\x{%X}`, r)
}

// startsWith reports whether the rest of the expression begins with a text.
func (p *parser) startsWith(prefix string) bool { return strings.HasPrefix(p.in[p.at:], prefix) }

// repeat appends a repetition. A question mark after it means as few times as possible.
func (p *parser) repeat(operator string) error {
	if p.atom == none {
		return fmt.Errorf("there is nothing before %s that could be repeated", operator)
	}
	if p.repeated { // a repetition of a repetition, which Go takes in a group only
		p.out = slices.Insert(p.out, p.atom, []byte("(?:")...)
		p.out = append(p.out, ')')
	}
	p.out = append(p.out, operator...)
	p.repeated = true
	if p.startsWith("?") {
		p.at++
		p.out = append(p.out, '?')
	}
	return nil
}

var countedRepetition = regexp.MustCompile(`^\{[ \t\n\v\f\r]*([0-9]+)[ \t\n\v\f\r]*(,[ \t\n\v\f\r]*([0-9]*)[ \t\n\v\f\r]*)?\}`)

func (p *parser) counted() error {
	found := countedRepetition.FindStringSubmatch(p.in[p.at:])
	if found == nil {
		return fmt.Errorf(`a brace is no repetition such as {2,5}; write \{ for the character`)
	}
	p.at += len(found[0])
	operator := "{" + found[1]
	if found[2] != "" {
		operator += "," + found[3]
	}
	return p.repeat(operator + "}")
}

// open begins a group, or sets flags.
func (p *parser) open() error {
	p.at++
	if !p.startsWith("?") {
		p.begin("(?:")
		return nil
	}
	p.at++
	for _, look := range []string{"=", "!", "<=", "<!"} {
		if p.startsWith(look) {
			return fmt.Errorf("it looks ahead or behind with (?%s, which neither Pydantic's engine nor Go's can do", look)
		}
	}
	if p.startsWith("P<") || p.startsWith("<") {
		return p.named()
	}
	return p.flags()
}

// begin opens a group. It does not capture, because no caller needs the parts.
func (p *parser) begin(text string) {
	p.groups = append(p.groups, group{at: len(p.out), unicode: p.unicode, fold: p.fold})
	p.out = append(p.out, text...)
	p.atom = none
}

func (p *parser) close() error {
	if len(p.groups) == 0 {
		return fmt.Errorf("a group is closed that was not opened")
	}
	last := len(p.groups) - 1
	g := p.groups[last]
	p.groups = p.groups[:last]
	p.at++
	p.out = append(p.out, ')')
	p.atom, p.repeated, p.unicode, p.fold = g.at, false, g.unicode, g.fold
	return nil
}

var groupName = regexp.MustCompile(`^P?<([\pL_][\pL\p{Nd}_.\[\]]*)>`)

func (p *parser) named() error {
	found := groupName.FindStringSubmatch(p.in[p.at:])
	if found == nil {
		return fmt.Errorf("a group has no valid name; write it as (?P<name>…)")
	}
	if p.names[found[1]] {
		return fmt.Errorf("two groups have the name %s", found[1])
	}
	p.names[found[1]] = true
	p.at += len(found[0])
	p.begin("(?:")
	return nil
}

var groupFlags = regexp.MustCompile(`^([a-zA-Z]*)(-([a-zA-Z]+))?([:)])`)

// flags reads (?i-s) and (?i-s:. The flag u has no counterpart in Go: it decides
// how classes are written.
func (p *parser) flags() error {
	found := groupFlags.FindStringSubmatch(p.in[p.at:])
	if found == nil || found[1]+found[3] == "" && found[4] == ")" {
		return fmt.Errorf("a group begins with (? in a way that Pydantic's engine does not know")
	}
	p.at += len(found[0])
	seen := ""
	for _, flag := range found[1] + found[3] {
		switch {
		case strings.ContainsRune(seen, flag):
			return fmt.Errorf("the flag %c stands twice in one group", flag)
		case flag == 'x' || flag == 'R':
			return fmt.Errorf("it has the flag %c, which Go's engine does not have", flag)
		case !strings.ContainsRune("imsUu", flag):
			return fmt.Errorf("there is no flag %c", flag)
		}
		seen += string(flag)
	}
	on, off := strings.ReplaceAll(found[1], "u", ""), strings.ReplaceAll(found[3], "u", "")
	if off != "" {
		on += "-" + off
	}
	switch {
	case found[4] == ":":
		p.begin("(?" + on + ":")
	case on != "":
		p.out = append(p.out, "(?"+on+")"...)
	}
	p.atom = none
	p.unicode = (p.unicode || strings.Contains(found[1], "u")) && !strings.Contains(found[3], "u")
	p.fold = (p.fold || strings.Contains(found[1], "i")) && !strings.Contains(found[3], "i")
	if p.fold && !p.unicode {
		return fmt.Errorf("it has the flags i and -u at once, and Go's engine knows the letters of every script where case does not count")
	}
	return nil
}

// escape reads an escape outside of a class.
func (p *parser) escape() error {
	c := byte(0)
	if p.at+1 < len(p.in) {
		c = p.in[p.at+1]
	}
	switch {
	case c == 'b' || c == 'B':
		return p.boundary(c)
	case c == 'A' || c == 'z':
		p.at += 2
		p.add(`\` + string(c))
		return nil
	case c == '<' || c == '>':
		return p.wordBoundary(`\` + string(c))
	}
	item, err := p.item()
	if err != nil {
		return err
	}
	p.add(item.atom())
	return nil
}

// boundary reads \b or \B. Those of Go know letters of ASCII only.
func (p *parser) boundary(c byte) error {
	text := `\` + string(c)
	if p.unicode {
		return p.wordBoundary(text)
	}
	p.at += 2
	if p.startsWith("{") && !countedRepetition.MatchString(p.in[p.at:]) {
		return p.wordBoundary(text + "{")
	}
	p.add(text)
	return nil
}

func (p *parser) wordBoundary(text string) error {
	return fmt.Errorf(`%s is a boundary between words of every script, and Go's engine knows those of ASCII only; use ^ and $, or (?-u:\b) for ASCII`, text)
}

func (p *parser) halfCharacter(text string) error {
	return fmt.Errorf("%s after the flag -u can match a part of a character, which Pydantic's engine refuses", text)
}

// item reads one escape that stands for characters, in a class or outside.
func (p *parser) item() (item, error) {
	if p.at+1 >= len(p.in) {
		return item{}, fmt.Errorf(`it ends with a lone \`)
	}
	c := p.in[p.at+1]
	escape := `\` + string(c)
	switch c {
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.at += 2
		negated := c < 'a'
		if negated && !p.unicode {
			return item{}, p.halfCharacter(escape)
		}
		return item{content: perlClass(unicode.ToLower(rune(c)), p.unicode), negated: negated, class: true}, nil
	case 'p', 'P':
		return p.property()
	case 'x', 'u', 'U':
		return p.hexadecimal(c)
	}
	p.at += 2
	if i := strings.IndexByte(`aftnrv`, c); i >= 0 {
		return item{r: rune("\a\f\t\n\r\v"[i])}, nil
	}
	switch {
	case c >= '0' && c <= '9':
		return item{}, fmt.Errorf("%s refers back to a group, which neither Pydantic's engine nor Go's can do", escape)
	case c >= utf8.RuneSelf || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '<' || c == '>' || c < ' ':
		r, _ := utf8.DecodeRuneInString(p.in[p.at-1:])
		return item{}, fmt.Errorf(`there is no escape \%c in Pydantic's engine`, r)
	}
	return item{r: rune(c)}, nil
}

// hexDigits is the number of digits of \x41, \u0041 and \U00000041.
var hexDigits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

func (p *parser) hexadecimal(c byte) (item, error) {
	p.at += 2
	var text string
	if p.startsWith("{") {
		var closed bool
		if text, _, closed = strings.Cut(p.in[p.at+1:], "}"); closed {
			p.at += len(text) + 2
		}
	} else {
		text = p.in[p.at:min(p.at+hexDigits[c], len(p.in))]
		if len(text) < hexDigits[c] {
			text = ""
		}
		p.at += len(text)
	}
	value, err := strconv.ParseUint(text, 16, 32)
	if err != nil || !utf8.ValidRune(rune(value)) { //nolint:gosec // a larger number is no rune either
		return item{}, fmt.Errorf(`\%c is not followed by the number of a character, such as \x41 or \u{1F600}`, c)
	}
	if !p.unicode && value >= utf8.RuneSelf {
		return item{}, p.halfCharacter(fmt.Sprintf(`\%c{%X}`, c, value))
	}
	return item{r: rune(value)}, nil
}
