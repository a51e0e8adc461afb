package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// BinVariable is the environment variable that names the folder with
// PostgreSQL's server programs. When it is set nothing else is searched.
const BinVariable = "POLARKIT_POSTGRES_BIN"

// oldest is the oldest major version that the PostgreSQL project still supports.
const oldest = 14

// ErrNoBinaries is the error of [Find] and [Start] on a machine without PostgreSQL's
// server programs. The whole text says what to install.
var ErrNoBinaries = errors.New("localpg: no PostgreSQL server programs (postgres, initdb) found")

// Binaries is a folder with PostgreSQL's server programs.
type Binaries struct {
	// Dir holds initdb and postgres.
	Dir string
	// Major is the major version, such as 17.
	Major int
}

// Find looks for PostgreSQL's server programs: in the folder that
// POLARKIT_POSTGRES_BIN names if it is set, else in PATH and then in the places
// where Debian, Fedora, RHEL, SUSE, Alpine, Homebrew, MacPorts, Postgres.app and
// EDB put them. It returns all that it found: those of PATH first, then the newest
// first. If it finds none it fails with [ErrNoBinaries].
func Find(ctx context.Context) ([]Binaries, error) {
	return find(ctx, os.Getenv(BinVariable), os.Getenv("PATH"), usualPlaces())
}

func find(ctx context.Context, only, path string, places []string) ([]Binaries, error) {
	if only != "" {
		found, err := inspect(ctx, only)
		if err != nil {
			return nil, fmt.Errorf("localpg: %s is %q, which does not hold PostgreSQL's server programs: %w", BinVariable, only, err)
		}
		return []Binaries{found}, nil
	}
	var all []Binaries
	seen := map[string]bool{}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue // do not run programs of the current folder
		}
		all = appendFound(ctx, all, seen, dir)
	}
	inPath := len(all)
	for _, pattern := range places {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("localpg: %w", err)
		}
		for _, dir := range dirs {
			all = appendFound(ctx, all, seen, dir)
		}
	}
	slices.SortStableFunc(all[inPath:], func(a, b Binaries) int { return b.Major - a.Major })
	if len(all) == 0 {
		return nil, fmt.Errorf("%w. %s, or set %s to the folder that holds them, or set DATABASE_URL to a PostgreSQL that runs already",
			ErrNoBinaries, howToInstall(runtime.GOOS), BinVariable)
	}
	return all, nil
}

func appendFound(ctx context.Context, all []Binaries, seen map[string]bool, dir string) []Binaries {
	target, err := filepath.EvalSymlinks(dir)
	if err != nil || seen[target] {
		return all
	}
	seen[target] = true
	found, err := inspect(ctx, dir)
	if err != nil {
		return all
	}
	return append(all, found)
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// inspect runs the programs to find out their version. A folder whose programs are
// broken or too old is an error.
func inspect(ctx context.Context, dir string) (Binaries, error) {
	for _, program := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, program))
		if err != nil {
			return Binaries{}, err
		}
		if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			return Binaries{}, fmt.Errorf("%s is not a program", filepath.Join(dir, program))
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Env = cleanEnv(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("%s --version: %w", filepath.Join(dir, "postgres"), err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return Binaries{}, fmt.Errorf("%s --version said %q", filepath.Join(dir, "postgres"), strings.TrimSpace(string(out)))
	}
	major, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return Binaries{}, err
	}
	if major < oldest {
		return Binaries{}, fmt.Errorf("PostgreSQL %d is too old, it must be %d or newer", major, oldest)
	}
	return Binaries{Dir: dir, Major: major}, nil
}

// usualPlaces are patterns of folders, the most usual ones first.
func usualPlaces() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                                   // RHEL and Fedora, packages of the PostgreSQL project
		"/usr/bin",                                           // Fedora, RHEL, Arch
		"/usr/lib/postgresql*/bin",                           // SUSE
		"/usr/libexec/postgresql*",                           // Alpine
		"/usr/lib64/postgresql-*/bin",                        // Gentoo
		"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew, Apple silicon
		"/usr/local/opt/postgresql*/bin",                     // Homebrew, Intel
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew, Linux
		"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
		"/opt/local/lib/postgresql*/bin",                     // MacPorts
		"/Library/PostgreSQL/*/bin",                          // EDB, macOS
		"/opt/PostgreSQL/*/bin", "/usr/local/pgsql/bin",      // EDB, Linux; built from source
		"/usr/local/bin", "/usr/local/lib/postgresql/*/bin", // FreeBSD; containers
		"/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin", // NixOS, Nix
	}
}

func howToInstall(system string) string {
	switch system {
	case "linux":
		return "Install them (Debian, Ubuntu: apt-get install postgresql; Fedora, RHEL: dnf install postgresql-server; Alpine: apk add postgresql; Arch: pacman -S postgresql)"
	case "darwin":
		return "Install them (brew install postgresql@17, or Postgres.app from https://postgresapp.com)"
	case "freebsd":
		return "Install them (pkg install postgresql17-server)"
	default:
		return "Install them from https://www.postgresql.org/download/"
	}
}

// cleanEnv drops the variables that change what PostgreSQL's programs do (PGDATA,
// PGPORT, PGOPTIONS, …) and sets the locale: macOS refuses to start a postmaster without
// one.
func cleanEnv(env []string) []string {
	kept := make([]string, 0, len(env)+1)
	for _, v := range env {
		if strings.HasPrefix(v, "PG") || strings.HasPrefix(v, "LC_") || strings.HasPrefix(v, "LANG=") || strings.HasPrefix(v, "LANGUAGE=") {
			continue
		}
		kept = append(kept, v)
	}
	return append(kept, "LC_ALL=C")
}
