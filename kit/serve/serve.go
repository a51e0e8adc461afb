// Package serve runs an http.Server for an API. Clients that send nothing have limits of
// time. Requests that net/http refuses by itself are answered in the shape of every error.
// When descriptors run out, there is room for new clients.
package serve

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// Limits that [Serve] sets where the server has no limit.
const (
	// ReadHeaderTimeout is how long the header of a request may take.
	ReadHeaderTimeout = 10 * time.Second
	// IdleTimeout is how long a connection may wait for its next request.
	IdleTimeout = 2 * time.Minute
	// MaxHeaderBytes is how large a header may be.
	MaxHeaderBytes = 64 << 10
)

// Serve accepts connections as [http.Server.Serve] does, until the server is shut down,
// and returns the same errors:
//
//	web := &http.Server{Handler: mux}
//	err := serve.Serve(web, listener)
//
// It differs in three ways:
//
//   - ReadHeaderTimeout, IdleTimeout and MaxHeaderBytes are set where the server has
//     none. ReadTimeout and WriteTimeout stay as they are: handlers of packages
//     kit/reply and kit/api limit bodies and replies one by one, which long exports need.
//   - A request that net/http refuses before any handler is answered in the shape of
//     every error, such as a path with a broken escape:
//     {"error":"BadRequest","detail":"Bad request"}. net/http writes plain text to the
//     connection; Serve replaces what is written while no handler has the connection.
//     Behind tls.NewListener the text is encrypted before Serve sees it, and stays plain
//     text.
//   - When the process has no descriptors left, Serve closes the connection that has
//     waited longest for its client, and accepts a new one. It closes a connection that
//     has waited for a second or more, for the header of a request or for a body that
//     package kit/request reads. It never closes the connection of a request that has
//     arrived completely.
//
// Serve sets the handler and the hooks ConnContext and ConnState of the server, and calls
// those that were there before. Call it once for a server. The hooks get net.Conn values
// of a type of this package.
func Serve(server *http.Server, listener net.Listener) error {
	if server.ReadHeaderTimeout == 0 && server.ReadTimeout == 0 {
		server.ReadHeaderTimeout = ReadHeaderTimeout
	}
	if server.IdleTimeout == 0 {
		server.IdleTimeout = IdleTimeout
	}
	if server.MaxHeaderBytes == 0 {
		server.MaxHeaderBytes = MaxHeaderBytes
	}

	handler := server.Handler
	if handler == nil {
		handler = http.DefaultServeMux
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, _ := r.Context().Value(response.WaiterKey{}).(*conn); c != nil {
			c.take()
		}
		handler.ServeHTTP(w, r)
	})
	connContext := server.ConnContext
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if connContext != nil {
			ctx = connContext(ctx, c)
		}
		return context.WithValue(ctx, response.WaiterKey{}, ours(c))
	}
	connState := server.ConnState
	server.ConnState = func(c net.Conn, state http.ConnState) {
		switch ours := ours(c); {
		case ours == nil:
		case state == http.StateIdle:
			ours.giveBack()
		case state == http.StateHijacked:
			ours.forget()
		}
		if connState != nil {
			connState(c, state)
		}
	}
	return server.Serve(newRoom(listener))
}

// ours is the connection of this package, also below TLS.
func ours(c net.Conn) *conn {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	own, _ := c.(*conn)
	return own
}
