//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package localpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

const supported = true

// account is the unprivileged user that the server runs as; nil when that is
// the user of this program.
type account struct {
	name     string
	uid, gid int
}

// chooseAccount is nil unless this program runs as root.
func chooseAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is a documented value here: no change of user
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid > 0 {
			return &account{name: name, uid: uid, gid: gid}, nil
		}
	}
	return nil, errors.New("localpg: PostgreSQL refuses to run as root, and this system has neither a user postgres nor a user nobody; run as another user, or set DATABASE_URL")
}

// asAccount makes the command run as that user, in a session of its own, where signals
// of the terminal do not reach it.
func asAccount(cmd *exec.Cmd, a *account) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // from the user database, positive
	}
}

// tryLock takes the lock of an open file. The lock ends with the last descriptor of
// that open file, also when its process is killed. It returns false if another process
// holds the lock.
func tryLock(f *os.File, exclusive bool) (bool, error) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB) //nolint:gosec // a descriptor is a small number
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, fmt.Errorf("localpg: the file system of %s has no locks: %w", f.Name(), err)
		}
	}
}

// ownedByUs reports whether only this user and root can have put files into the folder.
func ownedByUs(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}

// ownedBy reports whether the file belongs to that user.
func ownedBy(info os.FileInfo, uid int) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == uid
}

func signalFast(pid int) error      { return signal(pid, syscall.SIGINT) }
func signalImmediate(pid int) error { return signal(pid, syscall.SIGQUIT) }

// signal sends a signal. It is not an error if the process has already ended.
func signal(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}
