package sentence

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree makes a tree with a file of sentences, and returns the folder of one of its packages.
func tree(t *testing.T, file string) (root, dir string) {
	t.Helper()
	root = t.TempDir()
	dir = filepath.Join(root, "kit", "api")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "internal", "sentence"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, fileName), []byte(file), 0o644))
	return root, dir
}

func content(t *testing.T, root string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, fileName))
	require.NoError(t, err)
	return string(data)
}

func mustOpen(t *testing.T, dir, mode string) *book {
	t.Helper()
	b, err := open(dir, mode)
	require.NoError(t, err)
	return b
}

var some = map[string]string{
	"auth: a":        "auth: A.",
	"kit/api: one":   "api: one mistake",
	"kit/api: three": "api: three mistakes:\n\n\t- a\n\n\n\t- b",
	"kit/apis: one":  "apis: one mistake",
}

func TestFileIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	read, err := parse(format(some))
	require.NoError(t, err)
	require.Equal(t, some, read)
	for file, says := range map[string]string{
		"a: b\n\tx\n\na: b\n\ty\n": `line 4: the key "a: b" is there twice`,
		"a\n\tx\n":                 `line 1: "a" is no key: it begins with the folder of its package and a colon`,
		"\n\tx\n":                  "line 2: a sentence without a key",
	} {
		_, err := parse(file)
		require.EqualError(t, err, says)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	_, dir := tree(t, format(some))
	b := mustOpen(t, dir, "")
	require.Empty(t, b.compare("one", "api: one mistake"))
	require.Empty(t, b.compare("three", some["kit/api: three"]))
	require.Equal(t, "sentence: kit/api: two\nwant: (the file has none)\ngot:  api: two\nIf what it got is right: POLARKIT_SENTENCES=update go test ./kit/api",
		b.compare("two", "api: two"))
	require.Contains(t, b.compare("one", "api: another"), "two sentences have this key")
	require.Contains(t, mustOpen(t, dir, "").compare("one", "api: another"), "want: api: one mistake\ngot:  api: another\n")
	for _, key := range []string{"", " a", "a\nb"} {
		require.Contains(t, b.compare(key, "x"), "must be one line")
	}
	require.Contains(t, b.compare("four", "x\n"), "must have a character at its begin and end")
	require.Equal(t, "boom", panicOf(func() { panic("boom") }))
	require.Nil(t, panicOf(func() {}))
}

func TestLeftOverSentencesAreFound(t *testing.T) {
	t.Parallel()
	_, dir := tree(t, format(some))
	b := mustOpen(t, dir, "")
	require.Empty(t, b.compare("one", "api: one mistake"))
	require.NoError(t, b.finish(false), "only some tests ran")
	require.ErrorContains(t, b.finish(true), "no test asks for these sentences of internal/sentence/sentences.txt:\n\tkit/api: three\n")
	require.Empty(t, b.compare("three", some["kit/api: three"]))
	require.NoError(t, b.finish(true))
}

// An update of a package writes its own sentences, while others write theirs.
func TestUpdate(t *testing.T) {
	t.Parallel()
	root, dir := tree(t, format(some))
	b := mustOpen(t, dir, "update")
	require.Empty(t, b.compare("two", "api: two"))
	require.NoError(t, b.finish(false))
	require.Len(t, mustOpen(t, dir, "").want, len(some)+1, "some tests ran: no sentence is taken away")

	var packages sync.WaitGroup
	for _, name := range strings.Split("abcdefgh", "") {
		other := filepath.Join(root, name)
		require.NoError(t, os.Mkdir(other, 0o755))
		packages.Go(func() {
			o, err := open(other, "update")
			if err == nil {
				o.compare("own", name+": own")
				err = o.finish(true)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	b = mustOpen(t, dir, "update")
	require.Empty(t, b.compare("one", "api: another"))
	require.NoError(t, b.finish(true))
	packages.Wait()

	all := mustOpen(t, dir, "").want
	require.Len(t, all, 3+8)
	require.Equal(t, "api: another", all["kit/api: one"])
	require.Equal(t, "h: own", all["h: own"])
	require.NotContains(t, all, "kit/api: three")
	require.Equal(t, format(all), content(t, root))
}

func TestMistakesOfTheCaller(t *testing.T) {
	t.Parallel()
	_, dir := tree(t, format(some))
	_, err := open(dir, "yes")
	require.EqualError(t, err, `POLARKIT_SENTENCES is "yes"; it may be update`)
	_, err = open(string(filepath.Separator), "")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, dir = tree(t, "a\n")
	_, err = open(dir, "")
	require.ErrorContains(t, err, "is no key")
}

// Each sentence of the file belongs to a package whose tests use this one, so
// that [Main] finds those that no test asks for.
func TestSentencesBelongToPackages(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	all, err := parse(content(t, root))
	require.NoError(t, err)
	var packages []string
	for key := range all {
		if pkg := packageOf(key); !slices.Contains(packages, pkg) {
			packages = append(packages, pkg)
		}
	}
	for _, pkg := range packages {
		tests, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(tests, func(path string) bool {
			text, err := os.ReadFile(path)
			return err == nil && strings.Contains(string(text), "sentence.Main(")
		}), "the file has sentences of %s, whose tests do not use sentence.Main", pkg)
	}
}
