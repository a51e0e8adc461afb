package pgtest

import (
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Statement is one statement that a test ran.
type Statement struct {
	// SQL is the text as it was given to pgx; for COPY, COPY "table" (columns).
	SQL string
	// Args are the bound arguments; nil for COPY.
	Args []any
	// Batch numbers the batch that the statement was part of, from 1. Zero: none.
	Batch int
	// Err is the error of the statement, nil while it runs and if it did not fail.
	Err error
}

// Recorder keeps the statements of a pool, for tests of what reaches the
// database and in how many round trips:
//
//	var recorder pgtest.Recorder
//	pool := database.Pool(t, recorder.Attach)
//	…
//	got := recorder.Statements()
//
// The zero value is ready to use. A Recorder is safe for concurrent use. A tracer that
// the pool already has is called too.
type Recorder struct {
	mu         sync.Mutex
	statements []*Statement
	batches    int
}

// Attach makes the pool of that configuration report to the recorder.
func (r *Recorder) Attach(config *pgxpool.Config) {
	config.ConnConfig.Tracer = &tracer{recorder: r, next: config.ConnConfig.Tracer}
}

// Statements are the statements so far, in the order in which they began.
func (r *Recorder) Statements() []Statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Statement, len(r.statements))
	for i, s := range r.statements {
		all[i] = *s
		all[i].Args = slices.Clone(s.Args)
	}
	return all
}

// SQL is the text of the statements so far, with single spaces for all white space.
func (r *Recorder) SQL() []string {
	var all []string
	for _, s := range r.Statements() {
		all = append(all, strings.Join(strings.Fields(s.SQL), " "))
	}
	return all
}

// Reset forgets the statements so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements, r.batches = nil, 0
}

func (r *Recorder) begin(s *Statement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, s)
}

func (r *Recorder) end(s *Statement, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Err = err
}
