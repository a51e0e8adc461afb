package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home", "auth.keys")

	made := make([]string, 8)
	var group sync.WaitGroup
	for i := range made {
		group.Go(func() {
			if text, err := makeKey(path); err == nil {
				made[i] = string(text)
			}
		})
	}
	group.Wait()
	for _, text := range made {
		require.NotEmpty(t, text)
		require.Equal(t, made[0], text, "programs that start together share the key")
	}

	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left behind")
	info, err := entries[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	_, err = config{home: filepath.Dir(path)}.keys()
	require.NoError(t, err)
}

func TestBrokenKeys(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "auth.keys"), []byte("local:AAAA\n"), 0o600))

	_, err := config{home: home}.keys()
	require.ErrorContains(t, err, filepath.Join(home, "auth.keys"))
	require.ErrorContains(t, err, "at least 32")

	_, err = config{home: home, authKeys: "nonsense"}.keys()
	require.ErrorContains(t, err, "SHOP_AUTH_KEYS: ")
}

func TestBrokenDatabaseURL(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://shop:hidden@localhost:port/shop")

	_, err := configFromEnvironment()
	require.ErrorContains(t, err, "DATABASE_URL: ")
	require.NotContains(t, err.Error(), "hidden")

	t.Setenv("DATABASE_URL", "postgres://shop:hidden@localhost/shop?pool_max_conns=none")
	_, err = configFromEnvironment()
	require.ErrorContains(t, err, "DATABASE_URL: ")
	require.NotContains(t, err.Error(), "hidden")
}
