package repository

import (
	"strings"
)

// identifier is a part of a name in SQL, as PostgreSQL reads it.
type identifier struct {
	name   string
	quoted bool
}

// parseName reads a name: up to three identifiers, separated by dots. Any other text is
// an expression.
func parseName(text string) (parts []identifier, ok bool) {
	for {
		var part identifier
		switch {
		case strings.HasPrefix(text, `"`):
			end, err := skipQuoted(text, 0, false)
			if err != nil || end == 2 {
				return nil, false
			}
			part = identifier{name: strings.ReplaceAll(text[1:end-1], `""`, `"`), quoted: true}
			text = text[end:]
		default:
			end := 0
			for end < len(text) && (isWordByte(text[end]) || end > 0 && text[end] == '$') {
				end++
			}
			if end == 0 || '0' <= text[0] && text[0] <= '9' {
				return nil, false
			}
			part = identifier{name: text[:end]}
			text = text[end:]
		}
		parts = append(parts, part)
		switch {
		case text == "":
			return parts, true
		case text[0] != '.' || len(parts) == 3:
			return nil, false
		}
		text = text[1:]
	}
}

// quote quotes an identifier. No other function does so.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// spelled is the identifier as the database spells it: unchanged if it is quoted or if
// the model knows this spelling, and else in lower case, as PostgreSQL reads it.
func (i identifier) spelled(known func(string) bool) string {
	if i.quoted || known(i.name) {
		return i.name
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, i.name)
}

// named is a name in SQL, with the column of the model that it means.
type named struct {
	sql  string // quoted
	name string // of the column alone, as it is spelled
	// column is the index of the column, and -1 if the row type has no column of the name.
	column int
	// foreign: the name is qualified, and not by the table.
	foreign bool
}

// resolve reads the name of a column: name, table.name or schema.table.name,
// quoted or not. A reserved word is a name here too. The plan may be nil.
func (p *plan) resolve(text string) (n named, ok bool) {
	if p != nil {
		if i, known := p.byName[text]; known { // as nearly always
			return named{sql: p.columns[i].quoted, name: text, column: i}, true
		}
	}
	parts, ok := parseName(text)
	if !ok {
		return named{}, false
	}
	last := len(parts) - 1
	column := parts[last].spelled(func(name string) bool {
		if p == nil {
			return false
		}
		_, known := p.byName[name]
		return known
	})
	n.name, n.column = column, -1
	qualifiers := make([]string, 0, len(parts))
	if p != nil {
		own := strings.Split(p.table, ".")
		for i, part := range parts[:last] {
			at := len(own) - last + i
			name := part.spelled(func(name string) bool { return at >= 0 && own[at] == name })
			if at < 0 || own[at] != name {
				n.foreign = true
			}
			qualifiers = append(qualifiers, name)
		}
		if i, known := p.byName[column]; known && !n.foreign {
			n.column = i
		}
	} else {
		for _, part := range parts[:last] {
			qualifiers = append(qualifiers, part.spelled(func(string) bool { return false }))
		}
	}
	for i, name := range append(qualifiers, column) {
		if i > 0 {
			n.sql += "."
		}
		n.sql += quote(name)
	}
	return n, true
}

// unwrapped is an expression without the brackets around the whole.
func unwrapped(text string) string {
	for {
		text = strings.TrimSpace(text)
		if len(text) < 2 || text[0] != '(' || text[len(text)-1] != ')' {
			return text
		}
		var inside statement
		if inside.foreign(text[1:len(text)-1], nil); inside.err != nil {
			return text // (a) || (b): the brackets are two pairs
		}
		text = text[1 : len(text)-1]
	}
}
