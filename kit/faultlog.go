package kit

import (
	"log/slog"

	"github.com/polarkit-go/polarkit/kit/internal/faultlog"
)

// FaultLog is a [slog.Handler] that writes a repeated warning or error only once a
// minute:
//
//	faults := kit.NewFaultLog(slog.NewJSONHandler(os.Stderr, nil))
//	defer faults.Flush()
//	logger := slog.New(faults)
//
// The first record is written at once. Equal records are counted. At the end of
// each minute the last of them is written, with its own time and with the attribute
// "repeated": the number of equal records since the line before. Two records are
// equal that have the same level, the same message and the same attributes "route",
// "status", "error", "panic" and "stack". Numbers in the texts of errors and panics
// are ignored, and so are all other attributes, such as the path. Beyond a hundred
// different records in a minute, all further ones of a message are counted
// together. Records below the level of a warning are written as they are.
//
// [ErrorRenderer], and so an API, does this for its own records with any logger. A
// FaultLog as the handler of the program's logger does it for all records.
type FaultLog = faultlog.Handler

// NewFaultLog makes a handler that writes to another one. Call its method Flush
// before the program ends, so that what was counted is written.
func NewFaultLog(next slog.Handler) *FaultLog { return faultlog.NewHandler(next) }

// faults counts the faults of all renderers: a renderer is a plain value without
// room for a table. The table forgets a fault that did not repeat for a minute.
var faults faultlog.Table //nolint:gochecknoglobals // see above
