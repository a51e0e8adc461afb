package layers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// README.md has a line for each direct dependency, and for nothing else.
func TestReadmeListsTheDependencies(t *testing.T) {
	t.Parallel()
	var direct []string
	for _, found := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		direct = append(direct, found[1])
	}
	_, list, _ := strings.Cut(read(t, "README.md"), "## Dependencies\n")
	list, _, _ = strings.Cut(list, "\n## ")
	var listed []string
	for _, found := range regexp.MustCompile(`(?m)^- \[[^]]+\]\(https://(?:pkg\.go\.dev/)?([^)]+)\): `).FindAllStringSubmatch(list, -1) {
		listed = append(listed, found[1])
	}
	require.NotEmpty(t, direct)
	require.Len(t, listed, len(direct))
	for _, module := range direct {
		require.True(t, slices.ContainsFunc(listed, func(path string) bool {
			return module == path || strings.HasPrefix(module, path+"/v") || strings.HasPrefix(path, module+"/")
		}), "%s is not among the dependencies in README.md", module)
	}
}

// README.md has every package that users import in its table.
func TestReadmeListsThePackages(t *testing.T) {
	t.Parallel()
	readme := read(t, "README.md")
	packages, _ := readLists(t)
	for pkg := range packages {
		if strings.HasPrefix(pkg, "internal/") {
			continue
		}
		require.Contains(t, readme, "["+pkg+"]("+pkg+")")
	}
}

// Decisions are numbered one after the other, so that a number names one and none is missing.
func TestDecisionsAreNumbered(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/decisions/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for i, page := range pages { // sorted by name
		require.True(t, strings.HasPrefix(filepath.Base(page), fmt.Sprintf("%04d-", i+1)), "%s must have the number %d", page, i+1)
	}
}

// A relative link in a document leads to a file or a folder of the tree.
func TestLinksLeadToFiles(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)\s]*)?\)`)
	code := regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`") // an instance of a generic function looks like a link
	count := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md", "examples/*.md"} {
		pages, err := filepath.Glob("../../" + pattern)
		require.NoError(t, err)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
				_, err := os.Stat(filepath.Join(filepath.Dir(page), found[1]))
				require.NoError(t, err, "a link in %s", page)
				count++
			}
		}
	}
	require.Greater(t, count, 30)
}
