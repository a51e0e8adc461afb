package authtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	sq "github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/repository"
	"github.com/polarkit-go/polarkit/repository/pgtest"
	"github.com/polarkit-go/polarkit/sorting"
)

// Notes are a small resource. A note belongs to an organization, and has a code that is
// unique in it. It may be about a customer, and may answer another note.

var database = pgtest.FromSQL(`
	CREATE TABLE notes (
		id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz, deleted_at timestamptz,
		organization_id uuid NOT NULL, customer_id uuid, parent_id uuid REFERENCES notes,
		code text NOT NULL, text text NOT NULL,
		CONSTRAINT notes_organization_id_code_key UNIQUE (organization_id, code)
	)`)

var registry = auth.NewRegistry("notes",
	auth.PersonalAccessToken, auth.OrganizationAccessToken, auth.CustomerSession, auth.WebSession,
	auth.Scopes{"notes:read": nil, "notes:write": {"notes:read"}, "portal:read": nil, "other": nil},
)

var (
	canRead     = auth.Require[auth.Admin](registry, auth.AnyScope("notes:read", "notes:write"))
	canWrite    = auth.Require[auth.Admin](registry, auth.AnyScope("notes:write"))
	canBoth     = auth.Require[auth.Admin](registry, auth.AllScopes("notes:read", "other"))
	canPortal   = auth.Require[auth.Customer](registry, auth.AnyScope("portal:read"))
	canSettings = auth.Require[auth.User](registry, auth.NoScope("the user's own"), auth.Fresh(time.Hour))
	canGreet    = auth.Require[auth.Anyone](registry, auth.NoScope("greets everybody"))
)

type noteSort string

func (noteSort) Values() []noteSort { return []noteSort{"created_at"} }

type noteRow struct {
	repository.Record

	OrganizationID uuid.UUID  `db:"organization_id"`
	CustomerID     *uuid.UUID `db:"customer_id"`
	ParentID       *uuid.UUID `db:"parent_id"`
	Code           string     `db:"code"`
	Text           string     `db:"text"`
}

var notes = repository.MustNew[noteRow]("notes", repository.Options{
	SoftDelete: "deleted_at",
	Owners:     repository.Owners{auth.OrganizationKind: "organization_id", auth.CustomerKind: "customer_id"},
	Sorting:    repository.SortMap[noteSort]{"created_at": "created_at"},
	Unique:     repository.Fields{"notes_organization_id_code_key": {"body", "code"}},
})

var noteChanges = repository.ChangesOf[noteUpdate](notes)

type note struct {
	kit.TimestampedSchema `doc:"A note."`

	ID             uuid.UUID  `json:"id" doc:"The ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	OrganizationID uuid.UUID  `json:"organization_id" doc:"The organization." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	ParentID       *uuid.UUID `json:"parent_id" doc:"The note it answers." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Code           string     `json:"code" doc:"The code." example:"a"`
	Text           string     `json:"text" doc:"The text." example:"a"`
}

type noteCreate struct {
	kit.Schema `doc:"A note to create."`

	Code           string                   `json:"code" doc:"The code." example:"a"`
	Text           string                   `json:"text" doc:"The text." example:"a"`
	ParentID       kit.Optional[*uuid.UUID] `json:"parent_id" doc:"The note it answers." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	OrganizationID kit.Optional[uuid.UUID]  `json:"organization_id" doc:"The organization." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
}

type noteUpdate struct {
	kit.Schema `doc:"A change to a note."`

	Text kit.Optional[string] `json:"text" doc:"The text." example:"a"`
}

type listNotes struct {
	pagination.Params
	Sorting        sorting.By[noteSort]  `query:"sorting" default:"-created_at"`
	OrganizationID kit.Filter[uuid.UUID] `query:"organization_id" doc:"Filter by organization." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	ParentID       kit.Filter[uuid.UUID] `query:"parent_id" doc:"Filter by parent." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Query          kit.Optional[string]  `query:"query" doc:"Filter by text." example:"a"`
}

type noteID struct {
	ID uuid.UUID `path:"id" doc:"The ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
}

type updateNote struct {
	ID   uuid.UUID `path:"id" doc:"The ID." example:"1dbfc517-0bbf-4301-9ba8-555ca42b9737"`
	Body noteUpdate
}

func (r noteRow) schema() note {
	return note{
		TimestampedSchema: kit.TimestampedSchema{CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt},
		ID:                r.ID, OrganizationID: r.OrganizationID, ParentID: r.ParentID, Code: r.Code, Text: r.Text,
	}
}

// noteService works right, unless forget names a mistake.
type noteService struct {
	reader repository.Reader
	writer repository.Writer
	// forget names what a careless author would leave out.
	forget string
}

func (s *noteService) notes(by owner.Reacher, what string) repository.Rows[noteRow] {
	if s.forget == what {
		by = owner.System("a fault put in on purpose")
	}
	return notes.For(by)
}

func (s *noteService) list(ctx context.Context, by owner.Reacher, in listNotes) (pagination.ListResource[note], error) {
	filter := sq.And{repository.OneOf("parent_id", in.ParentID)}
	if in.Query.Or("") != "" {
		filter = append(filter, repository.Contains("text", in.Query))
	}
	page, err := s.notes(by, "list").OwnedBy(auth.OrganizationKind, in.OrganizationID).
		Page(ctx, s.reader, repository.Query{Where: filter, Sorting: in.Sorting, Params: in.Params})
	return pagination.MapListResource(page, noteRow.schema), err
}

func (s *noteService) List(ctx context.Context, subject auth.AuthSubject[auth.Admin], in listNotes) (pagination.ListResource[note], error) {
	return s.list(ctx, subject, in)
}

func (s *noteService) Mine(ctx context.Context, subject auth.AuthSubject[auth.Customer], in listNotes) (pagination.ListResource[note], error) {
	return s.list(ctx, subject, in)
}

func (s *noteService) Get(ctx context.Context, subject auth.AuthSubject[auth.Admin], in noteID) (note, error) {
	row, err := s.notes(subject, "get").Get(ctx, s.reader, in.ID)
	return row.schema(), err
}

func (s *noteService) Create(ctx context.Context, subject auth.AuthSubject[auth.Admin], in noteCreate) (note, error) {
	own, err := subject.Own(ctx, in.OrganizationID)
	if err != nil {
		return note{}, err
	}
	row := noteRow{Code: in.Code, Text: in.Text, ParentID: in.ParentID.Or(nil)}
	if row.ParentID != nil {
		if _, err := s.notes(subject, "reference").Get(ctx, s.reader, *row.ParentID); errors.Is(err, errors.ResourceNotFound) {
			return note{}, errors.ValidationErrorAt(errors.Loc{"body", "parent_id"}, "value_error", "Note does not exist.", row.ParentID)
		} else if err != nil {
			return note{}, err
		}
	}
	row, err = notes.For(own).Create(ctx, s.writer, row)
	return row.schema(), err
}

func (s *noteService) Update(ctx context.Context, subject auth.AuthSubject[auth.Admin], in updateNote) (note, error) {
	row, err := s.notes(subject, "update").Update(ctx, s.writer, in.ID, noteChanges(in.Body))
	return row.schema(), err
}

func (s *noteService) Delete(ctx context.Context, subject auth.AuthSubject[auth.Admin], in noteID) error {
	return s.notes(subject, "delete").SoftDelete(ctx, s.writer, in.ID)
}

type greeting struct {
	kit.Schema `doc:"A greeting."`

	Text string `json:"text" doc:"The text." example:"a"`
}

var noCredential authtest.Credential

func greet[S any](context.Context, S, struct{}) (greeting, error) {
	return greeting{Text: "Hello"}, nil
}

type world struct {
	*authtest.World
	service *noteService
	handler http.Handler
	api     *api.API
}

// newWorld makes the service, with faults put in by name and a read guard.
func newWorld(t *testing.T, forget string, read api.Guard[auth.AuthSubject[auth.Admin]]) *world {
	t.Helper()
	pool := database.Pool(t)
	w := &world{World: authtest.New(t, registry)}
	w.service = &noteService{reader: repository.NewReader(pool), writer: repository.NewWriter(pool), forget: forget}
	s := w.service
	w.api = api.New(api.Config{Title: "Notes API", Version: "1"}, func(root *api.Group) {
		v1 := root.Group("/v1")
		g := v1.Group("/notes", api.Tag("notes"))
		api.List(g, "/", read, s.List)
		api.Create(g, "/", canWrite, s.Create)
		api.Get(g, "/{id}", read, s.Get)
		api.Update(g, "/{id}", canWrite, s.Update)
		api.Delete(g, "/{id}", canWrite, s.Delete)
		p := v1.Group("/portal", api.Tag("portal"))
		api.List(p, "/notes/", canPortal, s.Mine, api.Summary("List Own Notes"))
		m := v1.Group("/misc", api.Tag("misc"))
		api.Post(m, "/both", canBoth, greet[auth.AuthSubject[auth.Admin]], api.Name("both"))
		api.Post(m, "/settings", canSettings, greet[auth.AuthSubject[auth.User]], api.Name("settings"))
		api.Post(m, "/greet", canGreet, greet[auth.AuthSubject[auth.Anyone]], api.Name("greet"))
		api.Post(m, "/open", api.Public("the example of a public endpoint"), greet[api.NoSubject], api.Name("open"))
	})
	w.handler = w.Authenticator.Middleware(w.api)
	return w
}

func (w *world) party(tenant authtest.Tenant) authtest.Party {
	return authtest.Party{
		OrganizationID: tenant.OrganizationID,
		User:           w.Credential(tenant.User, "notes:write"),
		Organization:   w.Credential(tenant.Organization, "notes:write"),
	}
}

func (w *world) twoTenants(t *testing.T) authtest.TwoTenants {
	t.Helper()
	a, b := w.party(w.A), w.party(w.B)
	parents := map[uuid.UUID]string{}
	parent := func(p authtest.Party) string {
		if parents[p.OrganizationID] == "" {
			response := kittest.NewClient(t, w.handler).As(p.User).Post("/v1/notes/", map[string]any{"code": "parent", "text": "p"})
			parents[p.OrganizationID] = kittest.Decode[note](response.Want(201)).ID.String()
		}
		return parents[p.OrganizationID]
	}
	return authtest.TwoTenants{
		Handler: w.handler, Path: "/v1/notes/", A: a, B: b, Both: w.Credential(w.Both, "notes:write"),
		Body: func(n int) map[string]any {
			return map[string]any{"code": uuid.NewSHA1(uuid.Nil, []byte{byte(n), byte(n >> 8), byte(n >> 16)}), "text": "x"}
		},
		Change: map[string]any{"text": "changed"},
		Filters: map[string]func(map[string]any) string{
			"parent_id": func(row map[string]any) string { return row["parent_id"].(string) },
		},
		References: map[string]func(authtest.Party) string{"parent_id": parent},
		Views:      []string{"/v1/notes/?limit=100"},
	}
}

func (w *world) matrix() authtest.Matrix {
	subjects := map[owner.Kind]credential.SubjectRef{
		auth.UserKind: w.A.User, auth.OrganizationKind: w.A.Organization, auth.CustomerKind: w.A.Customer,
	}
	return authtest.Matrix{
		Handler: w.handler, Document: w.api.OpenAPI(), Registry: registry,
		Public: []string{"POST /v1/misc/open"},
		Credential: func(typ auth.CredentialType, scopes ...credential.Scope) authtest.Credential {
			return w.Issue(auth.Issue{Type: typ, Subject: subjects[typ.SubjectKind()], Scopes: scopes, Limit: credential.Unrestricted(), Lifetime: time.Hour})
		},
	}
}

func TestCases13To20(t *testing.T) {
	t.Parallel()
	newWorld(t, "", canRead).twoTenants(t).Run(t)
}

func TestCases13To20Red(t *testing.T) {
	t.Parallel()
	for forget, want := range map[string]string{
		"list": "case 14", "get": "case 13: GET", "update": "case 13: PATCH", "delete": "case 13: DELETE", "reference": "case 18",
	} {
		t.Run(forget, func(t *testing.T) {
			t.Parallel()
			problems := newWorld(t, forget, canRead).twoTenants(t).Problems(t)
			require.NotEmpty(t, problems)
			require.Contains(t, strings.Join(problems, "\n"), want)
		})
	}
}

func TestCase20CustomersSeeOnlyTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", canRead)
	ctx := t.Context()
	other := auth.Customer{ID: uuid.New(), OrganizationID: w.A.OrganizationID}.Ref()
	made := map[uuid.UUID]uuid.UUID{}
	for i, customer := range []credential.SubjectRef{w.A.Customer, other, w.B.Customer} {
		own, err := owner.System("seeds").Own(ctx, auth.OrganizationKind, customer.OrganizationID)
		require.NoError(t, err)
		row, err := notes.For(own).Create(ctx, w.service.writer, noteRow{Code: string(rune('a' + i)), Text: "x", CustomerID: &customer.ID})
		require.NoError(t, err)
		made[customer.ID] = row.ID
	}
	for _, customer := range []credential.SubjectRef{w.A.Customer, other, w.B.Customer} {
		response := kittest.NewClient(t, w.handler).As(w.Credential(customer, "portal:read")).Get("/v1/portal/notes/")
		require.Equal(t, 200, response.Status)
		for id, noteID := range made {
			require.Equal(t, id == customer.ID, strings.Contains(string(response.Body), noteID.String()))
		}
		require.Contains(t, string(response.Body), `"total_count":1`)
		response = kittest.NewClient(t, w.handler).As(w.Credential(customer, "portal:read")).Get("/v1/portal/notes/?organization_id=" + customer.OrganizationID.String())
		require.Contains(t, string(response.Body), `"total_count":0`, "a customer does not reach by organization")
	}
}

// A handler that changes the grants that a reach returned still reads the same rows.
func TestReachIsNotWidenedByItsGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", canRead)
	ctx := t.Context()
	for _, tenant := range []authtest.Tenant{w.A, w.B} {
		response := kittest.NewClient(t, w.handler).As(w.Credential(tenant.User, "notes:write")).Post("/v1/notes/", map[string]any{"code": "a", "text": "x"})
		require.Equal(t, 201, response.Status, response)
	}
	sets := map[string]owner.Set{
		"listed": owner.IDs(w.A.OrganizationID),
		"selected": owner.SubSelect("SELECT ?::uuid", []any{w.A.OrganizationID}, func(_ context.Context, id uuid.UUID) (bool, error) {
			return id == w.A.OrganizationID, nil
		}),
		"deferred": owner.Deferred("SELECT ?::uuid", []any{w.A.OrganizationID}, func(context.Context) ([]uuid.UUID, error) {
			return []uuid.UUID{w.A.OrganizationID}, nil
		}),
	}
	for name, set := range sets {
		var reach owner.Reach
		other := authtest.New(t, registry, func(c *auth.Config) { c.Memberships = members{set} })
		handler := other.Authenticator.Middleware(canRead.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			subject, _ := auth.From[auth.Admin](r.Context())
			var err error
			reach, err = subject.Reach(r.Context())
			require.NoError(t, err)
		})))
		require.Equal(t, 200, kittest.NewClient(t, handler).As(other.Credential(other.A.User, "notes:read")).Get("/").Status)
		for _, g := range reach.Grants() {
			if ids, ok := g.Set.IDs(); ok {
				ids[0] = w.B.OrganizationID
			}
			if query, ok := g.Set.Query(); ok {
				query.Args[0] = w.B.OrganizationID
			}
		}
		reach.Grants()[0].Set = owner.IDs(w.B.OrganizationID)
		rows, err := notes.For(reach).All(ctx, w.service.reader, repository.Query{Max: 10})
		require.NoError(t, err, name)
		require.Len(t, rows, 1, name)
		require.Equal(t, w.A.OrganizationID, rows[0].OrganizationID, name)
	}
}

type members struct{ set owner.Set }

func (m members) Organizations(context.Context, uuid.UUID, auth.Permission) (owner.Set, error) {
	return m.set, nil
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	newWorld(t, "", canRead).matrix().Run(t)
}

// drifting documents one requirement and enforces another.
type drifting struct {
	api.Guard[auth.AuthSubject[auth.Admin]]
	enforced api.Guard[auth.AuthSubject[auth.Admin]]
}

func (d drifting) Authorize(r *http.Request) (auth.AuthSubject[auth.Admin], error) {
	return d.enforced.Authorize(r)
}

type nothing struct {
	api.Guard[auth.AuthSubject[auth.Admin]]
}

func (nothing) Authorize(*http.Request) (auth.AuthSubject[auth.Admin], error) {
	return auth.AuthSubject[auth.Admin]{}, errors.ResourceNotFound.New()
}

func TestMatrixRed(t *testing.T) {
	t.Parallel()
	noScope := auth.Require[auth.Admin](registry, auth.NoScope("a fault put in on purpose"))
	for name, c := range map[string]struct {
		guard api.Guard[auth.AuthSubject[auth.Admin]]
		want  string
	}{
		"the scope is not enforced":    {drifting{canRead, noScope}, `only "other": 200`},
		"another scope is enforced":    {drifting{canRead, canWrite}, `with a personal_access_token and ["notes:read"]: 403`},
		"the guard is not asked":       {drifting{canRead, nothing{}}, "without a credential: 404"},
		"the document names no scopes": {drifting{noScope, canRead}, "with a personal_access_token and []: 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := newWorld(t, "", c.guard).matrix().Problems(t)
			require.Contains(t, strings.Join(problems, "\n"), c.want)
		})
	}
	m := newWorld(t, "", canRead).matrix()
	m.Public = []string{"GET /v1/notes/"}
	require.Equal(t, []string{
		"POST /v1/misc/open: needs no credential, and is not named in Public",
		"GET /v1/notes/ is named in Public, and the document has no such public operation",
	}, m.Problems(t))
}
