// Package lax holds the scalar parsers of Pydantic v2 in lax (Python) mode:
// pure functions from text or numbers to values, with the same accepted forms
// and the same error types, messages and contexts.
//
// Every parser returns nil for a value that is fine and an [Issue] for one that
// is not:
//
//	at, aware, issue := lax.Datetime("2024-01-02T03:04:05Z")
//	if issue != nil {
//		// issue.Type, issue.Msg and issue.Ctx go into an errors.ValidationError
//	}
//
// The parsers never panic, take time linear in the input and, except where a
// value has to be rewritten, do not allocate for valid input.
package lax

import "github.com/polarkit-go/polarkit/errors"

// An Issue is what is wrong with a value: an error of Pydantic without the
// place and the input, which only the caller knows. Issues are shared between
// calls: read them only.
type Issue struct {
	Type string
	Msg  string
	Ctx  errors.Ctx
}

// parsing makes an issue whose message ends in the text that is also its
// context, as all of Pydantic's *_parsing types have it.
func parsing(typ, prefix, text string) *Issue {
	return &Issue{Type: typ, Msg: prefix + text, Ctx: errors.Ctx{{Name: "error", Value: text}}}
}
