package authtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit/kittest"
)

// TwoTenants tries everything by which a subject of one tenant could read,
// change, count or guess at the rows of another, for one resource of an API in
// Polar's shape. Each message begins with the number of the case that failed.
//
//	authtest.TwoTenants{
//		Handler: service,
//		Path:    "/v1/customers/",
//		A:       authtest.Party{OrganizationID: acme, User: ofAcme, Organization: acmeItself},
//		B:       authtest.Party{OrganizationID: globex, User: ofGlobex, Organization: globexItself},
//		Both:    ofBoth,
//		Body:    func(n int) map[string]any { return map[string]any{"email": fmt.Sprintf("c%d@example.com", n)} },
//		Change:  map[string]any{"name": "Changed"},
//	}.Run(t)
//
// It makes rows of its own and leaves them there.
type TwoTenants struct {
	// Handler is the service, with its authenticator.
	Handler http.Handler
	// Path is the path of the list, with the final slash. A row is at Path and its id.
	Path string
	// A and B are the tenants. Each is tried against the other.
	A, B Party
	// Both is a user who is a member of A and of B. Default: the cases that need one
	// are left out.
	Both Credential
	// Body returns a valid body to create a row, without organization_id. Equal
	// numbers make equal bodies. Default: the API does not create rows, and Make is
	// needed.
	Body func(n int) map[string]any
	// Make makes a row of a party without the API and returns its id. Default: the
	// API creates rows, with Body.
	Make func(party Party, n int) (id string, err error)
	// Change is a valid body to update a row. Default: the API does not update rows.
	Change map[string]any
	// NoDelete says that the API does not delete rows.
	NoDelete bool
	// Filters are query parameters that refer to what belongs to a tenant, such
	// as customer_id, or query. The function returns the value for a row of the other
	// tenant. The list must then be empty. Default: none.
	Filters map[string]func(row map[string]any) string
	// References are fields of Body that refer to another row of the same
	// tenant, with one that belongs to each party. Default: none.
	References map[string]func(party Party) string
	// Views are other paths that show rows, such as an export. Each must show the rows
	// of the caller and none of the other tenant. Default: none.
	Views []string
}

// Party is a tenant of [TwoTenants].
type Party struct {
	OrganizationID uuid.UUID
	// User is a user who is a member of this organization alone, with every
	// scope that the resource has.
	User Credential
	// Organization is the organization itself, with every scope. The zero value
	// leaves it out.
	Organization Credential
}

// Run makes the requests, and reports each problem as an error of the test.
func (c TwoTenants) Run(t *testing.T) {
	t.Helper()
	for _, problem := range c.Problems(t) {
		t.Errorf("authtest: TwoTenants %s: %s", c.Path, problem)
	}
}

// Problems makes the requests and returns what is wrong.
func (c TwoTenants) Problems(tb testing.TB) []string {
	tb.Helper()
	client := kittest.NewClient(tb, c.Handler)
	first := &tenantCheck{TwoTenants: c, client: client, own: c.A, other: c.B}
	first.run()
	second := &tenantCheck{TwoTenants: c, client: client, own: c.B, other: c.A, n: first.n}
	second.run()
	return slices.Concat(first.problems, second.problems)
}

type tenantCheck struct {
	TwoTenants
	client     *kittest.Client
	own, other Party
	n          int
	ownRows    []row
	otherRows  []row
	problems   []string
}

type row struct {
	id    string
	bytes []byte
	value map[string]any
}

func (c *tenantCheck) errorf(number int, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("case %d: ", number)+fmt.Sprintf(format, args...))
}

func (c *tenantCheck) credentials() []Credential {
	credentials := []Credential{c.own.User}
	if !c.own.Organization.IsZero() {
		credentials = append(credentials, c.own.Organization)
	}
	return credentials
}

func (c *tenantCheck) run() {
	for range 3 {
		// Equal bodies in both tenants: what is unique is so within one.
		if !c.prepare(c.other, &c.otherRows) || !c.prepare(c.own, &c.ownRows) {
			return
		}
		c.n++
	}
	c.items()
	c.lists()
	c.filters()
	c.creates()
	c.immutables()
	c.views()
}

func (c *tenantCheck) prepare(party Party, to *[]row) bool {
	id, err := c.create(party, c.n)
	if err != nil {
		c.errorf(19, "a row cannot be made: %v", err)
		return false
	}
	got := c.client.As(party.User).Get(c.Path + id)
	r := row{id: id, bytes: got.Body}
	if got.Status != http.StatusOK || json.Unmarshal(got.Body, &r.value) != nil {
		c.errorf(13, "GET of the tenant's own row by %s: %s, want 200", party.User, got)
		return false
	}
	*to = append(*to, r)
	return true
}

func (c *tenantCheck) create(party Party, n int) (string, error) {
	if c.Make != nil {
		return c.Make(party, n)
	}
	got := c.client.As(party.User).Post(c.Path, c.body(party, n, nil))
	return createdID(got)
}

func createdID(got *kittest.Response) (string, error) {
	var created struct {
		ID string `json:"id"`
	}
	if got.Status != http.StatusCreated || json.Unmarshal(got.Body, &created) != nil || created.ID == "" {
		return "", fmt.Errorf("POST answered %s, want 201 with an id", got)
	}
	return created.ID, nil
}

// body is a body of the party's, with more fields.
func (c *tenantCheck) body(party Party, n int, more map[string]any) map[string]any {
	body := maps.Clone(c.Body(n))
	for field, of := range c.References {
		body[field] = of(party)
	}
	maps.Copy(body, more)
	return body
}

// items is case 13.
func (c *tenantCheck) items() {
	methods := map[string]any{http.MethodGet: nil}
	if c.Change != nil {
		methods[http.MethodPatch] = c.Change
	}
	if !c.NoDelete {
		methods[http.MethodDelete] = nil
	}
	deleted := c.deleted()
	target := c.otherRows[0]
	for _, by := range c.credentials() {
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			absent := c.client.As(by).Do(method, c.Path+uuid.NewString(), methods[method])
			if absent.Status != http.StatusNotFound {
				c.errorf(13, "%s of a random id by %s: %s, want 404", method, by, absent)
			}
			got := c.client.As(by).Do(method, c.Path+target.id, methods[method])
			if !got.Same(absent) {
				c.errorf(13, "%s of the other tenant's row by %s: %s, want the same as for a random id: %s", method, by, got, absent)
			}
			if deleted == "" {
				continue
			}
			if gone := c.client.As(by).Do(method, c.Path+deleted, methods[method]); !gone.Same(absent) {
				c.errorf(13, "%s of a deleted row by %s: %s, want the same as for a random id: %s", method, by, gone, absent)
			}
		}
	}
	after := c.client.As(c.other.User).Get(c.Path + target.id)
	if after.Status != http.StatusOK || !bytes.Equal(after.Body, target.bytes) {
		c.errorf(13, "the other tenant's row was changed: it was %s, now %s", target.bytes, after)
	}
}

// deleted is the id of a deleted row of the own tenant, if rows can be.
func (c *tenantCheck) deleted() string {
	if c.NoDelete {
		return ""
	}
	c.n++
	id, err := c.create(c.own, c.n+1_000_000)
	if err != nil {
		c.errorf(13, "a row to delete cannot be made: %v", err)
		return ""
	}
	if got := c.client.As(c.own.User).Delete(c.Path + id); got.Status != http.StatusNoContent {
		c.errorf(13, "DELETE of the tenant's own row: %s, want 204", got)
	}
	return id
}

type page struct {
	Items      []map[string]any `json:"items"`
	Pagination struct {
		TotalCount int `json:"total_count"`
		MaxPage    int `json:"max_page"`
	} `json:"pagination"`
}

func (c *tenantCheck) list(number int, by Credential, query url.Values) (*page, *kittest.Response) {
	got := c.client.As(by).Get(c.Path + "?" + query.Encode())
	var p page
	if got.Status != http.StatusOK || json.Unmarshal(got.Body, &p) != nil {
		c.errorf(number, "GET ?%s by %s: %s, want 200 and a page", query.Encode(), by, got)
		return nil, got
	}
	return &p, got
}

// all reads every page of a list.
func (c *tenantCheck) all(number int, by Credential, query url.Values) (items []map[string]any, ok bool) {
	const limit = 2 // so that max_page counts
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", fmt.Sprint(limit))
	for n := 1; ; n++ {
		query.Set("page", fmt.Sprint(n))
		p, _ := c.list(number, by, query)
		if p == nil {
			return nil, false
		}
		items = append(items, p.Items...)
		if n >= p.Pagination.MaxPage || len(p.Items) == 0 {
			if p.Pagination.TotalCount != len(items) || p.Pagination.MaxPage != (len(items)+limit-1)/limit {
				c.errorf(number, "?%s by %s: total_count %d and max_page %d, and the pages hold %d items", query.Encode(), by, p.Pagination.TotalCount, p.Pagination.MaxPage, len(items))
			}
			return items, true
		}
	}
}

func has(items []map[string]any, id string) bool {
	return slices.ContainsFunc(items, func(item map[string]any) bool { return item["id"] == id })
}

// ownOnly checks that a list holds the own rows and none of another tenant.
func (c *tenantCheck) ownOnly(number int, by Credential, query url.Values) {
	items, ok := c.all(number, by, query)
	if !ok {
		return
	}
	for _, r := range c.ownRows {
		if !has(items, r.id) {
			c.errorf(number, "?%s by %s: the own row %s is missing", query.Encode(), by, r.id)
		}
	}
	for _, item := range items {
		foreign := slices.ContainsFunc(c.otherRows, func(r row) bool { return item["id"] == r.id })
		if id, ok := item["organization_id"].(string); foreign || ok && id != c.own.OrganizationID.String() {
			c.errorf(number, "?%s by %s shows the other tenant's row %v", query.Encode(), by, item["id"])
		}
	}
}

// lists is case 14.
func (c *tenantCheck) lists() {
	own, other := c.own.OrganizationID.String(), c.other.OrganizationID.String()
	for _, by := range c.credentials() {
		c.ownOnly(14, by, nil)
		c.ownOnly(14, by, url.Values{"organization_id": {own}})
		c.ownOnly(14, by, url.Values{"organization_id": {own, other}})
		p, foreign := c.list(14, by, url.Values{"organization_id": {other}})
		q, unknown := c.list(14, by, url.Values{"organization_id": {uuid.NewString()}})
		if p != nil && q != nil {
			if len(p.Items) != 0 || p.Pagination.TotalCount != 0 || p.Pagination.MaxPage != 0 {
				c.errorf(14, "?organization_id=<the other tenant> by %s: %s, want an empty list", by, foreign)
			}
			if !foreign.Same(unknown) {
				c.errorf(14, "?organization_id=<the other tenant> by %s: %s, want the same as for an unknown one: %s", by, foreign, unknown)
			}
		}
		if got := c.client.As(by).Get(c.Path + "?organization_id=not-a-uuid"); got.Status != http.StatusUnprocessableEntity {
			c.errorf(14, "?organization_id=not-a-uuid by %s: %s, want 422", by, got)
		}
	}
}

// filters is case 15.
func (c *tenantCheck) filters() {
	for _, name := range slices.Sorted(maps.Keys(c.Filters)) {
		value := c.Filters[name](c.otherRows[0].value)
		query := url.Values{name: {value}}
		if p, _ := c.list(15, c.other.User, query); p != nil && !has(p.Items, c.otherRows[0].id) {
			c.errorf(15, "?%s by %s does not find the tenant's own row: the check proves nothing", query.Encode(), c.other.User)
		}
		for _, by := range c.credentials() {
			if p, got := c.list(15, by, query); p != nil && has(p.Items, c.otherRows[0].id) {
				c.errorf(15, "?%s by %s finds the other tenant's row: %s", query.Encode(), by, got)
			}
		}
	}
}

// creates are cases 16, 18 and 19.
func (c *tenantCheck) creates() {
	if c.Body == nil {
		return
	}
	number := func() int { c.n++; return c.n + 2_000_000 }
	foreign, unknown := c.other.OrganizationID, uuid.New()
	c.sameRefusal(16, c.own.User, "organization_id", c.body(c.own, number(), nil), foreign.String(), unknown.String())
	if !c.own.Organization.IsZero() {
		for _, id := range []uuid.UUID{c.own.OrganizationID, foreign, unknown} {
			got := c.client.As(c.own.Organization).Post(c.Path, c.body(c.own, number(), map[string]any{"organization_id": id}))
			c.wantInvalid(16, "organization_id by the organization itself", got, "organization_id")
		}
		c.ownedBy(c.own.Organization, c.body(c.own, number(), nil))
	}
	c.ownedBy(c.own.User, c.body(c.own, number(), nil))
	c.ownedBy(c.own.User, c.body(c.own, number(), map[string]any{"organization_id": c.own.OrganizationID}))
	if !c.Both.IsZero() {
		got := c.client.As(c.Both).Post(c.Path, c.body(c.own, number(), nil))
		c.wantInvalid(16, "no organization_id by a member of several", got, "organization_id")
		c.ownedBy(c.Both, c.body(c.own, number(), map[string]any{"organization_id": c.own.OrganizationID}))
	}
	for _, field := range slices.Sorted(maps.Keys(c.References)) {
		c.sameRefusal(18, c.own.User, field, c.body(c.own, number(), nil), c.References[field](c.other), uuid.NewString())
	}
}

// ownedBy creates a row and checks whose it is.
func (c *tenantCheck) ownedBy(by Credential, body map[string]any) {
	got := c.client.As(by).Post(c.Path, body)
	id, err := createdID(got)
	if err != nil {
		c.errorf(16, "by %s: %v", by, err)
		return
	}
	if here := c.client.As(c.own.User).Get(c.Path + id); here.Status != http.StatusOK {
		c.errorf(16, "what %s created is not in its own tenant: %s", by, here)
	}
	if there := c.client.As(c.other.User).Get(c.Path + id); there.Status != http.StatusNotFound {
		c.errorf(16, "what %s created is in the other tenant: %s", by, there)
	}
}

// sameRefusal checks that a field is refused in the same words for the other
// tenant's value and for one that is nobody's.
func (c *tenantCheck) sameRefusal(number int, by Credential, field string, body map[string]any, foreign, unknown string) {
	var texts []string
	for _, value := range []string{foreign, unknown} {
		body[field] = value
		got := c.client.As(by).Post(c.Path, body)
		c.wantInvalid(number, "POST with "+field+" out of reach", got, field)
		texts = append(texts, strings.ReplaceAll(string(got.Body), value, "<id>"))
	}
	if texts[0] != texts[1] {
		c.errorf(number, "POST with the other tenant's %s answers %s, and for an unknown one %s", field, texts[0], texts[1])
	}
}

func (c *tenantCheck) wantInvalid(number int, what string, got *kittest.Response, field string) {
	var body struct {
		Detail []struct {
			Loc []any `json:"loc"`
		} `json:"detail"`
	}
	if got.Status == http.StatusUnprocessableEntity && json.Unmarshal(got.Body, &body) == nil && len(body.Detail) == 1 &&
		slices.Equal(body.Detail[0].Loc, []any{"body", field}) {
		return
	}
	c.errorf(number, "%s: %s, want 422 at body.%s", what, got, field)
}

// immutables is case 17.
func (c *tenantCheck) immutables() {
	if c.Change == nil {
		return
	}
	target := c.ownRows[0]
	for field, value := range map[string]any{
		"organization_id": c.other.OrganizationID, "id": uuid.New(), "created_at": "2001-02-03T04:05:06Z",
	} {
		body := maps.Clone(c.Change)
		body[field] = value
		got := c.client.As(c.own.User).Patch(c.Path+target.id, body)
		var after map[string]any
		if got.Status != http.StatusOK || json.Unmarshal(got.Body, &after) != nil {
			c.errorf(17, "PATCH with %s: %s, want 200", field, got)
			continue
		}
		if was, now := fmt.Sprint(target.value[field]), fmt.Sprint(after[field]); was != now {
			c.errorf(17, "PATCH with %s changed it from %s to %s", field, was, now)
		}
	}
	if here := c.client.As(c.own.User).Get(c.Path + target.id); here.Status != http.StatusOK {
		c.errorf(17, "the row left its tenant: %s", here)
	}
}

// views is case 20.
func (c *tenantCheck) views() {
	for _, path := range c.Views {
		for _, by := range c.credentials() {
			got := c.client.As(by).Get(path)
			if got.Status != http.StatusOK {
				c.errorf(20, "GET %s by %s: %s, want 200", path, by, got)
				continue
			}
			for _, r := range c.ownRows {
				if !bytes.Contains(got.Body, []byte(r.id)) {
					c.errorf(20, "GET %s by %s: the own row %s is missing", path, by, r.id)
				}
			}
			for _, r := range c.otherRows {
				if bytes.Contains(got.Body, []byte(r.id)) {
					c.errorf(20, "GET %s by %s shows the other tenant's row %s", path, by, r.id)
				}
			}
		}
	}
}
