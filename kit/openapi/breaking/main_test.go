package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	const file = "../../api/testdata/openapi.json"
	older, err := os.ReadFile(file)
	require.NoError(t, err)
	newer := filepath.Join(t.TempDir(), "newer.json")
	require.NoError(t, os.WriteFile(newer, []byte(strings.ReplaceAll(string(older), `"paid_at": {`, `"settled_at": {`)), 0o600))
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte("{"), 0o600))

	for _, c := range []struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		{[]string{file, file}, 0, "", ""},
		{[]string{file, newer}, 1, "GET /v1/orders/ 200 items[]: the field paid_at is gone\n", ""},
		{[]string{file}, 2, "", "usage: breaking"},
		{[]string{file, "absent.json"}, 2, "", "absent.json"},
		{[]string{broken, file}, 2, "", "the older document"},
		{[]string{file, broken}, 2, "", "the newer document"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, c.status, run(c.args, &stdout, &stderr), c.args)
		require.Contains(t, stdout.String(), c.stdout)
		require.Contains(t, stderr.String(), c.stderr)
	}
}
