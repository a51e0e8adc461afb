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
// Checking a password is slow on purpose, so attempts to sign in can overload a
// service. At most [Config.Parallel] passwords are checked at once. A few attempts
// wait; an attempt whose client has left does not. Failures have a budget per
// account and per source of requests. Beyond it the answer is 429 with Retry-After.
//
// Every failure has the same answer, after about the same time: without an account,
// without a password, and with a hash of any cost.
//
// Passwords are hashed with bcrypt (golang.org/x/crypto), which reads at most 72
// bytes and repeats a password after a NUL byte. So [Checker.Hash] refuses a longer
// password and one with a NUL byte, and neither ever matches.
package signin
