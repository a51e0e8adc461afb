package api

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// mistake is one thing that an application has to change before its API can start.
type mistake struct {
	at place
	// of is what is wrong, such as "GET /v1/customers/" or "New".
	of string
	// says is what is wrong with it and what to change, in one sentence.
	says string
	// key is the sentence about a type of Go that many operations may use: the
	// mistake is reported once for all of them. It is empty for a mistake of one
	// operation alone.
	key string
}

// place is a line of the application that calls this package.
type place struct {
	file string
	line int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// insideAPI is how the names of the functions of this package begin.
var insideAPI = reflect.TypeFor[API]().PkgPath() + "."

// callPlace is the line outside of this package that has called it.
func callPlace() place {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, insideAPI) || !more {
			return place{file: fromHere(frame.File), line: frame.Line}
		}
	}
}

// fromHere is the path of a file below the working directory as it is seen from
// there. Any other path stays as it is.
func fromHere(file string) string {
	here, err := os.Getwd()
	if err != nil {
		return file
	}
	if below, err := filepath.Rel(here, file); err == nil && filepath.IsLocal(below) {
		return below
	}
	return file
}

// report is the text of the panic of [New]: a line for each mistake, by place.
func report(mistakes []mistake) string {
	slices.SortStableFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(strings.Compare(a.at.file, b.at.file), cmp.Compare(a.at.line, b.at.line))
	})
	var unique []mistake
	users := map[string][]string{} // the operations of each key
	for _, m := range mistakes {
		if m.key == "" || users[m.key] == nil {
			unique = append(unique, m)
		}
		if m.key != "" && !slices.Contains(users[m.key], m.of) {
			users[m.key] = append(users[m.key], m.of)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "api: New: the API has %s:", counted(len(unique), "mistake"))
	for _, m := range unique {
		fmt.Fprintf(&b, "\n%s: %s: %s", m.at, m.of, m.says)
		if others := len(users[m.key]) - 1; others > 0 {
			fmt.Fprintf(&b, "; the same is true of %s", counted(others, "other operation"))
		}
	}
	return b.String()
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// mistake notes what is wrong with the endpoint alone.
func (e *Endpoint) mistake(format string, args ...any) {
	e.note("", fmt.Sprintf(format, args...))
}

// sharedMistake notes what is wrong with a type that other endpoints may use too.
// The sentence names the type.
func (e *Endpoint) sharedMistake(format string, args ...any) {
	says := fmt.Sprintf(format, args...)
	e.note(says, says)
}

func (e *Endpoint) note(key, says string) {
	e.broken = true
	e.api.mistakes = append(e.api.mistakes, mistake{at: e.at, of: e.pattern, says: says, key: key})
}
