package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInUse is the error of [Remove] while a program uses the server.
var ErrInUse = errors.New("localpg: the server is in use")

// Remove removes a folder that [Start] made, with the cluster and all its data. It shuts
// down a server that runs without users. It fails with [ErrInUse] while a program uses
// the server, also this program itself. For a folder that does not exist it returns nil.
func Remove(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if !supported {
		return fmt.Errorf("localpg: %w", errors.ErrUnsupported)
	}
	f, err := openFolder(ctx, dir)
	if err != nil {
		return err
	}
	lock, err := f.acquire(ctx, "lock", true)
	if err != nil {
		return err
	}
	defer closeQuietly(lock)
	users, err := f.open("users")
	if err != nil {
		return err
	}
	defer closeQuietly(users)
	free, err := tryLock(users, true)
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%w: %s", ErrInUse, f.dir)
	}
	if err := f.shutDown(ctx); err != nil {
		return err
	}
	if err := f.removeHalfMade(); err != nil {
		return err
	}
	// The folder may hold other files too. They stay.
	paths := []string{f.data(), f.password()}
	for _, name := range []string{"data", "postgres.log", "users", "server", "lock"} {
		paths = append(paths, filepath.Join(f.dir, name))
	}
	for _, path := range paths {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("localpg: %w", err)
		}
	}
	for _, path := range append(f.socketFolders(), f.base, f.dir) {
		_ = os.Remove(path) // fails if it holds other files
	}
	return nil
}
