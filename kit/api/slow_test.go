package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
)

type slowNote struct {
	kit.Schema `doc:"A note."`

	Text string `json:"text" doc:"The text." example:"hello"`
}

// A body that never arrives must not keep its request for ever.
func TestTimeoutEndsTheWaitForABody(t *testing.T) {
	t.Parallel()

	waited := make(chan error, 1)
	a := api.New(api.Config{Title: "Notes", Timeout: 300 * time.Millisecond}, func(root *api.Group) {
		api.Create(root.Group("/v1/notes", api.Tag("notes")), "/", api.Public("test"), func(ctx context.Context, _ api.NoSubject, in slowNote) (slowNote, error) {
			if in.Text == "wait" {
				<-ctx.Done()
				waited <- context.Cause(ctx)
			}
			return in, nil
		}, api.Name("create"))
	})
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)

	for _, test := range []struct {
		name, headers, body string
		status              int
	}{
		{"length", "Content-Length: 100", `{"text":`, http.StatusRequestTimeout},
		{"chunked", "Transfer-Encoding: chunked", "5\r\n{\"tex", http.StatusRequestTimeout},
		{"whole", "Content-Length: 14", `{"text":"now"}`, http.StatusCreated},
		{"after the body", "Content-Length: 15", `{"text":"wait"}`, http.StatusCreated},
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = fmt.Fprintf(conn, "POST /v1/notes/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n%s", test.headers, test.body)
		require.NoError(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, test.name)
		_, err = io.Copy(io.Discard, reply.Body)
		require.NoError(t, err)
		require.NoError(t, reply.Body.Close())
		require.Equal(t, test.status, reply.StatusCode, test.name)
	}
	require.ErrorIs(t, <-waited, context.DeadlineExceeded, "a client that waits has not gone")
}
