package customer

import (
	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

var (
	canRead  = auth.Require[auth.Admin](access.Registry, auth.AnyScope(access.CustomersRead))
	canWrite = auth.Require[auth.Admin](access.Registry, auth.AnyScope(access.CustomersWrite))
)
