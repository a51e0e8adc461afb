package localpg

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The name of a Unix socket must fit into 104 bytes on macOS and the BSDs (108
// on Linux), the closing NUL included.
const (
	socketName    = ".s.PGSQL." + socketPort
	socketPort    = "5432" // part of the socket's name only; each server has a folder of its own
	maxSocketPath = 103
)

// elsewhere is the place of root's clusters whose folder the server's user cannot
// enter, such as a folder in /root or in root's temporary folders.
const elsewhere = "/var/lib/polarkit"

// poll is the pause between two looks at a lock, or at a server that starts or stops.
const poll = 10 * time.Millisecond

// folder is the folder of a server. There are three locks in dir:
//
//	lock    held by the program that starts or stops the server, for that time
//	users   held, shared, by each program that uses the server
//	server  held by each process of the server itself, which inherits it
//
// The kernel releases a lock when the last process that holds it ends, so a lock is
// never stale.
type folder struct {
	dir string // the folder that the caller named
	// base holds the cluster, the socket and the password. It is dir, unless this
	// program runs as root and the server's user cannot enter dir.
	base string
	as   *account
}

func (f *folder) data() string     { return filepath.Join(f.base, "data") }
func (f *folder) password() string { return filepath.Join(f.base, "password") }
func (f *folder) log() string      { return filepath.Join(f.dir, "postgres.log") }

func openFolder(ctx context.Context, dir string) (*folder, error) {
	as, err := chooseAccount()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	f := &folder{dir: dir, base: dir, as: as}
	if err := f.make(); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	if !info.IsDir() || !ownedByUs(info) {
		return nil, fmt.Errorf("localpg: %s belongs to another user, or others may write into it; name a folder of your own", dir)
	}
	if as != nil && !f.reachable(ctx) {
		f.base = filepath.Join(elsewhere, shortHash(f.dir))
		if err := f.make(); err != nil {
			return nil, fmt.Errorf("%w (the user %s, which runs PostgreSQL, cannot enter %s)", err, as.name, dir)
		}
	}
	return f, nil
}

// make makes the folder, and the base if that is another one.
func (f *folder) make() error {
	mode := os.FileMode(0o700)
	if f.as != nil {
		mode = 0o711 // the server's user needs to get to its own folders inside
	}
	if err := os.MkdirAll(f.dir, mode); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if f.base == f.dir {
		return nil
	}
	if err := os.MkdirAll(f.base, mode); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	// A person who looks into the folder finds the cluster by the link.
	if err := os.Symlink(f.data(), filepath.Join(f.dir, "data")); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// reachable asks the system whether the server's user can enter the folder.
func (f *folder) reachable(ctx context.Context) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd -- "$0"`, f.dir)
	cmd.Dir = "/"
	asAccount(cmd, f.as)
	return cmd.Run() == nil
}

// shortHash is a name for a folder that is short enough for the path of a socket.
func shortHash(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:6])
}

// open opens a lock file of the folder.
func (f *folder) open(name string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	return file, nil
}

// acquire waits for a lock of the folder. Closing the file releases it.
func (f *folder) acquire(ctx context.Context, name string, exclusive bool) (*os.File, error) {
	file, err := f.reopen(name)
	if err != nil {
		return nil, err
	}
	for {
		locked, err := tryLock(file, exclusive)
		if locked && f.is(file, name) {
			return file, nil
		}
		if locked { // Remove has removed the folder during the wait
			closeQuietly(file)
			if file, err = f.reopen(name); err != nil {
				return nil, err
			}
			continue
		}
		if err == nil {
			err = sleep(ctx, poll)
		}
		if err != nil {
			closeQuietly(file)
			return nil, fmt.Errorf("localpg: waiting for the lock %s: %w", file.Name(), err)
		}
	}
}

// is reports whether the open file is still the one of that name.
func (f *folder) is(file *os.File, name string) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(filepath.Join(f.dir, name))
	return err == nil && os.SameFile(open, now)
}

// reopen opens a lock file in a folder that Remove may have removed.
func (f *folder) reopen(name string) (*os.File, error) {
	if err := f.make(); err != nil {
		return nil, err
	}
	return f.open(name)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// major is the version of the cluster in the folder, 0 if there is none.
func (f *folder) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(f.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("localpg: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("localpg: %s is not a PostgreSQL cluster: %w", f.data(), err)
	}
	return major, nil
}

// initialize makes the cluster under another name first. So an initdb that was killed
// does not leave a folder that looks like a cluster.
//
// It does not wait until everything is on the disk, which can take ten seconds. If the
// machine crashes in that time an empty cluster is lost.
func (f *folder) initialize(ctx context.Context, bin Binaries, hold *os.File) error {
	if err := f.removeHalfMade(); err != nil {
		return err
	}
	if err := f.writePrivate(f.password(), rand.Text()); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(f.base, "init-")
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if err := f.give(dir); err != nil {
		return err
	}
	var failed error
	for _, locale := range locales(bin.Major) {
		args := append([]string{
			"--pgdata", dir, "--encoding", "UTF8", "--locale", "C", "--text-search-config", "simple",
			"--username", superuser, "--auth", "scram-sha-256", "--pwfile", f.password(), "--no-sync",
		}, locale...)
		cmd := exec.CommandContext(ctx, filepath.Join(bin.Dir, "initdb"), args...) //nolint:gosec // the programs that Find found
		cmd.Dir = f.base
		cmd.Env = cleanEnv(os.Environ())
		cmd.ExtraFiles = []*os.File{hold}
		asAccount(cmd, f.as)
		var out []byte
		if out, failed = cmd.CombinedOutput(); failed == nil {
			break
		}
		failed = fmt.Errorf("localpg: initdb of PostgreSQL %d in %s: %w\n%s", bin.Major, bin.Dir, failed, out)
		if ctx.Err() != nil {
			break
		}
	}
	if failed != nil {
		return errors.Join(failed, os.RemoveAll(dir))
	}
	if err := os.Rename(dir, f.data()); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// locales are the arguments of initdb for a cluster that sorts by bytes and maps the
// case of the letters of all scripts (upper, lower, ILIKE), the best ones first. The
// first ones that work are taken: initdb ends at once for a name that the system does
// not know.
func locales(major int) [][]string {
	var choices [][]string
	if major >= 17 {
		choices = append(choices, []string{"--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"})
	}
	// glibc and musl; older glibc of Debian; macOS; most others.
	for _, name := range []string{"C.UTF-8", "C.utf8", "UTF-8", "en_US.UTF-8", "en_US.utf8"} {
		choices = append(choices, []string{"--lc-ctype", name})
	}
	if major >= 15 {
		choices = append(choices, []string{"--locale-provider", "icu", "--icu-locale", "und"})
	}
	return append(choices, nil) // maps the case of ASCII letters only
}

// removeHalfMade removes the folders of an initdb that was killed.
func (f *folder) removeHalfMade() error {
	dirs, err := filepath.Glob(filepath.Join(f.base, "init-*"))
	for _, dir := range dirs {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// give makes the server's user the owner of a file or folder.
func (f *folder) give(path string) error {
	if f.as == nil {
		return nil
	}
	if err := os.Chown(path, f.as.uid, f.as.gid); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// writePrivate writes a file, in one step, that only the server's user can read.
func (f *folder) writePrivate(path, content string) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	_, err = file.WriteString(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("localpg: %w", err), os.Remove(file.Name()))
	}
	if err := f.give(file.Name()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// socketFolder makes the folder of the socket. It is next to the cluster. Where that
// path is too long, or the file system has no sockets, it is a temporary folder with a
// short name. The result is empty if neither works.
func (f *folder) socketFolder(ctx context.Context) (string, error) {
	var problem error
	for _, dir := range f.socketFolders() {
		if len(filepath.Join(dir, socketName)) > maxSocketPath {
			continue
		}
		err := f.makePrivate(dir)
		if err == nil {
			err = clearSocket(ctx, dir)
		}
		if err == nil {
			return dir, nil
		}
		problem = errors.Join(problem, err)
	}
	if errors.Is(problem, errNotPrivate) {
		return "", problem // another user may have made this folder on purpose
	}
	return "", nil
}

func (f *folder) socketFolders() []string {
	short := "polarkit-" + shortHash(f.base)
	return []string{
		filepath.Join(f.base, "socket"),
		filepath.Join(os.TempDir(), short),
		filepath.Join("/tmp", short),
	}
}

var errNotPrivate = errors.New("is not private: it belongs to another user, or others may enter it; remove it")

// makePrivate makes a folder that only the server's user can enter. In a place for
// temporary folders another user may have made one of that name, which is an error.
func (f *folder) makePrivate(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		return f.give(dir)
	}
	if !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("localpg: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	owner := os.Geteuid()
	if f.as != nil {
		owner = f.as.uid
	}
	if !info.IsDir() || !ownedBy(info, owner) || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("localpg: the socket's folder %s %w", dir, errNotPrivate)
	}
	return nil
}

// clearSocket removes the files of a server that was killed: its lock file has the
// number of a process that may be another one by now. It also finds out whether sockets
// work in the folder.
func clearSocket(ctx context.Context, dir string) error {
	var config net.ListenConfig
	for _, name := range []string{socketName, socketName + ".lock"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("localpg: %w", err)
		}
	}
	listener, err := config.Listen(ctx, "unix", filepath.Join(dir, socketName))
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return listener.Close() // which removes the socket
}
