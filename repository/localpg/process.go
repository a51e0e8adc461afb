package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ensure returns a connection to the server of the folder. It starts the server if it
// does not run. The caller holds the lock.
func (s *Server) ensure(ctx context.Context) (*pgx.Conn, address, error) {
	var exited <-chan struct{}
	for {
		conn, at, err := s.reach(ctx)
		if err == nil {
			return conn, at, nil
		}
		if ctx.Err() != nil {
			return nil, address{}, s.folder.failed(context.Cause(ctx).Error())
		}
		if !errors.Is(err, errNotUp) {
			return nil, address{}, err
		}
		select {
		case <-exited:
			return nil, address{}, s.folder.failed("did not start")
		default:
		}
		if exited == nil {
			exited, err = s.startIfNone(ctx)
			if err != nil {
				return nil, address{}, err
			}
		}
		_ = sleep(ctx, poll) // the next round sees the end of the context
	}
}

// reach connects to a server that runs. The error is errNotUp if no server runs, or if
// it starts or ends just now.
func (s *Server) reach(ctx context.Context) (*pgx.Conn, address, error) {
	r, err := s.folder.readPidFile()
	if err != nil {
		return nil, address{}, err
	}
	conn, err := connect(ctx, r.address, "localpg", nil)
	if err != nil {
		if passes(err) {
			return nil, address{}, errNotUp
		}
		return nil, address{}, fmt.Errorf("localpg: %w", err)
	}
	if err := rearm(ctx, conn, r.address, s.options.Linger); err != nil {
		closeConn(conn)
		if passes(err) {
			return nil, address{}, errNotUp
		}
		return nil, address{}, fmt.Errorf("localpg: %w", err)
	}
	return conn, r.address, nil
}

// passes reports whether an error is one of a server that starts, stops, or is not
// there. Other answers of a server would be the same the next time.
func passes(err error) bool {
	switch code(err) {
	case "", "57P01", "57P02", "57P03": // admin_shutdown, crash_shutdown, cannot_connect_now
		return true
	default:
		return false
	}
}

// startIfNone starts a server if there is no process of one, and returns a channel that
// is closed when it ends. The channel is nil if there is a server.
func (s *Server) startIfNone(ctx context.Context) (<-chan struct{}, error) {
	hold, err := s.folder.open("server")
	if err != nil {
		return nil, err
	}
	defer closeQuietly(hold) // the server has inherited it by then
	free, err := tryLock(hold, true)
	if err != nil || !free {
		return nil, err
	}
	if s.folder.answers(ctx) {
		return nil, nil //nolint:nilnil // a server that was started by hand, without the lock
	}
	// No process of the last server is left, so its file is wrong: PostgreSQL takes
	// any process with the same number for that server.
	if err := os.Remove(s.folder.pidFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	bin, err := s.folder.cluster(ctx, hold)
	if err != nil {
		return nil, err
	}
	return s.launch(ctx, bin, hold)
}

// answers reports whether a server listens at the address in postmaster.pid.
func (f *folder) answers(ctx context.Context) bool {
	r, err := f.readPidFile()
	if err != nil {
		return false
	}
	network, at := "unix", filepath.Join(r.address.socket, ".s.PGSQL."+r.address.port)
	if r.address.socket == "" {
		network, at = "tcp", net.JoinHostPort("127.0.0.1", r.address.port)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, at)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// cluster makes the cluster if there is none, and returns programs of its version.
func (f *folder) cluster(ctx context.Context, hold *os.File) (Binaries, error) {
	found, err := Find(ctx)
	if err != nil {
		return Binaries{}, err
	}
	major, err := f.major()
	if err != nil {
		return Binaries{}, err
	}
	if major == 0 {
		return found[0], f.initialize(ctx, found[0], hold)
	}
	i := slices.IndexFunc(found, func(b Binaries) bool { return b.Major == major })
	if i < 0 {
		return Binaries{}, fmt.Errorf("localpg: the cluster in %s was made by PostgreSQL %d, but only version %s is installed: install PostgreSQL %d, set %s to its folder, or remove %s to start with an empty cluster",
			f.data(), major, majors(found), major, BinVariable, f.data())
	}
	return found[i], nil
}

func majors(found []Binaries) string {
	var text []string
	for _, b := range found {
		text = append(text, fmt.Sprintf("%d (%s)", b.Major, b.Dir))
	}
	return strings.Join(text, ", ")
}

func (s *Server) launch(ctx context.Context, bin Binaries, hold *os.File) (<-chan struct{}, error) {
	at, err := s.folder.newAddress(ctx, s.options.tcp)
	if err != nil {
		return nil, err
	}
	if err := s.folder.writePrivate(filepath.Join(s.folder.data(), "pg_hba.conf"), at.hba()); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(s.folder.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	defer closeQuietly(log)
	args := append([]string{"-D", s.folder.data()}, at.args()...)
	args = append(args, s.options.args()...)
	// Not CommandContext: the server runs on after the start, and perhaps after the
	// end of this program.
	cmd := exec.Command(filepath.Join(bin.Dir, "postgres"), args...) //nolint:gosec,noctx // the programs that Find found
	cmd.Dir = s.folder.data()
	cmd.Env = cleanEnv(os.Environ())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{hold}
	asAccount(cmd, s.folder.as)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	s.options.Logger.Info("PostgreSQL started", "version", bin.Major, "dir", s.folder.dir, "pid", cmd.Process.Pid)
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the reason for its end is in its log
		close(exited)
	}()
	return exited, nil
}

func (f *folder) newAddress(ctx context.Context, tcp bool) (address, error) {
	if !tcp {
		socket, err := f.socketFolder(ctx)
		if err != nil || socket != "" {
			return address{socket: socket, port: socketPort}, err
		}
	}
	port, err := freePort()
	return address{port: port}, err
}

// args are the settings as arguments, in a stable order.
func (o Options) args() []string {
	settings := map[string]string{"timezone": "UTC", "log_timezone": "UTC", "cluster_name": "polarkit"}
	if o.LoseOnCrash {
		settings["fsync"] = "off"
		settings["synchronous_commit"] = "off"
		settings["full_page_writes"] = "off"
	}
	maps.Copy(settings, o.Settings)
	var args []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// failed is an error with the end of the server's log.
func (f *folder) failed(what string) error {
	const lines = 15
	text, err := os.ReadFile(f.log())
	if err != nil {
		return fmt.Errorf("localpg: PostgreSQL in %s: %s, and it left no log: %w", f.dir, what, err)
	}
	last := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(last) > lines {
		last = last[len(last)-lines:]
	}
	return fmt.Errorf("localpg: PostgreSQL in %s: %s; its log %s ends with:\n%s", f.dir, what, f.log(), bytes.Join(last, []byte("\n")))
}

// shutDown ends the server and waits until all of its processes are gone. The
// caller holds the lock.
func (f *folder) shutDown(ctx context.Context) error {
	const patience = 20 * time.Second
	hold, err := f.open("server")
	if err != nil {
		return err
	}
	defer closeQuietly(hold)
	began, asked, forced := time.Now(), false, false
	for {
		free, err := tryLock(hold, true)
		if err != nil {
			return err
		}
		r, unreadable := f.readPidFile()
		switch {
		case free && (unreadable != nil || !f.answers(ctx)):
			return nil
		case unreadable == nil && !asked:
			err, asked = signalFast(r.pid), true
		case unreadable == nil && !forced && time.Since(began) > patience:
			err, forced = signalImmediate(r.pid), true
		}
		if err == nil {
			err = sleep(ctx, poll)
		}
		if err != nil {
			return fmt.Errorf("localpg: stopping PostgreSQL in %s: %w", f.dir, err)
		}
	}
}
