package authtest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// behind is an API of one endpoint with two requirements, and a world around it.
func behind[A, B any](t *testing.T, group *auth.Requirement[A], own *auth.Requirement[B]) *world {
	t.Helper()
	w := &world{World: authtest.New(t, registry)}
	w.api = api.New(api.Config{Title: "Notes API", Version: "1"}, func(root *api.Group) {
		g := root.Group("/v1/notes", api.Tag("notes"), api.Behind(group))
		api.Post(g, "/greet", own, greet[auth.AuthSubject[B]], api.Name("greet"))
	})
	w.handler = w.Authenticator.Middleware(w.api)
	return w
}

// ways are the documented alternatives, as texts.
func (w *world) ways() []string {
	var all []string
	for _, way := range w.api.Document().Paths[0].Value.Post.Security {
		text := "nothing"
		for _, needed := range way {
			text = fmt.Sprint(needed.Name, needed.Value)
		}
		all = append(all, text)
	}
	return all
}

func TestRequirementsOfGroupAndEndpoint(t *testing.T) {
	t.Parallel()
	var (
		everybody = auth.Require[auth.Subject](registry, auth.NoScope("somebody"))
		users     = auth.Require[auth.User](registry, auth.NoScope("users"))
		usersRead = auth.Require[auth.User](registry, auth.AnyScope("notes:read"))
		other     = auth.Require[auth.Admin](registry, auth.AnyScope("other"))
		readOther = auth.Require[auth.Admin](registry, auth.AnyScope("notes:read", "other"))
		signedIn  = auth.Require[auth.User](registry, auth.NoScope("in a browser"), auth.WebSessionOnly())
	)
	for name, c := range map[string]struct {
		world *world
		want  []string
	}{
		"the same": {behind(t, canWrite, canWrite), []string{
			"personal_access_token[notes:write]", "organization_access_token[notes:write]", "web_session[notes:write]",
		}},
		"scopes of both": {behind(t, other, canWrite), []string{
			"personal_access_token[other notes:write]", "organization_access_token[other notes:write]", "web_session[other notes:write]",
		}},
		"any of both": {behind(t, readOther, canRead), []string{ // a superset of a way in says nothing new
			"personal_access_token[notes:read]", "personal_access_token[other notes:write]",
			"organization_access_token[notes:read]", "organization_access_token[other notes:write]",
			"web_session[notes:read]", "web_session[other notes:write]",
		}},
		"all of both": {behind(t, canBoth, canRead), []string{
			"personal_access_token[notes:read other]", "organization_access_token[notes:read other]", "web_session[notes:read other]",
		}},
		"no scope":      {behind(t, everybody, canPortal), []string{"customer_session[portal:read]"}},
		"fewer types":   {behind(t, users, canWrite), []string{"personal_access_token[notes:write]", "web_session[notes:write]"}},
		"a web session": {behind(t, signedIn, canWrite), []string{"web_session[notes:write]"}},
		"freshness":     {behind(t, canRead, canSettings), []string{"web_session[notes:read]", "web_session[notes:write]"}},
		"anybody":       {behind(t, canGreet, canWrite), []string{"personal_access_token[notes:write]", "organization_access_token[notes:write]", "web_session[notes:write]"}},
		"anybody after": {behind(t, usersRead, canGreet), []string{"personal_access_token[notes:read]", "web_session[notes:read]"}},
		"anybody twice": {behind(t, canGreet, canGreet), []string{
			"personal_access_token[]", "organization_access_token[]", "customer_session[]", "web_session[]", "nothing",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, c.want, c.world.ways())
			m := c.world.matrix()
			m.Public, m.Scopes = nil, []credential.Scope{"notes:read", "notes:write", "other", "portal:read"}
			m.Run(t)
		})
	}
}

func TestRequirementsThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	others := auth.NewRegistry("notes", auth.PersonalAccessToken)
	anonymous := auth.NewSubjectType[visitor](auth.AnonymousKind)
	open := auth.NewRegistry("notes", auth.PersonalAccessToken, auth.NoCredential.Of(anonymous))
	for name, register := range map[string]func(){
		"users and organizations": func() {
			behind(t, auth.Require[auth.User](registry, auth.NoScope("users")), auth.Require[auth.Organization](registry, auth.NoScope("organizations")))
		},
		"a browser and a customer": func() { behind(t, canSettings, canPortal) },
		"a user and nobody": func() {
			behind(t, auth.Require[auth.User](open, auth.NoScope("users")), auth.Require[visitor](open, auth.NoScope("nobody")))
		},
		"types of another registry": func() {
			behind(t, auth.Require[auth.User](others, auth.NoScope("users")), auth.Require[auth.User](registry, auth.NoScope("users")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sentence.Panics(t, "requirements that exclude each other", register)
		})
	}
}

type visitor struct{}

// A header of its own goes beside a token; two tokens do not fit into one header.
func TestGuardsOfSeveralSources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheme openapi.SecurityScheme
		want   []string
	}{
		"a header of its own": {openapi.SecurityScheme{Type: "apiKey", In: "header", Name: "X-Key"}, []string{"key[] personal_access_token[]", "key[] web_session[]"}},
		"the same header":     {openapi.SecurityScheme{Type: "http", Scheme: "basic"}, []string{"key[] web_session[]"}},
	} {
		a := api.New(api.Config{Title: "Notes API", Version: "1"}, func(root *api.Group) {
			g := root.Group("/v1/notes", api.Tag("notes"), api.Behind(keyed{c.scheme}))
			api.Post(g, "/greet", auth.Require[auth.User](registry, auth.NoScope("users")), greet[auth.AuthSubject[auth.User]], api.Name("greet"))
		})
		var all []string
		for _, way := range a.Document().Paths[0].Value.Post.Security {
			text := ""
			for i, needed := range way {
				if i > 0 {
					text += " "
				}
				text += fmt.Sprint(needed.Name, needed.Value)
			}
			all = append(all, text)
		}
		require.Equal(t, c.want, all, name)
	}
}

type keyed struct{ scheme openapi.SecurityScheme }

func (keyed) Authorize(*http.Request) (struct{}, error) { return struct{}{}, nil }
func (keyed) Fails() []*errors.Kind                     { return nil }
func (k keyed) Security() openapi.Security {
	return openapi.Security{Alternatives: []openapi.SecurityAlternative{{Name: "key", Scheme: k.scheme}}}
}

// The cookie of a dead session is cleared in the replies of an API too.
func TestDeadSessionInAnAPI(t *testing.T) {
	t.Parallel()
	w := behind(t, canGreet, canGreet)
	dead := w.WebSession(w.A.User, "notes:read")
	w.Pass(time.Hour)
	response := kittest.NewClient(t, w.handler).As(dead).Post("/v1/notes/greet", nil)
	require.Equal(t, 200, response.Status, response)
	require.Equal(t, []string{"__Host-notes_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"}, response.Header.Values("Set-Cookie"))
	require.Empty(t, kittest.NewClient(t, w.handler).Post("/v1/notes/greet", nil).Header.Values("Set-Cookie"))
	require.Empty(t, kittest.NewClient(t, w.handler).As(w.WebSession(w.A.User)).Post("/v1/notes/greet", nil).Header.Values("Set-Cookie"))
}
