package localpg

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	superuser   = "postgres"
	maintenance = "postgres" // the database that always exists
)

// address is where a server listens.
type address struct {
	socket   string // folder of the socket; empty: TCP on 127.0.0.1
	port     string
	password string
}

// url is the URL of a database. It means the same to every client, also where PGHOST,
// PGPORT and PGUSER are set.
func (a address) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database}
	if a.socket != "" {
		u.RawQuery = url.Values{"host": {a.socket}, "port": {a.port}}.Encode()
		return u.String()
	}
	u.User = url.UserPassword(superuser, a.password)
	u.Host = net.JoinHostPort("127.0.0.1", a.port)
	u.RawQuery = "sslmode=disable"
	return u.String()
}

// hba is the server's pg_hba.conf, with a single line.
func (a address) hba() string {
	if a.socket != "" {
		return "local all all trust\n" // only its owner can enter the folder of the socket
	}
	return "host all all 127.0.0.1/32 scram-sha-256\n"
}

func (a address) args() []string {
	if a.socket != "" {
		return []string{"-c", "listen_addresses=", "-k", a.socket, "-p", a.port}
	}
	return []string{"-c", "listen_addresses=127.0.0.1", "-k", "", "-p", a.port}
}

// running is what a server writes into postmaster.pid.
type running struct {
	pid     int
	address address
}

var errNotUp = errors.New("localpg: the server is not up yet")

// readPidFile reads where the server of the folder listens. The server writes the file
// in steps while it starts. The error is errNotUp until the file is complete.
func (f *folder) readPidFile() (running, error) {
	text, err := os.ReadFile(f.pidFile())
	if errors.Is(err, os.ErrNotExist) {
		return running{}, errNotUp
	}
	if err != nil {
		return running{}, fmt.Errorf("localpg: %w", err)
	}
	// pid, data folder, start time, port, socket folder, listen address, shared memory, status
	lines := strings.Split(string(text), "\n")
	if len(lines) < 8 || strings.TrimSpace(lines[7]) == "" {
		return running{}, errNotUp
	}
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return running{}, fmt.Errorf("localpg: %s holds no process: %q", f.pidFile(), lines[0])
	}
	r := running{pid: pid, address: address{port: strings.TrimSpace(lines[3]), socket: strings.TrimSpace(lines[4])}}
	if r.address.socket == "" {
		password, err := os.ReadFile(f.password())
		if err != nil {
			return running{}, fmt.Errorf("localpg: %w", err)
		}
		r.address.password = string(password)
	}
	return r, nil
}

func (f *folder) pidFile() string { return filepath.Join(f.data(), "postmaster.pid") }

// freePort asks the system for a free port. Another program may take it before the
// server does. Then the start fails, and is tried again with another port.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(err, listener.Close()); err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	return port, nil
}
