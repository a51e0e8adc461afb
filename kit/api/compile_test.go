package api_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// What must not compile does not.
func TestMistakesThatTheCompilerFinds(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "build", "-o", os.DevNull, "./testdata/compile").CombinedOutput()
	require.Error(t, err)
	for _, says := range []string{
		"type func(context.Context, portal, list) (resource, error) of getAsCustomer does not match", // the guard gives another subject
		"type func(context.Context, admin, list) ([]resource, error) of all does not match",          // a list without pages
		"not enough arguments in call to api.Get",                                                    // no guard
		"in call to api.Delete, type func(context.Context, admin, list) (resource, error) of get does not match",
	} {
		require.Contains(t, string(out), says)
	}
}
