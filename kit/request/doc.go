// Package request reads net/http requests as FastAPI and Pydantic v2 do, with their
// rules and their errors:
//
//	in, err := request.Decode[CustomerCreate](r)
//	if err != nil {
//		return err // 422 with everything that is wrong
//	}
//
// [Decode] reads the JSON body. [Bind] reads path, query, headers, cookies and body
// together, into a struct whose tags say where each field comes from. Package kit holds what these
// structs are made of, and docs/validation.md lists the rules with their errors.
//
// Each type is compiled once, when it is first used. [Check] compiles it when the
// program starts, and returns what is wrong with it. Package kit/api does so for each
// endpoint.
//
// The errors are those of package errors. Package kit/reply answers with them.
package request
