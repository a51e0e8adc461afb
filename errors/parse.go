package errors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// ParseRequestValidation reads the body of a 422 back into the error that it was made of.
// It is for clients in Go:
//
//	if response.StatusCode == http.StatusUnprocessableEntity {
//		invalid, err := errors.ParseRequestValidation(body)
//		…
//	}
//
// It reads the form of this library and that of FastAPI. An Input and the values of a Ctx
// are as encoding/json reads them, with a json.Number for each number. The error says that
// the body has another form.
func ParseRequestValidation(body []byte) (*PolarRequestValidationError, error) {
	var reply struct {
		Detail []detail `json:"detail"`
	}
	if err := exactly(body, &reply); err != nil {
		return nil, fmt.Errorf("errors: the body is not that of a request validation error: %w", err)
	}
	if len(reply.Detail) == 0 {
		return nil, New("errors: the body is not that of a request validation error: it has no details")
	}
	details := make([]ValidationError, len(reply.Detail))
	for i, d := range reply.Detail {
		details[i] = ValidationError{Type: d.Type, Loc: Loc(d.Loc), Msg: d.Msg, Input: d.Input, Ctx: Ctx(d.Ctx)}
	}
	return NewRequestValidationError(details...), nil
}

// detail is a [ValidationError] as it is on the wire.
type detail struct {
	Type  string  `json:"type"`
	Loc   wireLoc `json:"loc"`
	Msg   string  `json:"msg"`
	Input any     `json:"input"`
	Ctx   wireCtx `json:"ctx"`
}

// wireLoc is a location whose numbers become ints.
type wireLoc Loc

// UnmarshalJSON reads names and indexes.
func (l *wireLoc) UnmarshalJSON(data []byte) error {
	var parts []any
	if err := exactly(data, &parts); err != nil {
		return err
	}
	*l = make(wireLoc, len(parts))
	for i, part := range parts {
		switch part := part.(type) {
		case string:
			(*l)[i] = part
		case json.Number:
			index, err := strconv.Atoi(part.String())
			if err != nil {
				return fmt.Errorf("the location %s has no index %s", data, part)
			}
			(*l)[i] = index
		default:
			return fmt.Errorf("the location %s holds more than names and indexes", data)
		}
	}
	return nil
}

// wireCtx is a context, whose entries keep their order.
type wireCtx Ctx

// UnmarshalJSON reads an object, or null.
func (c *wireCtx) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	switch open, err := decoder.Token(); {
	case err != nil:
		return err
	case open == nil:
		return nil
	case open != json.Delim('{'):
		return fmt.Errorf("the context %s is no object", data)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		*c = append(*c, CtxValue{Name: fmt.Sprint(name), Value: value})
	}
	return nil
}

// exactly reads one JSON value, and keeps the digits of its numbers.
func exactly(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return New("there is more than one JSON value")
	}
	return nil
}
