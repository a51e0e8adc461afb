package personalaccesstoken

import (
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

// canManage requires a user with a web session who signed in a short time ago: a stolen
// token cannot make another token.
var canManage = auth.Require[auth.User](access.Registry,
	auth.NoScope("who has signed in manages their own tokens"),
	auth.Fresh(15*time.Minute),
)
