// Package lax reads numbers, times and UUIDs as Pydantic v2 does in lax (Python)
// mode: pure functions from text or numbers to values, with the same accepted
// forms and the same error types, messages and contexts.
//
// Every function returns nil for a value that is fine and a [pydantic.Issue] for
// one that is not:
//
//	at, aware, issue := lax.Datetime("2024-01-02T03:04:05Z")
//	if issue != nil {
//		// issue.Type, issue.Msg and issue.Ctx go into an errors.ValidationError
//	}
//
// The functions never panic, take time linear in the input and, except where a
// value has to be rewritten, do not allocate for valid input.
package lax
