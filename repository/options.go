package repository

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/squirrel"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/sorting"
)

// Owners maps each kind of owner to the column that holds the owner's ID. A
// reach whose kinds have no column here reaches no row.
type Owners map[owner.Kind]string

// Fields maps the names of constraints to the place in the request whose value
// a violation is about.
type Fields map[string]errors.Loc

// Options say what a [Model] is beyond its row type. The zero value is a table
// whose rows nobody but [owner.System] reaches, without sorting or soft deletion.
type Options struct {
	// Owners are the columns by which a reach narrows the rows. With none, only
	// [owner.System] reaches them.
	Owners Owners
	// Sorting is a [SortMap]. With none, lists are sorted by the primary key.
	Sorting Sorting
	// Unique maps unique constraints and indexes to the field of the request
	// that is then already taken: a 422 there instead of the 409
	// ResourceAlreadyExists.
	Unique Fields
	// References maps foreign keys to the field that refers to something which
	// is not there: a 422 there instead of the 409 ResourceConflict.
	References Fields
	// Checks maps check constraints to the field that breaks them: a 422 there
	// instead of a 500, since a request's own validation should have refused it.
	Checks Fields
	// SoftDelete is the column of the time of deletion. By default it is
	// deleted_at if the row type has that column, and otherwise none. The row
	// type need not have it.
	SoftDelete string
	// CreatedAt is the column that Create sets; created_at by default, if the
	// row type has it.
	CreatedAt string
	// UpdatedAt is the column that every change sets, and which is NULL until
	// the first one; updated_at by default, if the row type has it.
	UpdatedAt string
	// MaxPage is the deepest page that Page serves; beyond it a client gets a
	// 422. By default there is no ceiling.
	MaxPage int64
	// From, if set, is a query of one's own that stands in for the table:
	// its result must have the columns of the row type, the owner columns
	// included, by which its rows are narrowed. Inside it the table's name means
	// only those of the table's rows that are in reach and not deleted. Such a
	// model has no verbs that write.
	From squirrel.Sqlizer
}

// Sorting is implemented by [SortMap] alone; it hides the type of the
// properties from [Options].
type Sorting interface {
	sortExpressions() (map[string]string, error)
}

// SortMap gives each property of a sort set its SQL expression. The set must be
// covered exactly; that is checked when the model is made. After the expression
// may stand, in this order:
//
//   - NOT NULL for an expression that never is, when it is not simply a column
//     whose field says so: cursors are then cheaper,
//   - NULLS FIRST or NULLS LAST, which then holds in both directions; otherwise
//     NULL counts as larger than every value, as in PostgreSQL.
//
// Expressions are part of the program and go into statements as they are.
type SortMap[P sorting.Property[P]] map[P]string

func (m SortMap[P]) sortExpressions() (map[string]string, error) {
	var zero P
	set := zero.Values()
	expressions := make(map[string]string, len(m))
	for _, property := range set {
		expression, ok := m[property]
		if !ok {
			return nil, fmt.Errorf("the sort map has no expression for %q of %T", string(property), zero)
		}
		expressions[string(property)] = expression
	}
	for _, property := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(set, property) {
			return nil, fmt.Errorf("the sort map has %q, which %T does not list", string(property), zero)
		}
	}
	return expressions, nil
}

// sortKey is one sort expression, compiled.
type sortKey struct {
	sql      string
	nullable bool
	// nulls is "", " NULLS FIRST" or " NULLS LAST".
	nulls string
}

func (p *plan) compileSortKey(text string) (sortKey, error) {
	// The space is for a text that is nothing but a suffix.
	key := sortKey{sql: " " + strings.TrimSpace(text), nullable: true}
	for _, suffix := range []string{" NULLS FIRST", " NULLS LAST"} {
		if sql, ok := cutSuffixFold(key.sql, suffix); ok {
			key.sql, key.nulls = strings.TrimRight(sql, " "), suffix
		}
	}
	if sql, ok := cutSuffixFold(key.sql, " NOT NULL"); ok {
		key.sql, key.nullable = sql, false
	}
	if key.sql = strings.TrimSpace(key.sql); key.sql == "" {
		return sortKey{}, fmt.Errorf("an expression of the sort map is empty")
	}
	var written statement
	if written.foreign(key.sql, nil); written.err != nil {
		return sortKey{}, fmt.Errorf("the sort expression %q: %w", text, written.err)
	}
	if key.sql = unwrapped(string(written.text)); key.sql == "" {
		return sortKey{}, fmt.Errorf("an expression of the sort map is empty")
	}
	name, isName := p.resolve(key.sql)
	switch {
	case !isName:
		for _, direction := range []string{" ASC", " DESC"} {
			if _, found := cutSuffixFold(key.sql, direction); found {
				return sortKey{}, fmt.Errorf("the sort expression %q has a direction: which one it is the request says", text)
			}
		}
		key.sql = "(" + key.sql + ")"
	case name.foreign:
		return sortKey{}, fmt.Errorf("the sort expression %q is qualified: only columns of %q are known here", text, p.table)
	case name.column >= 0:
		c := &p.columns[name.column]
		key.nullable = key.nullable && c.nullable
		key.sql = p.qualified(c.name)
	case isIdentifier(key.sql):
		return sortKey{}, fmt.Errorf("the sort map names the column %q, which the row type does not have", key.sql)
	default:
		key.sql = p.qualified(name.name)
	}
	if !key.nullable && key.nulls != "" {
		// On a column that is never NULL the clause says nothing and keeps
		// PostgreSQL from using an index.
		key.nulls = ""
	}
	return key, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}
