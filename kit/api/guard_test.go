package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

var featureOff = errors.DefineKind("FeatureOff", http.StatusForbidden, "This feature is not open to you.")

// feature is a guard for a group: a header stands for a flag of the caller.
type feature struct{ requires []openapi.SecurityAlternative }

func (feature) Authorize(r *http.Request) (bool, error) {
	if r.Header.Get("X-Feature") == "" {
		return false, featureOff.New()
	}
	return true, nil
}

func (f feature) Security() openapi.Security { return openapi.Security{Alternatives: f.requires} }
func (feature) Fails() []*errors.Kind        { return []*errors.Kind{featureOff} }

func TestBehind(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		g := root.Group("/v1/customers", api.Tag("customers"), api.Behind(feature{}))
		api.Get(g, "/{id}", canRead, service{}.Get)
	})

	r := newRequest("GET", "/v1/customers/"+anID, "")
	require.Contains(t, send(a, r).Body.String(), `"error":"FeatureOff"`)
	r.Header.Set("X-Feature", "on")
	require.Equal(t, 200, send(a, r).Code)
	r.Header.Del("Authorization")
	require.Equal(t, 401, send(a, r).Code)

	o := a.Document().Paths[0].Value.Get
	_, documented := o.Responses.Get("403")
	require.True(t, documented)
	require.Equal(t, []openapi.Map[[]string]{{{Name: "pat", Value: []string{"customers:read"}}}}, o.Security)
}

func TestBehindACredential(t *testing.T) {
	t.Parallel()
	key := openapi.SecurityScheme{Type: "apiKey", In: "header", Name: "X-Key"}
	guard := feature{requires: []openapi.SecurityAlternative{
		{Name: "pat", Scheme: openapi.SecurityScheme{Type: "http", Scheme: "bearer"}, Scopes: []string{"beta", "customers:read"}},
		{Name: "key", Scheme: key},
	}}
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		g := root.Group("/v1/customers", api.Behind(guard))
		api.Get(g, "/{id}", canRead, service{}.Get)
		api.Get(g, "/external/{external_id}", api.Public("a test"), func(context.Context, api.NoSubject, externalID) (customer, error) { return customer{}, nil }, api.Name("external"))
	})

	require.Equal(t, []openapi.Map[[]string]{
		{{Name: "pat", Value: []string{"beta", "customers:read"}}},
		{{Name: "key", Value: []string{}}, {Name: "pat", Value: []string{"customers:read"}}},
	}, a.Document().Paths[0].Value.Get.Security)
	require.Equal(t, []openapi.Map[[]string]{
		{{Name: "pat", Value: []string{"beta", "customers:read"}}},
		{{Name: "key", Value: []string{}}},
	}, a.Document().Paths[1].Value.Get.Security)
	scheme, _ := a.Document().Components.SecuritySchemes.Get("key")
	require.Equal(t, key, scheme)
	mistakes(t, "Behind: no guard", func(root *api.Group) { root.Group("/v1", api.Behind[bool](nil)) })
}

// unmade is a guard that its constructor did not make.
type unmade struct{ feature }

func (unmade) Check() error {
	return errors.New("shop: the guard allows nobody; make it with shop.NewGuard")
}

// TestCheckedGuard has New report a guard that cannot be used, wherever it stands.
func TestCheckedGuard(t *testing.T) {
	t.Parallel()
	mistakes(t, "a guard that cannot be used", func(root *api.Group) {
		api.Get(root, "/v1/customers/{id}", unmade{}, func(context.Context, bool, customerID) (customer, error) { return customer{}, nil }, api.Name("get"))
		api.Get(root.Group("/v2", api.Behind(unmade{})), "/customers/{id}", canRead, service{}.Get, api.Name("get_again"))
	})
}
