// Package customersession lets an organization send its customers to the
// customer portal.
package customersession

import (
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
)

// Routes registers the endpoints.
func Routes(g *api.Group, s *Service) {
	sessions := g.Group("/customer-sessions", api.Tag("customer_sessions"))
	api.Create(sessions, "/", canWrite, s.Create, api.Fails(errors.ResourceConflict))
}
