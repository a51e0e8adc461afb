//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package localpg

import (
	"errors"
	"os"
	"os/exec"
)

// supported is false, so Start returns an error before it calls a function below.
const supported = false

type account struct {
	name     string
	uid, gid int
}

func chooseAccount() (*account, error)     { return nil, errors.ErrUnsupported }
func asAccount(*exec.Cmd, *account)        {}
func tryLock(*os.File, bool) (bool, error) { return false, errors.ErrUnsupported }
func ownedByUs(os.FileInfo) bool           { return false }
func ownedBy(os.FileInfo, int) bool        { return false }
func signalFast(int) error                 { return errors.ErrUnsupported }
func signalImmediate(int) error            { return errors.ErrUnsupported }
