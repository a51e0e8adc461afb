// Package sentence compares the sentences that the library says to programmers
// and operators with one file, sentences.txt, so that a wording changes in one
// place: what a panic says, what an error at start-up says, what an error says
// in the log. Texts on the wire do not belong there. FastAPI decides those, and
// its recorded answers hold them.
//
// A test gives its package, once, a TestMain, and each sentence a key:
//
//	func TestMain(m *testing.M) { os.Exit(sentence.Main(m)) }
//
//	sentence.Equal(t, "cursors without a key", err)
//	sentence.Panics(t, "a kind without a name", func() { errors.DefineKind("", 400, "x") })
//
// In a table the name of the row is the key, and the row has no column for the
// text. The file shows the texts of a table one below the other:
//
//	pagination: cursors without a key
//		pagination: NewCursors needs a key
//
// In the file a key begins with the folder of the package, which [Equal] adds
// itself. The keys are sorted. To write the file, run
//
//	POLARKIT_SENTENCES=update go test ./...
//
// and read the difference. It is safe for packages whose tests run at the same
// time, and for one package alone: each package writes only its own sentences.
// A merge keeps the sentences of both sides (see .gitattributes), and an update
// sorts them.
//
// [Main] fails when the file has a sentence that no test of the package asked
// for, unless the run was of some tests only (-run, -skip) or a test failed. An
// update takes such a sentence away.
//
// The tests of other modules of the tree may use it too; examples do not, since
// people copy them.
package sentence

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Variable is the environment variable that may be "update".
const Variable = "POLARKIT_SENTENCES"

const fileName = "internal/sentence/sentences.txt"

var lineOfTest = regexp.MustCompile(`_test\.go:\d+`)

var current atomic.Pointer[book] //nolint:gochecknoglobals // Main sets it for the tests of the process

// Main runs the tests of a package, then finds what is left over in the file, or
// updates the file. It returns the code for os.Exit.
func Main(m *testing.M) int {
	b, err := open(".", os.Getenv(Variable))
	if errors.Is(err, fs.ErrNotExist) {
		return m.Run() // a copy of the test program runs elsewhere, as a helper of its tests
	}
	if err == nil {
		current.Store(b)
		if code := m.Run(); code != 0 {
			return max(code, b.report(b.finish(false)))
		}
		err = b.finish(isWhole())
	}
	return b.report(err)
}

// isWhole reports whether all tests ran, and not only some of them.
func isWhole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

// Equal compares a sentence with the one of the file. The sentence is an error
// (its text), or a value that is written with fmt.Sprint, such as the value of a
// panic. Pairs of vary are parts of it that differ from run to run, such as a
// temporary folder, and what the file has in their place. A line of a test file
// is ":N" in the file of sentences.
func Equal(tb testing.TB, key string, got any, vary ...string) {
	tb.Helper()
	b := current.Load()
	if b == nil {
		tb.Fatal("sentence: the package needs func TestMain(m *testing.M) { os.Exit(sentence.Main(m)) }, and its tests run in its folder")
	}
	if got == nil {
		tb.Errorf("sentence: %s: there is none: the value is nil", b.fullKey(key))
		return
	}
	text := strings.NewReplacer(vary...).Replace(fmt.Sprint(got))
	if problem := b.compare(key, lineOfTest.ReplaceAllString(text, "_test.go:N")); problem != "" {
		tb.Error(problem)
	}
}

// Panics calls a function and compares what it panics with, as [Equal] does.
func Panics(tb testing.TB, key string, f func(), vary ...string) {
	tb.Helper()
	Equal(tb, key, panicOf(f), vary...)
}

func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// A book is the file as the tests of one package use it.
type book struct {
	path   string // of the file
	pkg    string // folder of the package below the one that has the file, such as "kit/api"
	update bool
	want   map[string]string

	mu    sync.Mutex
	asked map[string]string
}

// open finds the file from the folder of a package: it stands in the folder or
// in one above.
func open(dir, mode string) (*book, error) {
	if mode != "" && mode != "update" {
		return nil, fmt.Errorf("%s is %q; it may be update", Variable, mode)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for root := dir; ; root = filepath.Dir(root) {
		path := filepath.Join(root, filepath.FromSlash(fileName))
		data, err := os.ReadFile(path) //nolint:gosec // a file of this tree
		if os.IsNotExist(err) && root != filepath.Dir(root) {
			continue
		}
		if err != nil {
			return nil, err
		}
		want, err := parse(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		pkg, err := filepath.Rel(root, dir)
		return &book{path: path, pkg: filepath.ToSlash(pkg), update: mode == "update", want: want, asked: map[string]string{}}, err
	}
}

func (b *book) fullKey(key string) string { return b.pkg + ": " + key }

// compare returns what is wrong, and nothing where the sentences are equal.
func (b *book) compare(key, got string) string {
	full := b.fullKey(key)
	if key == "" || strings.TrimSpace(key) != key || strings.Contains(key, "\n") {
		return fmt.Sprintf("sentence: the key %q must be one line, with a character at its begin and end", key)
	}
	if got == "" || strings.TrimSpace(got) != got {
		return fmt.Sprintf("sentence: %s: %q must have a character at its begin and end", full, got)
	}
	b.mu.Lock()
	before, again := b.asked[full]
	if !again {
		b.asked[full] = got
	}
	b.mu.Unlock()
	if again && before != got {
		return fmt.Sprintf("sentence: %s: two sentences have this key:\n\t%s\n\t%s", full, before, got)
	}
	want, known := b.want[full]
	switch {
	case b.update || known && want == got:
		return ""
	case !known:
		want = "(the file has none)"
	}
	return fmt.Sprintf("sentence: %s\nwant: %s\ngot:  %s\nIf what it got is right: %s=update go test ./%s", full, want, got, Variable, b.pkg)
}

// finish updates the file, or finds the sentences that no test asked for.
func (b *book) finish(whole bool) error {
	if b.update {
		return b.write(whole)
	}
	if !whole {
		return nil
	}
	if left := b.leftOver(b.want); len(left) > 0 {
		return fmt.Errorf("no test asks for these sentences of %s:\n\t%s\nIf that is right: %s=update go test ./%s",
			fileName, strings.Join(left, "\n\t"), Variable, b.pkg)
	}
	return nil
}

// leftOver are the keys of the package that no test asked for.
func (b *book) leftOver(all map[string]string) []string {
	var left []string
	for key := range all {
		if _, ok := b.asked[key]; !ok && packageOf(key) == b.pkg {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	return left
}

func packageOf(key string) string {
	pkg, _, _ := strings.Cut(key, ": ")
	return pkg
}

// write puts the sentences of the package into the file as it is now. One
// process at a time does so.
func (b *book) write(whole bool) error {
	lock := b.path + ".lock"
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the file
		if err == nil {
			_ = f.Close()
			break
		}
		if !os.IsExist(err) || time.Now().After(end) {
			return fmt.Errorf("another update does not end; if none runs, remove its file: %w", err)
		}
	}
	defer func() { _ = os.Remove(lock) }() //nolint:gosec // beside the file
	data, err := os.ReadFile(b.path)       //nolint:gosec // a file of this tree
	if err != nil {
		return err
	}
	all, err := parse(string(data))
	if err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	maps.Copy(all, b.asked)
	if whole {
		for _, key := range b.leftOver(all) {
			delete(all, key)
		}
	}
	text := format(all)
	if text == string(data) {
		return nil
	}
	// Renamed, so that the tests of another package read the old file or the new one.
	if err := os.WriteFile(b.path+".new", []byte(text), 0o644); err != nil { //nolint:gosec // a file of the tree that everybody reads
		return err
	}
	return os.Rename(b.path+".new", b.path) //nolint:gosec // beside the file
}

func (*book) report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "sentence:", err)
	return 1
}
