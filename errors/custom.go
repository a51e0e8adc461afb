package errors

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// CustomError makes the error of a validator that raises PydanticCustomError: a type and a
// message of the application's own, in which {name} stands for a value of the context. A
// Validate method returns it, or a rule:
//
//	return errors.CustomError("not_positive", "A discount must be positive, not {value}",
//		errors.Ctx{{Name: "value", Value: percent}})
//
// The reply has the place and the input of the value that is validated. For another place,
// and for several errors, use [NewRequestValidationError].
func CustomError(typ, msg string, ctx Ctx) *PolarRequestValidationError {
	for _, each := range ctx {
		msg = strings.ReplaceAll(msg, "{"+each.Name+"}", messageText(each.Value))
	}
	return NewRequestValidationError(ValidationError{Type: typ, Msg: msg, Ctx: ctx})
}

// floatText is a float as Python prints it.
func floatText(f float64) string {
	format := byte('f')
	if abs := math.Abs(f); abs >= 1e16 || abs < 1e-4 && abs > 0 {
		format = 'e'
	}
	text := strconv.FormatFloat(f, format, -1, 64)
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return strings.ToLower(strings.TrimPrefix(text, "+"))
	case format == 'f' && !strings.Contains(text, "."):
		return text + ".0"
	}
	return text
}

// messageText is a value in a message, as Pydantic has it: booleans are integers there.
func messageText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "1"
		}
		return "0"
	case float64:
		return floatText(v)
	}
	return fmt.Sprint(v)
}
