// Package signin checks passwords, before auth.Sessions.Login starts a session:
//
//	checker, err := signin.New(signin.Config{})
//
//	err := checker.Check(ctx, signin.Attempt{
//		Account:  strings.ToLower(in.Email),
//		Source:   auth.Source(r),
//		Password: in.Password,
//		Find:     func(ctx context.Context) (string, error) { … the stored hash, or "" without an account … },
//		Rehash:   func(ctx context.Context, hash string) error { … },
//	})
//
// Checking a password is slow on purpose, so it is what a service can be brought
// down with. At most [Config.Parallel] are checked at once; a few wait, and none
// for a client that has left. Failures have a budget per account and per source
// of requests, and beyond it the answer is 429 with Retry-After.
//
// Every failure is answered with the same bytes, after about the same time:
// without an account, without a password, and with a hash of whatever cost.
//
// Passwords are hashed with bcrypt (golang.org/x/crypto). It reads 72 bytes and no
// more, so a longer password is refused by [Checker.Hash] and never matches. So is
// one with a NUL byte, at which bcrypt begins again.
package signin
