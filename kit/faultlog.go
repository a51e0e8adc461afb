package kit

import (
	"log/slog"

	"github.com/polarkit-go/polarkit/kit/internal/faultlog"
)

// FaultLog is a [slog.Handler] that writes a warning or an error which repeats
// once a minute:
//
//	faults := kit.NewFaultLog(slog.NewJSONHandler(os.Stderr, nil))
//	defer faults.Flush()
//	logger := slog.New(faults)
//
// The first one is written at once. Equal ones are counted, and at the end of each
// minute the last of them is written, at its own time, with the attribute
// "repeated" for how many there were. Equal are two with the same level, message,
// and attributes "route", "status", "error", "panic" and "stack"; numbers in the
// texts of errors do not count, and no other attribute does, such as the path. Beyond a hundred
// different ones in a minute, the rest of a message is counted together. Records
// below the level of a warning pass as they are.
//
// [ErrorRenderer], and so an API, does this for its own records with any logger. A
// FaultLog under the logger of the whole program does it for all of them.
type FaultLog = faultlog.Handler

// NewFaultLog is a handler that writes to another one. Call its method Flush
// before the program ends, so that what was counted is written.
func NewFaultLog(next slog.Handler) *FaultLog { return faultlog.NewHandler(next) }

// faults counts those of all loggers of renderers: a renderer is a plain value, and
// what it counts ends with the minute.
var faults faultlog.Table //nolint:gochecknoglobals // see above
