package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

type whoRead struct {
	kit.Schema `doc:"Who is calling."`

	Name string `json:"name" doc:"The name." example:"user:0190"`
}

type whoInput struct{}

func who[S any](_ context.Context, subject auth.AuthSubject[S], _ whoInput) (whoRead, error) {
	return whoRead{Name: subject.Ref().String()}, nil
}

// Every answer of a requirement is in the document of the operation that it
// guards: also what does not depend on the requirement, such as 429 where bad
// credentials are counted.
func TestTheDocumentNamesEveryAnswerOfARequirement(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Who", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
		g := root.Group("/v1/who", api.Tag("who"))
		api.Handle(g, "GET", "/read", canRead, who[auth.Admin], api.Name("read"))
		api.Handle(g, "POST", "/fresh", fresh, who[auth.User], api.Name("fresh"))
		api.Handle(g, "GET", "/anyone", anyone, who[auth.Anyone], api.Name("anyone"))
	})
	s := newService(t, func(c *auth.Config) {
		c.Failures = auth.NewFailureBudget(auth.FailureBudgetConfig{Burst: 1, PerSecond: 1, MaxWait: -1})
	})
	client := func(address string, as authtest.Credential) *kittest.Client {
		return kittest.NewClient(t, from(address, kittest.Answers(t, a, s.Authenticator.Middleware(a), nil))).As(as)
	}
	old := s.WebSession(s.A.User)
	s.Pass(11 * time.Minute)
	for i, operation := range []string{"GET /v1/who/read", "POST /v1/who/fresh", "GET /v1/who/anyone"} {
		method, path, _ := strings.Cut(operation, " ")
		one, other := client(fmt.Sprintf("192.0.2.%d:1", i), forged()), client(fmt.Sprintf("192.0.3.%d:1", i), forged())
		several := one.Request(method, path, nil)
		several.Header.Add("Authorization", "Bearer x")
		one.Send(several).WantError("BadRequest")
		one.Do(method, path, nil).WantError("InvalidToken")
		one.Do(method, path, nil).WantError("TooManyFailures").Want(429)
		s.Store.OnFind(func(context.Context) (*credential.Record, error) { return nil, credential.ErrUnavailable })
		other.Do(method, path, nil).WantError("ServiceUnavailable")
		s.Store.OnFind(nil)
	}
	const address = "192.0.4.1:1"
	var nobody authtest.Credential
	client(address, nobody).Get("/v1/who/read").WantError("Unauthorized")
	client(address, s.Credential(s.A.User)).Get("/v1/who/read").WantError("InsufficientScope")
	client(address, old).Header("Sec-Fetch-Site", "cross-site").Post("/v1/who/fresh", nil).WantError("CrossOrigin")
	client(address, old).Post("/v1/who/fresh", nil).WantError("SessionNotFresh")
	client(address, s.Credential(s.A.User)).Post("/v1/who/fresh", nil).WantError("WebSessionRequired")
	client(address, nobody).Get("/v1/who/anyone").Want(200)

	for _, fails := range [][]*errors.Kind{canRead.Fails(), fresh.Fails(), anyone.Fails()} {
		require.Contains(t, fails, auth.TooManyFailures)
	}
}
