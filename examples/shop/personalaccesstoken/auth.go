package personalaccesstoken

import (
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

// canManage is a user at a browser who signed in a short while ago: a stolen
// token cannot make another one.
var canManage = auth.Require[auth.User](access.Registry,
	auth.NoScope("who has signed in manages their own tokens"),
	auth.Fresh(15*time.Minute),
)
