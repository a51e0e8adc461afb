// Package faults counts log records of faults that repeat. A fault is written once in
// an interval, with the number of its repetitions. A database that is away for a
// minute is then a few lines and not one for each request.
package faults

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// interval is how long equal faults are counted before a line has their number.
	interval = time.Minute
	// maxFaults is how many different faults of one owner are distinguished in an
	// interval. All others of a message are counted together.
	maxFaults = 100
	// maxText is how much of an attribute is compared, in bytes.
	maxText = 200
)

// Table counts faults. The zero Table is ready, and safe for concurrent use.
type Table struct {
	mu     sync.Mutex
	faults map[key]*fault
	owned  map[any]int // how many faults each owner has
}

// key identifies a fault: two records with the same key are the same fault.
type key struct {
	owner   any
	level   slog.Level
	message string
	detail  string // empty for those that are counted together
}

// fault is a fault that has been written in this interval.
type fault struct {
	repeated int
	last     slog.Record
	next     slog.Handler
	end      *time.Timer
}

// Handle writes the record when it is the first of its kind in the interval, and
// counts it otherwise. Records of one owner, which must be comparable, are counted
// together. Records below [slog.LevelWarn] are no faults.
func (t *Table) Handle(ctx context.Context, owner any, next slog.Handler, record slog.Record) error {
	if record.Level < slog.LevelWarn || !t.count(key{owner, record.Level, record.Message, detail(record)}, next, record) {
		return next.Handle(ctx, record)
	}
	return nil
}

// count counts a record, and reports whether it is the repetition of another.
func (t *Table) count(k key, next slog.Handler, record slog.Record) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faults == nil {
		t.faults, t.owned = map[key]*fault{}, map[any]int{}
	}
	if t.faults[k] == nil && t.owned[k.owner] >= maxFaults {
		k.detail = ""
	}
	if there := t.faults[k]; there != nil {
		there.repeated++
		there.last, there.next = record.Clone(), next
		return true
	}
	t.owned[k.owner]++
	f := &fault{}
	f.end = time.AfterFunc(interval, func() { t.endInterval(k, f) })
	t.faults[k] = f
	return false
}

// endInterval writes what was counted. A fault that did not repeat is forgotten.
func (t *Table) endInterval(k key, f *fault) {
	t.mu.Lock()
	if t.faults[k] != f {
		t.mu.Unlock()
		return
	}
	if f.repeated == 0 {
		t.forget(k)
		t.mu.Unlock()
		return
	}
	write := f.take()
	f.end.Reset(interval)
	t.mu.Unlock()
	write()
}

func (t *Table) forget(k key) {
	delete(t.faults, k)
	if t.owned[k.owner]--; t.owned[k.owner] == 0 {
		delete(t.owned, k.owner)
	}
}

// Flush writes the lines of what has been counted of the owner's faults. It is called before
// a program ends, for example.
func (t *Table) Flush(owner any) {
	var writes []func()
	t.mu.Lock()
	for k, f := range t.faults {
		if k.owner != owner {
			continue
		}
		f.end.Stop()
		t.forget(k)
		if f.repeated > 0 {
			writes = append(writes, f.take())
		}
	}
	t.mu.Unlock()
	for _, write := range writes {
		write()
	}
}

// take returns a function that writes the line of what has been counted: the last record, at
// its time, with the count.
func (f *fault) take() (write func()) {
	last, next, repeated := f.last, f.next, f.repeated
	f.repeated = 0
	last.AddAttrs(slog.Int("repeated", repeated))
	// The context of the last record is over.
	return func() { _ = next.Handle(context.Background(), last) }
}

// detail distinguishes faults of one message: the attributes route, status, error,
// panic and stack. Numbers in texts of errors and panics are left out, since ports,
// times and identifiers differ each time.
func detail(record slog.Record) string {
	var b strings.Builder
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "error", "panic":
			text := fmt.Sprint(a.Value.Resolve().Any())
			b.WriteString(a.Key + "=" + withoutNumbers(text[:min(len(text), maxText)]) + " ")
		case "route", "status":
			b.WriteString(a.Key + "=" + a.Value.String() + " ")
		case "stack":
			b.WriteString("stack=" + place(a.Value.String()) + " ")
		}
		return true
	})
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// withoutNumbers replaces each word that holds a digit.
func withoutNumbers(text string) string {
	var b strings.Builder
	word, number := 0, false
	end := func(at int) {
		if number {
			b.WriteByte('#')
		} else {
			b.WriteString(text[word:at])
		}
		number = false
	}
	for i, r := range text {
		switch {
		case unicode.IsDigit(r):
			number = true
		case !unicode.IsLetter(r):
			end(i)
			b.WriteRune(r)
			word = i + len(string(r))
		}
	}
	end(len(text))
	return b.String()
}

// place returns the lines of a stack that hold files and lines. It leaves out the arguments
// of calls, which differ each time.
func place(stack string) string {
	var b strings.Builder
	for line := range strings.Lines(stack) {
		if where, ok := strings.CutPrefix(line, "\t"); ok && b.Len() < 20*maxText {
			where, _, _ = strings.Cut(where, " +0x")
			b.WriteString(where)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
