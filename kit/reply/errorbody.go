package reply

import (
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
)

// appendError appends the body of any error but those of the request's data.
func appendError(to []byte, name, detail string) []byte {
	to = append(to, `{"error":`...)
	to = encode.AppendString(to, name)
	to = append(to, `,"detail":`...)
	to = encode.AppendString(to, detail)
	return append(to, '}')
}

// appendValidation appends the body of the errors of the request's data.
func appendValidation(to []byte, details []errors.ValidationError) []byte {
	to = append(to, `{"error":`...)
	to = encode.AppendString(to, errors.RequestValidation.Name())
	to = append(to, `,"detail":[`...)
	for i := range details {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendDetail(to, &details[i])
	}
	return append(to, "]}"...)
}

// appendDetail appends one of these errors, with the keys in the order of FastAPI.
func appendDetail(to []byte, detail *errors.ValidationError) []byte {
	to = append(to, `{"type":`...)
	to = encode.AppendString(to, detail.Type)
	to = append(to, `,"loc":[`...)
	for i, part := range detail.Loc {
		if i > 0 {
			to = append(to, ',')
		}
		to = encode.AppendEcho(to, part)
	}
	to = append(to, `],"msg":`...)
	to = encode.AppendString(to, detail.Msg)
	to = append(to, `,"input":`...)
	to = encode.AppendEcho(to, detail.Input)
	if len(detail.Ctx) > 0 {
		to = append(to, `,"ctx":{`...)
		for i, entry := range detail.Ctx {
			if i > 0 {
				to = append(to, ',')
			}
			to = encode.AppendString(to, entry.Name)
			to = append(to, ':')
			to = encode.AppendEcho(to, entry.Value)
		}
		to = append(to, '}')
	}
	return append(to, '}')
}
