package layers

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The words that the table in CONTRIBUTING.md avoids are in no comment, no string
// literal and no document.
func TestPlainWords(t *testing.T) {
	t.Parallel()
	avoided := avoidedWords(t)
	require.Equal(t, "told", avoided.FindString("We told you."))
	require.Empty(t, avoided.FindString("untold, retell, small, lesson, chest"))
	var found []string
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if name := entry.Name(); name == ".git" || name == "node_modules" || name == "testdata" || name == "bin" {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".go"):
			found = append(found, wordsOfGo(t, path, avoided)...)
		case strings.HasSuffix(path, ".md") && entry.Name() != "CHANGELOG.md", strings.HasSuffix(path, "sentences.txt"):
			found = append(found, wordsOf(path, readPlain(t, path), 1, avoided)...)
		}
		return nil
	})
	require.NoError(t, err)
	for _, place := range found {
		t.Errorf("%s: CONTRIBUTING.md says what to write instead", place)
	}
}

// avoidedWords reads the table, where commas separate the words of a row.
func avoidedWords(t *testing.T) *regexp.Regexp {
	t.Helper()
	_, table, _ := strings.Cut(read(t, "CONTRIBUTING.md"), "| Avoid | Write |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var words []string
	for line := range strings.Lines(table) {
		for word := range strings.SplitSeq(strings.Split(line, "|")[1], ",") {
			words = append(words, strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(word)), " ", `\s+`))
		}
	}
	require.Greater(t, len(words), 10)
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(words, "|") + `)\b`)
}

func wordsOfGo(t *testing.T, path string, avoided *regexp.Regexp) (found []string) {
	t.Helper()
	if filepath.Base(path) == "words_test.go" {
		return nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
	require.NoError(t, err)
	for _, group := range file.Comments {
		var lines []string // without the marks, so that a phrase may go over two lines
		for _, comment := range group.List {
			lines = append(lines, strings.TrimPrefix(comment.Text, "//"))
		}
		found = append(found, wordsOf(path, strings.Join(lines, "\n"), files.Position(group.Pos()).Line, avoided)...)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			found = append(found, wordsOf(path, literal.Value, files.Position(literal.Pos()).Line, avoided)...)
		}
		return true
	})
	return found
}

func wordsOf(path, text string, line int, avoided *regexp.Regexp) (found []string) {
	for _, at := range avoided.FindAllStringIndex(text, -1) {
		found = append(found, fmt.Sprintf("%s:%d: %s", strings.TrimPrefix(path, "../../"), line+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]]))
	}
	return found
}

// readPlain reads a document without the tables that show what to avoid.
func readPlain(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	if filepath.Base(path) != "CONTRIBUTING.md" {
		return string(text)
	}
	return regexp.MustCompile(`(?m)^\|.*$`).ReplaceAllString(string(text), "")
}
