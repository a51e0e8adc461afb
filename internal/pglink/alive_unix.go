//go:build unix && !aix && !solaris && !illumos

package pglink

import (
	"net"
	"syscall"
)

// peek looks whether there is something to read on a connection. It reads nothing and
// does not wait. On a connection that is not a socket of the system it sees nothing.
func peek(conn net.Conn) readable {
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = over.NetConn()
	}
	system, ok := conn.(syscall.Conn)
	if !ok {
		return nothingToRead
	}
	raw, err := system.SyscallConn()
	if err != nil {
		return endOfConnection
	}
	found := nothingToRead
	// Read would wait for another reader: after a long write pgx may have one in the
	// background.
	err = raw.Control(func(fd uintptr) {
		var room [1]byte
		n, _, err := syscall.Recvfrom(int(fd), room[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case n > 0:
			found = somethingToRead
		case err == nil:
			found = endOfConnection
		case err != syscall.EAGAIN && err != syscall.EWOULDBLOCK && err != syscall.EINTR: //nolint:errorlint // a number of the system
			found = endOfConnection
		}
	})
	if err != nil {
		return endOfConnection
	}
	return found
}
