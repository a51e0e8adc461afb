//go:build unix

package localpg_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

// asNobody are the tests whose result depends on the user. When root runs the tests,
// these run once more as another user.
const asNobody = "^(TestStart|TestDataStays|TestSignalStopsTheServerThroughTheProgram|TestProgramsShareAServer|" +
	"TestServerOfAKilledProgram|TestStaleLockFilesNameALivingProcess|TestServerThatDiesIsStartedAgain|TestUser)$"

// The server runs as the user of the program. If that is root, it runs as an
// unprivileged user.
func TestUser(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	start(t, options(t, dir))
	written, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	owner := written.Sys().(*syscall.Stat_t).Uid
	if os.Geteuid() != 0 {
		require.EqualValues(t, os.Geteuid(), owner)
		return
	}
	require.NotZero(t, owner)

	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	nobodyUID, err := strconv.ParseUint(nobody.Uid, 10, 32)
	require.NoError(t, err)
	nobodyGID, err := strconv.ParseUint(nobody.Gid, 10, 32)
	require.NoError(t, err)
	cmd := exec.Command(copyOfTheTest(t), "-test.run="+asNobody, "-test.v", "-test.count=1", "-test.timeout=4m")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "HOME=/nonexistent")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobodyUID), Gid: uint32(nobodyGID)}}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: TestUser", "the tests ran")
}

// copyOfTheTest is the test binary in a place where each user can run it.
func copyOfTheTest(t *testing.T) string {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	content, err := os.ReadFile(executable)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "localpg-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "localpg.test")
	require.NoError(t, os.WriteFile(path, content, 0o755))
	return path
}

// The user that runs the server cannot enter root's own folders. Another user runs the
// server in its own folder.
func TestFolderThatOnlyItsOwnerEnters(t *testing.T) {
	t.Parallel()
	parent, err := os.MkdirTemp("", "localpg-")
	require.NoError(t, err)
	dir := filepath.Join(parent, "server")
	t.Cleanup(func() { require.NoError(t, os.Remove(parent)) })
	first, second := start(t, options(t, dir)), start(t, options(t, dir))
	require.Equal(t, first.URL(), second.URL())
	require.Equal(t, birth(t, first.URL()), birth(t, second.URL()))
	data, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(data, "PG_VERSION"), "the cluster is found from the folder")
	if os.Geteuid() == 0 {
		require.Equal(t, "/var/lib/polarkit", filepath.Dir(filepath.Dir(data)))
	}
	require.NoError(t, first.Stop())
	require.NoError(t, second.Stop())
	require.NoError(t, localpg.Remove(t.Context(), dir))
	require.NoDirExists(t, data)
}
