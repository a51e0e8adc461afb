package signin_test

import (
	"context"
	"fmt"

	"github.com/polarkit-go/polarkit/auth/signin"
	"github.com/polarkit-go/polarkit/errors"
)

func ExampleChecker_Check() {
	checker, err := signin.New(signin.Config{Cost: 4}) // a test's cost
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	hash, _ := checker.Hash(ctx, "correct horse battery staple")
	for _, password := range []string{"correct horse battery staple", "guessed"} {
		err := checker.Check(ctx, signin.Attempt{
			Account: "ada@example.com", Source: "192.0.2.1", Password: password,
			Find: func(context.Context) (string, error) { return hash, nil },
		})
		if err != nil {
			fmt.Println(errors.KindOf(err).Name())
			continue
		}
		fmt.Println("signed in")
	}
	// Output:
	// signed in
	// WrongCredentials
}
