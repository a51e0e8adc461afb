package repository_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
)

// A set of owners that can be listed is a sub-select in statements about one
// row and in transactions, and a list where many rows come in an order.
func TestWhenOwnersAreListed(t *testing.T) {
	t.Parallel()
	var recorder pgtest.Recorder
	w := newWorld(t, func(config *pgxpool.Config) { recorder.Attach(config) })
	made := w.create(t, w.acme, customerRow{Email: "a@example.com"})
	_, err := memberships.For(owner.System("test")).Create(t.Context(), w.writer, membershipRow{UserID: w.acme, OrganizationID: w.acme})
	require.NoError(t, err)

	asked := 0
	var fails error
	var scope repository.Rows[customerRow]
	unlisted := func() {
		scope = customers.For(owner.ReachOf(owner.Grant{Kind: organizationKind, Set: owner.Deferred(
			"SELECT organization_id FROM memberships WHERE user_id = ?", []any{w.acme},
			func(context.Context) ([]uuid.UUID, error) {
				asked++
				return []uuid.UUID{w.acme}, fails
			},
		)}))
	}
	query := repository.Query{Max: 5}
	for name, tt := range map[string]struct {
		lists bool
		run   func(ctx context.Context) error
	}{
		"Get":    {false, func(ctx context.Context) error { _, err := scope.Get(ctx, w.reader, made.ID); return err }},
		"Exists": {false, func(ctx context.Context) error { _, err := scope.Exists(ctx, w.reader, nil); return err }},
		"Update": {false, func(ctx context.Context) error {
			_, err := scope.Update(ctx, w.writer, made.ID, customers.Set("score", int64(3)))
			return err
		}},
		"First": {true, func(ctx context.Context) error { _, err := scope.First(ctx, w.reader, query); return err }},
		"All":   {true, func(ctx context.Context) error { _, err := scope.All(ctx, w.reader, query); return err }},
		"Page":  {true, func(ctx context.Context) error { _, err := scope.Page(ctx, w.reader, query); return err }},
		"PageAfter": {true, func(ctx context.Context) error {
			_, err := scope.PageAfter(ctx, w.reader, testCursors, repository.CursorQuery{})
			return err
		}},
		"Stream": {true, func(ctx context.Context) error {
			for _, err := range scope.Stream(ctx, w.reader, query) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		"in a transaction": {false, func(ctx context.Context) error {
			return repository.InTx(ctx, w.writer, func(tx repository.Tx) error {
				_, err := scope.All(ctx, tx, query)
				return err
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			asked, fails = 0, nil
			unlisted()
			recorder.Reset()
			require.NoError(t, tt.run(t.Context()))
			require.Equal(t, tt.lists, asked > 0)
			for _, sql := range recorder.SQL() {
				if tt.lists {
					require.NotContains(t, sql, "memberships")
				}
			}
			fails = errors.New("away")
			unlisted() // what was listed is kept
			if tt.lists {
				require.ErrorIs(t, tt.run(t.Context()), fails)
			} else {
				require.NoError(t, tt.run(t.Context()))
			}
		})
	}
}
