// Package errors replaces the standard package of the same name. It has every
// identifier of the standard package, with the same signature and meaning, so
// a program needs only this import. A test compares the exported names with
// those of the Go version in go.mod.
//
// The package adds the errors that an API answers with. A [Kind] is declared
// once, with the HTTP status, the stable name and the text that a client may
// see:
//
//	var CaseClosed = errors.DefineKind("CaseClosed", http.StatusConflict, "This case is closed.")
//
//	return CaseClosed.New()               // or CaseClosed.Wrap(err) to keep the cause for the log
//	if errors.Is(err, CaseClosed) { … }   // also through any number of wraps
//
// The reply to a client is
//
//	{"error":"CaseClosed","detail":"This case is closed."}
//
// A [PolarRequestValidationError] reports what is wrong with the data of a
// request, in the form of FastAPI: see [ValidationErrorAt].
//
// The package knows statuses as numbers. It imports neither net/http nor any
// other package of this module. Package kit/reply turns an error into a reply.
package errors
