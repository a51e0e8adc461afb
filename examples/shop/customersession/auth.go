package customersession

import (
	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

var canWrite = auth.Require[auth.Admin](access.Kinds, auth.AnyScope(access.CustomerSessionsWrite))
