package api

import (
	"reflect"
	"runtime"
	"strings"
	"unicode"
)

// handlerName is the name of the function in snake_case: "merge" for (*Service).Merge. It
// is empty for a function literal.
func handlerName(handler any) string {
	fn := runtime.FuncForPC(reflect.ValueOf(handler).Pointer())
	if fn == nil {
		return ""
	}
	name := strings.TrimSuffix(fn.Name(), "-fm") // a method value
	name = strings.TrimSuffix(name, "[...]")     // an instance of a generic function
	name = name[strings.LastIndexByte(name, '.')+1:]
	if name == "" || !unicode.IsLetter(rune(name[0])) || isClosureName(name) {
		return ""
	}
	return snakeCase(name)
}

// isClosureName recognizes the names that the compiler makes for function literals, such
// as func1.
func isClosureName(name string) bool {
	digits, ok := strings.CutPrefix(name, "func")
	return ok && strings.Trim(digits, "0123456789") == ""
}

// snakeCase turns an exported Go name into snake_case: GetExternal is
// get_external, ExportCSV is export_csv.
func snakeCase(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, c := range runes {
		if unicode.IsUpper(c) && i > 0 {
			afterLower := !unicode.IsUpper(runes[i-1]) && runes[i-1] != '_'
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && runes[i-1] != '_'
			if afterLower || beforeLower {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// titleCase turns snake_case into words: get_external is Get External.
func titleCase(name string) string {
	words := strings.FieldsFunc(name, func(c rune) bool { return c == '_' || c == '-' })
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}

func isSnakeCase(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' || strings.HasSuffix(name, "_") || strings.Contains(name, "__") {
		return false
	}
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}
