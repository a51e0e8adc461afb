package repository_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// fate is what a proxy does with a request that executes something.
type fate int32

const (
	pass fate = iota
	// cutBefore: the request does not reach the server.
	cutBefore
	// cutAfter: it does, and no byte of the answer reaches the client.
	cutAfter
	// cutWithin: the client gets the first bytes of the answer.
	cutWithin
	// hold: the answer comes when freed is closed.
	hold
)

// request is what a request does with a statement.
type request int8

const (
	preparing request = iota + 1
	executing
)

// said is an error with which a proxy answers a request in place of the server, as
// a pooler does.
type said struct {
	to                      request
	severity, code, message string
}

func (s *said) answer(client io.Writer) error {
	answer, err := (&pgproto3.ErrorResponse{
		Severity: s.severity, SeverityUnlocalized: s.severity, Code: s.code, Message: s.message,
	}).Encode(nil)
	if err == nil && s.severity == "ERROR" {
		answer, err = (&pgproto3.ReadyForQuery{TxStatus: 'I'}).Encode(answer)
	}
	if err == nil {
		_, err = client.Write(answer)
	}
	return err
}

// proxy stands between a pool and its server, and ends connections at exact
// points of the protocol.
type proxy struct {
	listener net.Listener
	// target is the address that new connections reach.
	target atomic.Pointer[string]
	// next is the fate of the next request that executes something; it is taken
	// by one request.
	next atomic.Int32
	// said is the answer to the next request of its kind; it is taken by one request.
	said atomic.Pointer[said]
	// requests counts the requests that execute something, with any fate.
	requests atomic.Int64

	mutex sync.Mutex
	conns []net.Conn
	freed chan struct{}
}

// newProxy starts a proxy. Its method attach leads the connections of a pool through it.
func newProxy(t testing.TB) *proxy {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: listener, freed: make(chan struct{})}
	t.Cleanup(func() {
		_ = listener.Close()
		p.reset()
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// attach leads the connections of a pool through the proxy to their server.
func (p *proxy) attach(config *pgxpool.Config) {
	network, address := "tcp", ""
	plain := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, wantedNetwork, wanted string) (net.Conn, error) {
		if p.target.Load() == nil {
			network, address = wantedNetwork, wanted
			target := network + "|" + address
			p.target.CompareAndSwap(nil, &target)
		}
		return plain(ctx, "tcp", p.listener.Addr().String())
	}
}

func (p *proxy) serve(client net.Conn) {
	target := *p.target.Load()
	var network, address string
	for i := range target {
		if target[i] == '|' {
			network, address = target[:i], target[i+1:]
		}
	}
	server, err := net.Dial(network, address) //nolint:noctx // ended by the proxy's end
	if err != nil {
		_ = client.Close()
		return
	}
	p.mutex.Lock()
	p.conns = append(p.conns, client, server)
	p.mutex.Unlock()
	var answer atomic.Int32 // the fate of the answer under way
	go func() {
		defer client.Close()
		defer server.Close()
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			switch fate(answer.Load()) {
			case cutAfter:
				return
			case cutWithin:
				_, _ = client.Write(buffer[:min(n, 7)])
				return
			case hold:
				<-p.freed
				answer.Store(int32(pass))
			}
			if n > 0 {
				if _, err := client.Write(buffer[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	defer client.Close()
	defer server.Close()
	p.forward(client, server, &answer)
}

// forward sends the client's messages to the server, request by request.
func (p *proxy) forward(client io.ReadWriter, server io.Writer, answer *atomic.Int32) {
	startup := make([]byte, 4)
	if _, err := io.ReadFull(client, startup); err != nil {
		return
	}
	body := make([]byte, binary.BigEndian.Uint32(startup)-4)
	if _, err := io.ReadFull(client, body); err != nil {
		return
	}
	if _, err := server.Write(slices.Concat(startup, body)); err != nil {
		return
	}
	var request []byte
	executes, prepares := false, false
	for {
		head := make([]byte, 5)
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		request = append(append(request, head...), body...)
		switch head[0] {
		case 'E', 'Q':
			executes = executes || head[0] == 'E' || string(body[:min(len(body), 7)]) != "-- ping"
		case 'P':
			prepares = true
		}
		if head[0] == 'E' || head[0] == 'B' || head[0] == 'P' || head[0] == 'D' {
			continue // the request ends with what asks for an answer
		}
		if said := p.said.Load(); said != nil && (said.to == executing && executes || said.to == preparing && prepares && !executes) {
			p.said.Store(nil)
			if err := said.answer(client); err != nil || said.severity == "FATAL" {
				return
			}
			request, executes, prepares = nil, false, false
			continue
		}
		if executes {
			p.requests.Add(1)
			taken := fate(p.next.Swap(int32(pass)))
			if taken == cutBefore {
				return
			}
			answer.Store(int32(taken))
		}
		if _, err := server.Write(request); err != nil {
			return
		}
		request, executes, prepares = nil, false, false
	}
}

// reset cuts all connections at once.
func (p *proxy) reset() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, conn := range p.conns {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	p.conns = nil
}
