//go:build unix

package localpg_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

// TestLettersOfAllScriptsFold is about what a search in any case finds.
func TestLettersOfAllScriptsFold(t *testing.T) {
	t.Parallel()
	o := options(t, newDir(t))
	o.Database = "shop"
	url := start(t, o).URL()
	requireFolding(t, url)
	require.Equal(t, "B,a,Ä,ä", ask(t, url, "SELECT string_agg(w, ',' ORDER BY w) FROM unnest(ARRAY['ä', 'a', 'B', 'Ä']) w"), "sorted by bytes")
}

func requireFolding(t *testing.T, url string) {
	t.Helper()
	for _, words := range [][2]string{{"CAFÉ", "café"}, {"ÅNGSTRÖM", "ångström"}, {"МОСКВА", "москва"}, {"ΑΘΗΝΑ", "αθηνα"}, {"ŁÓDŹ", "łódź"}} {
		require.Equal(t, words[1], ask(t, url, fmt.Sprintf("SELECT lower('%s')", words[0])))
		require.Equal(t, words[0], ask(t, url, fmt.Sprintf("SELECT upper('%s')", words[1])))
		require.Equal(t, "true", ask(t, url, fmt.Sprintf("SELECT ('%s' ILIKE '%%%s%%' AND '%s' ~* '%s')::text", words[1], words[0], words[1], words[0])))
	}
}

// TestSystemsWithoutALocale makes clusters with an initdb that knows fewer
// locales.
func TestSystemsWithoutALocale(t *testing.T) {
	found, err := localpg.Find(t.Context())
	require.NoError(t, err)
	for name, test := range map[string]struct {
		refuses string // a pattern of sh
		folds   bool
	}{
		"no C.UTF-8":         {`*" C.UTF-8"*`, found[0].Major >= 15},
		"no character types": {`*"--lc-ctype"*|*builtin*`, found[0].Major >= 15},
		"no locales":         {`*"--lc-ctype"*|*"--locale-provider"*`, false},
	} {
		t.Run(name, func(t *testing.T) {
			bin := filepath.Join(filepath.Dir(newDir(t)), "bin")
			require.NoError(t, os.Mkdir(bin, 0o755))
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(bin)) })
			programs, err := os.ReadDir(found[0].Dir)
			require.NoError(t, err)
			for _, program := range programs {
				if program.Name() != "initdb" {
					require.NoError(t, os.Symlink(filepath.Join(found[0].Dir, program.Name()), filepath.Join(bin, program.Name())))
				}
			}
			script := fmt.Sprintf("#!/bin/sh\ncase \" $* \" in %s) echo 'initdb: error: invalid locale name' >&2; exit 1;; esac\nexec %s \"$@\"\n",
				test.refuses, filepath.Join(found[0].Dir, "initdb"))
			require.NoError(t, os.WriteFile(filepath.Join(bin, "initdb"), []byte(script), 0o755)) //nolint:gosec // it is run
			t.Setenv(localpg.BinVariable, bin)
			var log bytes.Buffer
			o := options(t, newDir(t))
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			server, err := localpg.Start(t.Context(), o)
			require.NoError(t, err)
			if test.folds {
				requireFolding(t, server.URL())
			} else {
				require.Equal(t, "a", ask(t, server.URL(), "SELECT lower('A')"))
			}
			require.NoError(t, server.Stop())
			t.Setenv(localpg.BinVariable, found[0].Dir) // the cluster stays as it was made
			again, err := localpg.Start(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(test.folds), ask(t, again.URL(), "SELECT (lower('É') = 'é')::text"))
			require.NoError(t, again.Stop())
			require.Equal(t, !test.folds, strings.Contains(log.String(), "level=WARN"), log.String())
		})
	}
	t.Run("a broken initdb", func(t *testing.T) {
		bin := filepath.Join(filepath.Dir(newDir(t)), "bin")
		require.NoError(t, os.Mkdir(bin, 0o755))
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(bin)) })
		for _, program := range []string{"postgres", "pg_ctl"} {
			require.NoError(t, os.Symlink(filepath.Join(found[0].Dir, program), filepath.Join(bin, program)))
		}
		require.NoError(t, os.WriteFile(filepath.Join(bin, "initdb"), []byte("#!/bin/sh\necho 'no space left' >&2\nexit 1\n"), 0o755)) //nolint:gosec // it is run
		t.Setenv(localpg.BinVariable, bin)
		_, err := localpg.Start(context.WithoutCancel(t.Context()), options(t, newDir(t)))
		require.ErrorContains(t, err, "no space left")
	})
}
