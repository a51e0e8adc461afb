package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
)

// A body that no endpoint reads and that does not come takes nothing from the reply:
// the client is still there, and its request goes on to the end.
func TestRepliesWhileTheBodyDoesNotCome(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		stream := func(ctx context.Context, _ api.NoSubject, _ struct{}) (api.Stream, error) {
			return api.Stream{WriteTo: func(w io.Writer) error {
				for range 3 {
					if err := ctx.Err(); err != nil {
						return err
					}
					if _, err := w.Write(make([]byte, 10_000)); err != nil {
						return err
					}
				}
				return nil
			}}, nil
		}
		g := root.Group("/v1/exports", api.Tag("exports"))
		api.Handle(g, http.MethodGet, "/", api.Public("a test"), stream, api.Name("get"), api.Summary("Get"))
		api.Handle(g, http.MethodPost, "/", api.Public("a test"), stream, api.Name("make"), api.Summary("Make"))
	})
	server := plain(t, a)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, head := range []string{"Content-Length: 10\r\n", "Content-Length: 10\r\n\r\n12345", "Transfer-Encoding: chunked\r\n", "Content-Length: 10\r\nExpect: 100-continue\r\n"} {
			conn := dial(t, server)
			_, err := fmt.Fprintf(conn, "%s /v1/exports/ HTTP/1.1\r\nHost: x\r\n%s\r\n", method, head)
			require.NoError(t, err)
			reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.Equal(t, 200, reply.StatusCode, "%s %q", method, head)
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			require.NoError(t, reply.Body.Close())
			require.Len(t, body, 30_000, "%s %q", method, head)
			require.True(t, reply.Close)
		}
	}
}
