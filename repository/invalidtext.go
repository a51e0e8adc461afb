package repository

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// askFrom makes the arguments from an index on comparable with a column.
func (s *statement) askFrom(first int) {
	for i := first; i < len(s.args); i++ {
		if text, ok := s.args[i].(string); ok && isText(text) {
			continue // as nearly always, and without another allocation
		}
		s.args[i] = askable(s.args[i])
	}
}

// askable is a value to compare with. PostgreSQL refuses text with a NUL or with bytes
// that are not UTF-8. Any query string may have such text, and no row has it, so it is
// not an error to search for it. It is sent with U+FFFD in place of such bytes.
func askable(value any) any {
	switch v := value.(type) {
	case string:
		return askableText(v)
	case *string:
		if v != nil && !isText(*v) {
			text := askableText(*v)
			return &text
		}
		return value
	case []string:
		if slices.ContainsFunc(v, func(text string) bool { return !isText(text) }) {
			v = slices.Clone(v)
			for i := range v {
				v[i] = askableText(v[i])
			}
		}
		return v
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String && !isText(v.String()) {
		return askableText(v.String())
	}
	return value
}

func askableText(text string) string {
	if isText(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// isText reports whether PostgreSQL takes the text.
func isText(text string) bool {
	return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text)
}
