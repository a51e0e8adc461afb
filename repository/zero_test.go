package repository_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
)

// furtherVerbs are those that the table of [TestEveryVerbIsScoped] leaves out.
var furtherVerbs = []verb{
	{"Create", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return found(s.Create(ctx, w.writer, customerRow{OrganizationID: w.acme, Email: "x@example.com"}))
	}},
	{"CreateMany", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return done(s.CreateMany(ctx, w.writer, make([]customerRow, 2)))
	}},
	{"CreateMany of none", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return done(s.CreateMany(ctx, w.writer, nil))
	}},
	{"Upsert", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		row := customerRow{OrganizationID: w.acme, Email: "row@example.com"}
		row.ID = id
		return found(s.Upsert(ctx, w.writer, row, repository.OnConflict{Columns: []string{"id"}, Update: []string{"score"}}))
	}},
	{"Restore", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.Restore(ctx, w.writer, id))
	}},
	{"First of a key", func(ctx context.Context, w *world, s repository.Rows[customerRow], id uuid.UUID) (int64, error) {
		return found(s.First(ctx, w.reader, repository.Query{Where: squirrel.Eq{"id": id}}))
	}},
	{"All without a bound", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return sized(s.All(ctx, w.reader, repository.Query{}))
	}},
	{"PageAfter without cursors", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		_, err := s.PageAfter(ctx, w.reader, nil, repository.CursorQuery{})
		return 0, err
	}},
	{"Walk of no size", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (n int64, err error) {
		for _, err := range s.Walk(ctx, w.reader, repository.Query{}, 0) {
			return 0, err
		}
		return 0, nil
	}},
	{"deleted ones", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return s.WithDeleted().OnlyDeleted().Count(ctx, w.reader, nil)
	}},
	{"From nothing", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return s.From(nil).Count(ctx, w.reader, nil)
	}},
	{"From with itself", func(ctx context.Context, w *world, s repository.Rows[customerRow], _ uuid.UUID) (int64, error) {
		return s.From(squirrel.Select("*").From("customers")).With(s).Count(ctx, w.reader, nil)
	}},
}

func TestZeroScopesReachNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	row := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	everybody := owner.System("test")
	scopes := map[string]repository.Rows[customerRow]{
		"a zero scope":           {},
		"the scope of a zero":    new(repository.Model[customerRow]).For(everybody),
		"the scope of a nil one": (*repository.Model[customerRow])(nil).For(everybody),
	}
	for name, scope := range scopes {
		for _, verb := range append(verbs[:len(verbs):len(verbs)], furtherVerbs...) {
			n, err := verb.run(t.Context(), w, scope, row.ID)
			sentence.Equal(t, "zero rows", err)
			require.Equal(t, errors.InternalServerError, errors.KindOf(err), "%s: %s", name, verb.name)
			if n == 1 {
				n = 0 // that of found, beside an error
			}
			require.Zero(t, n)
		}
		require.NoError(t, repository.InTx(t.Context(), w.writer, func(tx repository.Tx) error {
			_, err := scope.Lock(t.Context(), tx, row.ID, repository.ForUpdate)
			sentence.Equal(t, "zero rows", err)
			_, err = scope.LockAll(t.Context(), tx, repository.Query{}, repository.ForUpdate)
			sentence.Equal(t, "zero rows", err)
			return nil
		}))
		own := squirrel.Select("*").From("customers")
		_, err := w.in(w.acme).From(own).With(scope).Count(t.Context(), w.reader, nil)
		sentence.Equal(t, "zero rows", err)
		_, err = w.in(w.acme).From(own).With(scope).Get(t.Context(), w.reader, row.ID)
		sentence.Equal(t, "zero rows", err)
		_, err = w.in(w.acme).From(own).With(scope, nil).Page(t.Context(), w.reader, repository.Query{})
		sentence.Equal(t, "zero rows", err)
	}
	require.Empty(t, new(repository.Model[customerRow]).Table())
	_, err := w.in(w.acme).Update(t.Context(), w.writer, row.ID, new(repository.Model[customerRow]).Set("score", int64(1)))
	sentence.Equal(t, "changes of a zero model", err)
	_, err = w.in(w.acme).Update(t.Context(), w.writer, row.ID, new(repository.Model[customerRow]).MoveTo(w.owner(t, w.acme)))
	sentence.Equal(t, "a move of a zero model", err)
	require.False(t, repository.Changes[customerRow]{}.Has("score"))
	sentence.Panics(t, "an update schema of a zero model", func() {
		repository.ChangesOf[customerUpdate](new(repository.Model[customerRow]))
	})
	still, err := w.in(w.acme).Get(t.Context(), w.reader, row.ID)
	require.NoError(t, err)
	require.Equal(t, row, still)
}

func TestZeroHandlesReachNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	row := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	for _, zero := range []*world{
		{}, {reader: repository.NewReader(nil), writer: repository.NewWriter(nil)},
	} {
		zero.acme = w.acme
		for _, verb := range append(verbs[:len(verbs):len(verbs)], furtherVerbs[:6]...) {
			_, err := verb.run(t.Context(), zero, w.in(w.acme), row.ID)
			sentence.Equal(t, "a zero handle", err)
		}
	}
	scope := w.in(w.acme)
	for _, from := range []repository.Readable{
		nil, repository.Reader{}, repository.Writer{}, repository.Tx{}, (*repository.Reader)(nil), (*repository.Writer)(nil), (*repository.Tx)(nil),
		repository.WrapTx(nil), struct{ repository.Reader }{},
	} {
		_, err := scope.Get(t.Context(), from, row.ID)
		sentence.Equal(t, "a zero handle", err)
		_, err = scope.PageAfter(t.Context(), from, testCursors, repository.CursorQuery{})
		sentence.Equal(t, "a zero handle", err)
	}
	for _, to := range []repository.Writable{nil, repository.Writer{}, repository.Tx{}, (*repository.Writer)(nil), (*repository.Tx)(nil)} {
		sentence.Equal(t, "a zero handle", scope.Delete(t.Context(), to, row.ID))
		sentence.Equal(t, "a zero handle", repository.InTx(t.Context(), to, func(repository.Tx) error { return nil }))
	}
	_, err := scope.Lock(t.Context(), repository.Tx{}, row.ID, repository.ForUpdate)
	sentence.Equal(t, "a zero handle", err)
	require.Nil(t, repository.Tx{}.Pgx())
	repository.Tx{}.AfterCommit(func(context.Context) { t.Error("it was never committed") })
	repository.Tx{}.Committed(t.Context())

	_, err = scope.PageAfter(t.Context(), w.reader, new(pagination.Cursors), repository.CursorQuery{})
	sentence.Equal(t, "PageAfter without cursors", err)
	_, err = scope.From(nil).Count(t.Context(), w.reader, nil)
	sentence.Equal(t, "From without a query", err)
	_, err = scope.From((*squirrel.SelectBuilder)(nil)).Count(t.Context(), w.reader, nil)
	sentence.Equal(t, "From without a query", err)
	for _, zero := range []squirrel.Sqlizer{squirrel.SelectBuilder{}, squirrel.And{squirrel.SelectBuilder{}}, (*squirrel.SelectBuilder)(nil)} {
		_, _ = scope.Count(t.Context(), w.reader, zero) // fails or says nothing; it does not panic
	}
}

// No exported method of a zero value panics, whatever else it is given: each one
// that can fail does, and sequences yield the error.
func TestNoMethodOfAZeroValuePanics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t, w.acme, customerRow{Email: "a@example.com"})
	none, everybody := new(repository.Model[customerRow]), owner.System("test")
	for name, value := range map[string]any{
		"zero Rows": repository.Rows[customerRow]{}, "rows of a zero Model": none.For(everybody),
		"rows of a nil Model": (*repository.Model[customerRow])(nil).For(everybody),
		"zero Model":          none, "nil Model": (*repository.Model[customerRow])(nil), "zero Changes": repository.Changes[customerRow]{},
		"zero rows, changed": none.For(nil).OwnedBy(organizationKind, []uuid.UUID{w.acme}).WithDeleted().WithFields(nil).From(nil).With(nil),
	} {
		v := reflect.ValueOf(value)
		for i := range v.NumMethod() {
			method := v.Type().Method(i).Name
			for _, handle := range []any{nil, w.reader, w.writer} {
				in := make([]reflect.Value, v.Method(i).Type().NumIn())
				for n := range in {
					switch typ := v.Method(i).Type().In(n); {
					case typ == reflect.TypeFor[context.Context]():
						in[n] = reflect.ValueOf(t.Context())
					case handle != nil && reflect.TypeOf(handle).AssignableTo(typ):
						in[n] = reflect.ValueOf(handle)
					default:
						in[n] = reflect.Zero(typ)
					}
				}
				call := v.Method(i).Call
				if v.Method(i).Type().IsVariadic() {
					call = v.Method(i).CallSlice
				}
				require.NotPanics(t, func() {
					for _, out := range call(in) {
						switch {
						case out.Type() == reflect.TypeFor[error]():
							require.False(t, out.IsNil(), "%s: %s", name, method)
						case out.Kind() == reflect.Func:
							yielded := 0
							for _, err := range out.Seq2() {
								yielded++
								require.False(t, err.IsNil(), "%s: %s", name, method)
							}
							require.Equal(t, 1, yielded, "%s: %s", name, method)
						}
					}
				}, "%s: %s", name, method)
			}
		}
	}
	all := repository.Rows[customerRow]{}
	_, err := repository.ByIDs[uuid.UUID](t.Context(), w.reader, all, []uuid.UUID{w.acme})
	sentence.Equal(t, "zero rows", err)
	_, err = repository.Related[uuid.UUID](t.Context(), w.reader, all, "organization_id", []uuid.UUID{w.acme})
	sentence.Equal(t, "zero rows", err)
}
