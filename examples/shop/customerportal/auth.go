package customerportal

import (
	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

var (
	canRead  = auth.Require[auth.Customer](access.Registry, auth.AnyScope(access.CustomerPortalRead))
	canWrite = auth.Require[auth.Customer](access.Registry, auth.AnyScope(access.CustomerPortalWrite))
)
