// Package errors is a complete drop-in for the standard package of the same
// name: every identifier of the standard library's errors is here with its own
// signature and meaning, so one import serves. A test compares the exported
// names with those of the Go version in go.mod.
//
// Beyond that it holds the errors that an API answers with. A [Kind] is
// declared once, with the HTTP status, the stable name and the text that a
// client may see:
//
//	var CaseClosed = errors.DefineKind("CaseClosed", http.StatusConflict, "This case is closed.")
//
//	return CaseClosed.New()               // or CaseClosed.Wrap(err) to keep the cause for the log
//	if errors.Is(err, CaseClosed) { … }   // also through any number of wraps
//
// and is rendered as
//
//	{"error":"CaseClosed","detail":"This case is closed."}
//
// What is wrong with a request's data is a [PolarRequestValidationError], in
// the form in which FastAPI reports it: see [ValidationErrorAt].
//
// The package knows statuses as numbers and imports neither net/http nor any
// other package of this module: package kit/reply answers with an error.
package errors
