package repository

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/errors"
)

// statement is the text of a statement and its arguments while it is written.
// Placeholders get their numbers at once, so the text is not rewritten at the end. The
// first error stays.
type statement struct {
	text []byte
	args []any
	err  error
	// plan is the model in which the names of predicates are looked up, nil for none.
	plan *plan
	// types are the types of the columns, where values cannot be written without them.
	types *columnTypes
}

func newStatement() *statement {
	return &statement{text: make([]byte, 0, 768), args: make([]any, 0, 12)}
}

func (s *statement) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("repository: "+format, args...)
	}
}

// write appends text of this package.
func (s *statement) write(parts ...string) *statement {
	for _, part := range parts {
		s.text = append(s.text, part...)
	}
	return s
}

// bind appends a placeholder for the value.
func (s *statement) bind(value any) *statement {
	s.args = append(s.args, value)
	s.text = strconv.AppendInt(append(s.text, '$'), int64(len(s.args)), 10)
	return s
}

// foreign appends text of a caller, with ? for each argument and ?? for a question
// mark. It refuses text that could change the meaning of the text around it: brackets
// that do not match, comments, semicolons, quotes that do not end.
func (s *statement) foreign(sql string, args []any) {
	used, depth, start := 0, 0, 0
	flush := func(end int) { s.text = append(s.text, sql[start:end]...) }
	for i := 0; i < len(sql); {
		switch c := sql[i]; c {
		case '?':
			flush(i)
			if strings.HasPrefix(sql[i:], "??") {
				s.text = append(s.text, '?')
				i += 2
				start = i
				continue
			}
			if used < len(args) {
				s.bind(args[used])
			}
			used++
			i++
			start = i
		case '(':
			depth++
			i++
		case ')':
			if depth--; depth < 0 {
				s.fail("a bracket is closed that was not opened in %q", sql)
				return
			}
			i++
		case '\'', '"', '$', '-', '/', ';':
			end, err := skipSpecial(sql, i)
			if err != nil {
				s.fail("%w in %q", err, sql)
				return
			}
			i = end
		case 0:
			s.fail("a NUL character in %q", sql)
			return
		default:
			i++
		}
	}
	flush(len(sql))
	switch {
	case depth != 0:
		s.fail("a bracket is not closed in %q", sql)
	case used != len(args):
		s.fail("%d placeholders and %d arguments in %q (write ?? for a question mark that is not a placeholder)", used, len(args), sql)
	}
}

var (
	errComment   = errors.New("a comment")
	errSemicolon = errors.New("a semicolon")
	errQuote     = errors.New("a quote that does not end")
	errDollar    = errors.New("a numbered placeholder (build parts with ?, squirrel's default)")
)

// skipSpecial returns the index after what begins at i: quoted text, or one character
// without a special meaning here.
func skipSpecial(sql string, i int) (int, error) {
	rest := sql[i:]
	switch sql[i] {
	case ';':
		return 0, errSemicolon
	case '-':
		if strings.HasPrefix(rest, "--") {
			return 0, errComment
		}
	case '/':
		if strings.HasPrefix(rest, "/*") {
			return 0, errComment
		}
	case '"':
		return skipQuoted(sql, i, false)
	case '\'':
		escapes := i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e') && (i == 1 || !isWordByte(sql[i-2]))
		return skipQuoted(sql, i, escapes)
	case '$':
		if i > 0 && isWordByte(sql[i-1]) {
			break // part of an identifier
		}
		if len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9' {
			return 0, errDollar
		}
		return skipDollarQuoted(sql, i)
	}
	return i + 1, nil
}

func skipQuoted(sql string, i int, escapes bool) (int, error) {
	quote := sql[i]
	for i++; i < len(sql); i++ {
		switch {
		case escapes && sql[i] == '\\':
			i++
		case sql[i] != quote:
		case i+1 < len(sql) && sql[i+1] == quote:
			i++
		default:
			return i + 1, nil
		}
	}
	return 0, errQuote
}

func skipDollarQuoted(sql string, i int) (int, error) {
	end := i + 1
	for end < len(sql) && isWordByte(sql[end]) {
		end++
	}
	if end == len(sql) || sql[end] != '$' {
		return 0, errQuote
	}
	tag := sql[i : end+1]
	closing := strings.Index(sql[end+1:], tag)
	if closing < 0 {
		return 0, errQuote
	}
	return end + 1 + closing + len(tag), nil
}

// isWordByte reports whether PostgreSQL takes the byte into an identifier.
func isWordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// fragment is a text with ? placeholders, and its arguments.
type fragment struct {
	sql  string
	args []any
}

// renderFragment renders a part of a statement with ? placeholders, even if a builder
// is set to another format.
func renderFragment(part squirrel.Sqlizer) (*fragment, error) {
	if isNilPointer(part) {
		return nil, errors.New("it is nil")
	}
	if builder, ok := part.(squirrel.SelectBuilder); ok {
		part = builder.PlaceholderFormat(squirrel.Question)
	}
	sql, args, err := part.ToSql()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(sql) == "" {
		return nil, errors.New("it is empty")
	}
	var s statement
	if s.foreign(sql, args); s.err != nil {
		return nil, s.err
	}
	return &fragment{sql: sql, args: args}, nil
}
