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

// Owners maps each kind of owner to the column with the owner's ID. A reach of other
// kinds reaches no row. Where the column is read-only, only [owner.System] makes rows.
type Owners map[owner.Kind]string

// Fields maps the name of a constraint to the place in the request whose value violates
// it.
type Fields map[string]errors.Loc

// Options are what a [Model] needs beside its row type. The zero value is a table
// without sorting and without soft deletion, whose rows only [owner.System] reaches.
type Options struct {
	// Owners are the columns by which a reach narrows the rows. Without them only
	// [owner.System] reaches the rows.
	Owners Owners
	// Sorting is a [SortMap]. Without it lists are sorted by the primary key.
	Sorting Sorting
	// Unique maps a unique constraint or index to the field of the request whose value
	// exists already: a 422 there instead of the 409 ResourceAlreadyExists.
	Unique Fields
	// References maps a foreign key to the field that refers to a row that does not
	// exist: a 422 there instead of the 409 ResourceConflict.
	References Fields
	// Checks maps a check constraint to the field that violates it: a 422 there instead
	// of a 500.
	Checks Fields
	// SoftDelete is the column with the time of deletion, which need not be in the row
	// type. Empty: deleted_at if the row type has that column, and else no column.
	SoftDelete string
	// CreatedAt is the column that Create sets. Empty: created_at, if the row type has
	// it.
	CreatedAt string
	// UpdatedAt is the column that each change sets. It is NULL until the first change.
	// Empty: updated_at, if the row type has it.
	UpdatedAt string
	// MaxPage is the last page that Page returns. Beyond it a client gets a 422. 0: there
	// is no bound.
	MaxPage int64
	// From, if set, is a query in place of the table. Its result must have the columns
	// of the row type, with the owner columns, by which its rows are narrowed. Inside
	// the query the table's name means only the rows that are in reach and not deleted.
	// The verbs that write fail on such a model.
	From squirrel.Sqlizer
}

// Sorting is implemented only by [SortMap]. It hides the type of the properties from
// [Options].
type Sorting interface {
	sortExpressions() (map[string]string, error)
}

// SortMap has the SQL expression of each property of a sort set: of all properties and
// of no others, which is checked when the model is made. After the expression there may
// be, in this order:
//
//   - NOT NULL for an expression that is never NULL. It makes cursors cheaper. A column
//     whose field cannot be NULL does not need it;
//   - NULLS FIRST or NULLS LAST, for both directions. Without them NULL is larger than
//     each value, as in PostgreSQL.
//
// Expressions are text of the program and are part of statements as they are.
type SortMap[P sorting.Property[P]] map[P]string

func (m SortMap[P]) sortExpressions() (map[string]string, error) {
	var zero P
	set := zero.Values()
	expressions := make(map[string]string, len(m))
	for _, property := range set {
		expression, ok := m[property]
		if !ok {
			return nil, fmt.Errorf("the sort map has no expression for %q of %T; add one, such as a column", string(property), zero)
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
	// The space is for a text that is only a suffix.
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
		// On a column that is never NULL the clause has no effect, and PostgreSQL
		// would not use an index.
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
