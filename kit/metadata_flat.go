package kit

import "strconv"

// flatMetadata reads the usual metadata: one object of plain ASCII text, whole numbers
// and booleans. Each row of each page has metadata, so this needs one pass and no
// reflection. For anything else, also for errors, ok is false, and encoding/json reads it.
func flatMetadata(data []byte) (values map[string]any, ok bool) {
	s := flatScanner{data: data}
	if !s.take('{') {
		return nil, false
	}
	values = map[string]any{}
	for first := true; !s.take('}'); first = false {
		if !first && !s.take(',') {
			return nil, false
		}
		key, ok := s.text()
		if !ok || !s.take(':') {
			return nil, false
		}
		value, ok := s.value()
		if !ok {
			return nil, false
		}
		values[key] = value
	}
	s.blanks()
	return values, len(s.data) == 0
}

// flatScanner is the rest of the text.
type flatScanner struct{ data []byte }

func (s *flatScanner) blanks() {
	for len(s.data) > 0 {
		switch s.data[0] {
		case ' ', '\t', '\n', '\r':
			s.data = s.data[1:]
		default:
			return
		}
	}
}

// take takes one character after blanks, if it is the next.
func (s *flatScanner) take(c byte) bool {
	s.blanks()
	if len(s.data) == 0 || s.data[0] != c {
		return false
	}
	s.data = s.data[1:]
	return true
}

// text takes a string without escapes.
func (s *flatScanner) text() (string, bool) {
	if !s.take('"') {
		return "", false
	}
	for i, c := range s.data {
		switch {
		case c == '"':
			text := string(s.data[:i])
			s.data = s.data[i+1:]
			return text, true
		case c < ' ' || c >= 0x7f || c == '\\':
			return "", false
		}
	}
	return "", false
}

func (s *flatScanner) value() (any, bool) {
	s.blanks()
	if len(s.data) > 0 && s.data[0] == '"' {
		return s.text()
	}
	end := 0
	for end < len(s.data) && s.data[end] != ',' && s.data[end] != '}' && s.data[end] > ' ' {
		end++
	}
	word := s.data[:end]
	s.data = s.data[end:]
	switch string(word) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return whole(word)
}

// whole reads an integer as JSON writes it, of at most 18 digits.
func whole(word []byte) (any, bool) {
	digits := word
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(digits) > 1 {
		return nil, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return nil, false
		}
	}
	n, err := strconv.ParseInt(string(word), 10, 64)
	return n, err == nil
}
