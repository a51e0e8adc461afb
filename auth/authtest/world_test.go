package authtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

func TestWorld(t *testing.T) {
	t.Parallel()
	world := authtest.New(t, registry)
	service := world.Authenticator.Middleware(canRead.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		subject, _ := auth.From[auth.Admin](r.Context())
		_, _ = w.Write([]byte(subject.Ref().String()))
	})))
	do := func(c authtest.Credential) string { return kittest.NewClient(t, service).As(c).Get("/").String() }

	require.Equal(t, "200 "+world.A.User.String(), do(world.Credential(world.A.User, "notes:read")))
	require.Equal(t, "200 "+world.B.Organization.String(), do(world.Credential(world.B.Organization, "notes:write")))
	require.Equal(t, "200 "+world.Both.String(), do(world.WebSession(world.Both, "notes:read")))
	require.Contains(t, do(world.Credential(world.A.Customer, "portal:read")), "401 ")
	require.Contains(t, do(world.Credential(world.A.User)), "403 ")
	require.Contains(t, do(noCredential), "401 ")
	require.NotContains(t, world.Credential(world.A.User).String(), "notes_pat_")

	caller := world.Credential(world.A.User, "notes:read")
	world.Pass(time.Hour)
	require.Contains(t, do(caller), "401 ")

	set, err := world.Organizations(t.Context(), world.A.User.ID, "manage")
	require.NoError(t, err)
	require.Equal(t, owner.IDs(), set)
	world.Join(world.A.User, world.A.OrganizationID, "manage")
	set, err = world.Organizations(t.Context(), world.A.User.ID, "manage")
	require.NoError(t, err)
	require.Equal(t, owner.IDs(world.A.OrganizationID), set)

	customer := world.Credential(world.A.Customer, "portal:read")
	world.DeleteOrganization(world.A.OrganizationID)
	portal := world.Authenticator.Middleware(canPortal.Handler(http.NotFoundHandler()))
	require.Equal(t, "InvalidToken", kittest.NewClient(t, portal).As(customer).Get("/").ErrorName())
	require.Equal(t, 404, kittest.NewClient(t, portal).As(world.Credential(world.B.Customer, "portal:read")).Get("/").Status)
}

func TestStoreCanBeBroken(t *testing.T) {
	t.Parallel()
	store := &authtest.Store{}
	away := errors.New("away")
	store.OnFind(func(context.Context) (*credential.Record, error) { return nil, away })
	_, err := store.Find(t.Context(), credential.Lookup{})
	require.ErrorIs(t, err, away)
	store.OnFind(nil)
	_, err = store.Find(t.Context(), credential.Lookup{})
	require.ErrorIs(t, err, credential.ErrInvalid)
	store.OnUsed(func(context.Context) error { return away })
	require.ErrorIs(t, store.Used(t.Context(), uuid.New(), credential.Use{}), away)
	require.Equal(t, 2, store.Finds())
	require.Equal(t, 1, store.Uses())
}

func TestTwoTenantsNeedsRows(t *testing.T) {
	t.Parallel()
	problems := authtest.TwoTenants{
		Handler: http.NotFoundHandler(), Path: "/v1/notes/", A: authtest.Party{User: noCredential}, B: authtest.Party{User: noCredential},
		Body: func(int) map[string]any { return map[string]any{} },
	}.Problems(t)
	require.Len(t, problems, 2)
	ours, _, _ := strings.Cut(problems[0], ": POST ")
	sentence.Equal(t, "TwoTenants: a row that cannot be made", ours)
}

func TestMatrixReadsDocuments(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"an empty document":           "",
		"no paths":                    "{}",
		"no operation":                `{"paths":{}}`,
		"several schemes":             `{"paths":{"/a":{"get":{"security":[{"a":[],"b":[]}]}}}}`,
		"an operation that is a list": `{"paths":{"/a":{"get":[]}}}`,
	} {
		problems := authtest.Matrix{Handler: http.NotFoundHandler(), Registry: registry, Document: []byte(document)}.Problems(t)
		require.Len(t, problems, 1)
		ours, _, _ := strings.Cut(problems[0], ": ") // what follows is the error of encoding/json
		sentence.Equal(t, "Matrix: "+name, ours)
	}
}
