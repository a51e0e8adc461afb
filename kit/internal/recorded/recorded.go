// Package recorded has what FastAPI and Pydantic were recorded to do, for tests of the
// packages that do the same. Only tests import it.
//
// There are two kinds of recordings, both with a JSON object on each line:
//
//   - A [Vector] is a request and FastAPI's answer to it, in kit/testdata. A [Comparison]
//     sends the requests to handlers of ours and compares the answers.
//   - A [Line] is a value and what TypeAdapter(T).validate_python(value) makes of it, with
//     pydantic 2.13.4 (pydantic-core 2.46.4, email-validator 2.3.0, idna 3.13, CPython
//     3.11). They are in the testdata of lax (pydantic.jsonl), weburl (pydantic.jsonl) and
//     idn (domains.jsonl, names in e-mail addresses and URLs: without ctx, and without
//     msg where the text may differ).
//
// Two faults of Pydantic's are left out and not followed: "0-1" read as the integer -1, and
// a tab or a line break after the drive of a file: URL read as a slash.
package recorded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// Line is one value and what was made of it.
type Line struct {
	// T is the type: int, float, bool, uuid, datetime, date, decimal, url, email.
	T string `json:"t"`
	// K says what V is the text of: a float (f) or an integer (i). The value is V
	// itself where K is empty.
	K string `json:"k"`
	V string `json:"v"`
	// Rules are those of the type. Of a decimal: max_digits (0: any) and
	// decimal_places (-1: any). Of a url: http (HttpUrl), https (AnyUrl, https only,
	// host required, at most 2083), any (AnyUrl).
	Rules any `json:"rules"`
	// Ok is the value read, as Python's str of it. A datetime has six digits of
	// microseconds, and the offset in seconds or "naive".
	Ok *string `json:"ok"`
	// Type, Msg and Ctx are the error of a value that was refused.
	Type string            `json:"type"`
	Msg  string            `json:"msg"`
	Ctx  map[string]string `json:"ctx"`
}

// Read reads a recording.
func Read(file string) ([]Line, error) {
	data, err := os.ReadFile(file) //nolint:gosec // a recording in the tree
	if err != nil {
		return nil, err
	}
	var lines []Line
	for text := range bytes.Lines(data) {
		var line Line
		if err := json.Unmarshal(text, &line); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Difference says how a result differs from the recorded one; empty if it does not.
func (l *Line) Difference(got string, issue *pydantic.Issue) string {
	if l.Ok != nil {
		if issue != nil || got != *l.Ok {
			return fmt.Sprintf("%+v: got %q, %v, want %q", *l, got, issue, *l.Ok)
		}
		return ""
	}
	found := Describe(issue)
	if issue == nil || found.Type != l.Type || found.Msg != l.Msg || fmt.Sprint(found.Ctx) != fmt.Sprint(l.Ctx) {
		return fmt.Sprintf("%+v: got %q, %+v", *l, got, found)
	}
	return ""
}

// Describe is an issue in the form of a recording, the zero [Line] for nil.
func Describe(issue *pydantic.Issue) Line {
	if issue == nil {
		return Line{}
	}
	line := Line{Type: issue.Type, Msg: issue.Msg, Ctx: map[string]string{}}
	for _, entry := range issue.Ctx {
		line.Ctx[entry.Name] = fmt.Sprint(entry.Value)
	}
	return line
}
