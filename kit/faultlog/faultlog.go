// Package faultlog has a handler of log/slog that writes a repeated warning or error
// only once a minute, so that an outage does not fill the log:
//
//	faults := faultlog.New(slog.NewJSONHandler(os.Stderr, nil))
//	defer faults.Flush()
//	logger := slog.New(faults)
//
// The first record is written at once. Equal records are counted. At the end of
// each minute the last of them is written, with its own time and with the attribute
// "repeated": the number of equal records since the line before.
//
// Two records are equal when they have the same level, the same message and the same
// attributes "route", "status", "error", "panic" and "stack". Numbers in the texts of
// errors and panics are ignored, and so are all other attributes, such as the path.
// Beyond a hundred different records in a minute, all further ones of a message are
// counted together. Records below the level of a warning are written as they are.
//
// The renderer of package kit/reply, and so an API, does this for its own records
// with any logger. A [Handler] as the handler of the program's logger does it for
// all records.
package faultlog

import (
	"context"
	"log/slog"

	"github.com/polarkit-go/polarkit/kit/internal/faults"
)

// Handler is a [slog.Handler] around another one. It counts repeated warnings and
// errors as the package documentation says.
type Handler struct {
	next  slog.Handler
	table *faults.Table
}

// New makes a handler that writes to another one. Call its method Flush before the
// program ends, so that what was counted is written.
func New(next slog.Handler) *Handler { return &Handler{next: next, table: &faults.Table{}} }

// Enabled reports whether the handler below writes records of the level.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle writes the record, or counts it when an equal one was written less than a
// minute ago.
func (h *Handler) Handle(ctx context.Context, record slog.Record) error {
	return h.table.Handle(ctx, nil, h.next, record)
}

// WithAttrs is a handler that counts together with this one.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{next: h.next.WithAttrs(attrs), table: h.table}
}

// WithGroup is a handler that counts together with this one.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{next: h.next.WithGroup(name), table: h.table}
}

// Flush writes at once what was counted since the last lines.
func (h *Handler) Flush() { h.table.Flush(nil) }
