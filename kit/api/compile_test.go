package api_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// What must not compile does not.
func TestMistakesThatTheCompilerFinds(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"subject": "portal", // a handler for another subject than the guard gives
		"list":    "pagination.ListResource",
		"guard":   "not enough arguments in call to api.Get",
		"delete":  "func(ctx context.Context, subject S, in In) error",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.Command("go", "vet", "./testdata/compile/"+name).CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), says)
			require.Contains(t, string(out), "main.go")
		})
	}
}
