package customersession

import (
	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

// canWrite needs customers:read too: the reply holds the customer.
var canWrite = auth.Require[auth.Admin](access.Registry, auth.AllScopes(access.CustomerSessionsWrite, access.CustomersRead))
