package owner

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

// Set is a set of owners of one kind. There are three forms: a list ([IDs]), a
// list that is only asked for where it is needed ([Deferred]), and, for sets too
// large to list, a sub-select ([SubSelect]). It is opaque and immutable. The
// zero value is empty.
type Set struct {
	// ids are the owners. With a query they are what it is narrowed to; none of
	// them stands for all that the query finds.
	ids   []uuid.UUID
	query *query
}

// query is a set in the database. It is never changed.
type query struct {
	sql      string
	args     []any
	contains func(ctx context.Context, id uuid.UUID) (bool, error)
	list     func(ctx context.Context) ([]uuid.UUID, error) // nil for a sub-select
}

// IDs is exactly these owners: right for up to a few hundred.
func IDs(ids ...uuid.UUID) Set { return Set{ids: slices.Clone(ids)} }

// SubSelect is what a query finds, for a set too large to list.
//
// The SQL selects one column of type uuid, with a ? for each argument. Without
// SQL the set is empty. contains answers for one owner and must agree with the
// SQL; without it the set still narrows statements, and owns no new row.
func SubSelect(sql string, args []any, contains func(ctx context.Context, id uuid.UUID) (bool, error)) Set {
	if sql == "" {
		return Set{}
	}
	return Set{query: &query{sql: sql, args: copyArgs(args), contains: contains}}
}

// Deferred is what a query finds, for a set that is small enough to list, and
// that is not listed before a list is needed.
//
// A statement about one row holds the query itself, which saves a round trip for
// each request about one row. The function list is called where a list is better,
// because PostgreSQL then follows an index in the order of a page, and where a
// list is needed, for the owner of a new row. Its answer is kept for as long as
// the set; a failure is not kept. Those who ask at the same time wait for one call,
// each until its own context ends. Inside a transaction statements hold the query.
//
// The SQL selects one column of type uuid, with a ? for each argument. Without
// SQL the set is empty. list must agree with the SQL.
func Deferred(sql string, args []any, list func(ctx context.Context) ([]uuid.UUID, error)) Set {
	if sql == "" || list == nil {
		return SubSelect(sql, args, nil)
	}
	turn := make(chan struct{}, 1) // full while somebody asks
	var (
		listed bool
		ids    []uuid.UUID
	)
	return Set{query: &query{sql: sql, args: copyArgs(args), list: func(ctx context.Context) ([]uuid.UUID, error) {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		defer func() { <-turn }()
		if listed {
			return ids, nil
		}
		found, err := list(ctx)
		if err != nil {
			return nil, err
		}
		ids, listed = slices.Clone(found), true
		return ids, nil
	}}}
}

// IsEmpty reports whether the set is known to be empty. It asks nobody.
func (s Set) IsEmpty() bool { return s.query == nil && len(s.ids) == 0 }

// IDs are the owners of a list, as a copy. It reports false for a set that only
// the database can list: see [Set.Query].
func (s Set) IDs() (ids []uuid.UUID, isList bool) {
	if s.query != nil {
		return nil, false
	}
	return slices.Clone(s.ids), true
}

// One is the only owner, where the set is known to hold exactly one. It asks
// nobody: a set of [SubSelect] or [Deferred] is not known to.
func (s Set) One() (uuid.UUID, bool) {
	if s.query != nil || len(s.ids) == 0 {
		return uuid.Nil, false
	}
	for _, id := range s.ids[1:] {
		if id != s.ids[0] {
			return uuid.Nil, false
		}
	}
	return s.ids[0], true
}

// Query is a [Set] that only the database can list.
type Query struct {
	// SQL selects one column of type uuid, with a ? for each of Args.
	SQL string
	// Args are the arguments of SQL.
	Args []any
	// Only, where it is not empty, narrows what SQL finds to these owners.
	Only []uuid.UUID
}

// Query is the query of a [SubSelect] or [Deferred] set, as a copy. It reports
// false for a list: see [Set.IDs].
func (s Set) Query() (q Query, isQuery bool) {
	if s.query == nil {
		return Query{}, false
	}
	return Query{SQL: s.query.sql, Args: copyArgs(s.query.args), Only: slices.Clone(s.ids)}, true
}

// Contains reports whether the set holds an owner. It asks the database for a
// [SubSelect] set, and the first time for a [Deferred] one, and fails where that
// fails.
func (s Set) Contains(ctx context.Context, id uuid.UUID) (bool, error) {
	if s.query == nil {
		return slices.Contains(s.ids, id), nil
	}
	if len(s.ids) > 0 && !slices.Contains(s.ids, id) {
		return false, nil
	}
	switch q := s.query; {
	case q.list != nil:
		ids, err := q.list(ctx)
		return err == nil && slices.Contains(ids, id), err
	case q.contains != nil:
		return q.contains(ctx, id)
	}
	return false, nil
}

// Restrict keeps only the owners named. It never adds one. With no IDs the set
// is empty.
func (s Set) Restrict(ids ...uuid.UUID) Set {
	if s.query != nil && len(s.ids) == 0 {
		s.ids = unique(ids)
	} else {
		s.ids = intersect(s.ids, ids)
	}
	if len(s.ids) == 0 {
		return Set{}
	}
	return s
}

// isDeferred reports whether the set can be listed and is not a list.
func (s Set) isDeferred() bool { return s.query != nil && s.query.list != nil }

// listed is the set as a list where it can be one.
func (s Set) listed(ctx context.Context) (Set, error) {
	if !s.isDeferred() {
		return s, nil
	}
	ids, err := s.query.list(ctx)
	if err != nil {
		return Set{}, err
	}
	if len(s.ids) > 0 {
		ids = intersect(ids, s.ids)
	}
	return Set{ids: ids}, nil
}

// intersect keeps of want what have holds, each once.
func intersect(have, want []uuid.UUID) []uuid.UUID {
	left := make(map[uuid.UUID]struct{}, len(have))
	for _, id := range have {
		left[id] = struct{}{}
	}
	kept := make([]uuid.UUID, 0, min(len(want), len(left)))
	for _, id := range want {
		if _, ok := left[id]; ok {
			delete(left, id)
			kept = append(kept, id)
		}
	}
	return kept
}

// unique keeps each once.
func unique(ids []uuid.UUID) []uuid.UUID { return intersect(ids, ids) }
