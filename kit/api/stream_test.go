package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/api"
)

// rowsUntil gives n rows and then the error.
func rowsUntil(n int, err error) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for i := range n {
			if !yield([]string{fmt.Sprint(i), "a,b", `say "hi"`}, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func exporting(log io.Writer, export func() api.CSV) *api.API {
	a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.NewTextHandler(log, nil))}, func(root *api.Group) {
		api.Handle(root.Group("/v1/customers"), "GET", "/export", canRead, func(context.Context, subject[admin], struct{}) (api.CSV, error) {
			return export(), nil
		}, api.Name("export"))
	})
	return a
}

func TestCSV(t *testing.T) {
	t.Parallel()
	a := exporting(io.Discard, func() api.CSV {
		return api.CSV{Filename: `cust"omers.csv`, Header: []string{"n", "x", "y"}, Rows: rowsUntil(2, nil)}
	})
	w := call(a, "GET", "/v1/customers/export", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, `attachment; filename="cust\"omers.csv"`, w.Header().Get("Content-Disposition"))
	require.Equal(t, "n,x,y\r\n0,\"a,b\",\"say \"\"hi\"\"\"\r\n1,\"a,b\",\"say \"\"hi\"\"\"\r\n", w.Body.String())

	head := call(a, "HEAD", "/v1/customers/export", "")
	require.Equal(t, 200, head.Code)
	require.Equal(t, w.Header(), head.Header())
	require.Zero(t, head.Body.Len())
}

func TestEmptyCSV(t *testing.T) {
	t.Parallel()
	w := call(exporting(io.Discard, func() api.CSV { return api.CSV{Header: []string{"id"}} }), "GET", "/v1/customers/export", "")
	require.Equal(t, "id\r\n", w.Body.String())
	w = call(exporting(io.Discard, func() api.CSV { return api.CSV{} }), "GET", "/v1/customers/export", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
}

func TestCSVErrorBeforeTheFirstRow(t *testing.T) {
	t.Parallel()
	a := exporting(io.Discard, func() api.CSV {
		return api.CSV{Filename: "x.csv", Header: []string{"id"}, Rows: rowsUntil(0, errors.ServiceUnavailable.New())}
	})
	w := call(a, "GET", "/v1/customers/export", "")
	require.Equal(t, 503, w.Code)
	require.JSONEq(t, `{"error":"ServiceUnavailable","detail":"Service Unavailable"}`, w.Body.String())
	require.Empty(t, w.Header().Get("Content-Disposition"))
}

func TestCSVErrorInTheMiddleCutsTheConnection(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	server := httptest.NewServer(exporting(&log, func() api.CSV {
		return api.CSV{Rows: rowsUntil(100_000, fmt.Errorf("the database went away"))}
	}))
	t.Cleanup(server.Close)
	r, err := http.NewRequest("GET", server.URL+"/v1/customers/export", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer x")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
	_, err = io.Copy(io.Discard, resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	server.Close() // waits for the handler
	require.Contains(t, log.String(), "the database went away")
}

func TestCSVInConstantMemory(t *testing.T) {
	t.Parallel()
	const rows = 1_000_000
	a := exporting(io.Discard, func() api.CSV { return api.CSV{Rows: rowsUntil(rows, nil)} })
	w := &countingWriter{header: http.Header{}}
	a.ServeHTTP(w, newRequest("GET", "/v1/customers/export", ""))
	require.Equal(t, rows, w.lines)
	require.Less(t, w.most, uint64(64<<20), "the whole export is %d bytes", w.bytes)
}

// countingWriter counts what it is sent, and looks at the heap now and then.
type countingWriter struct {
	header       http.Header
	lines, bytes int
	writes       int
	most         uint64
}

func (w *countingWriter) Header() http.Header { return w.header }
func (w *countingWriter) WriteHeader(int)     {}
func (w *countingWriter) Write(p []byte) (int, error) {
	w.lines += bytes.Count(p, []byte("\n"))
	w.bytes += len(p)
	if w.writes++; w.writes%1000 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.most = max(w.most, m.HeapInuse)
	}
	return len(p), nil
}

func TestStream(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Handle(root.Group("/v1"), "GET", "/invoice", canRead, func(context.Context, subject[admin], struct{}) (api.Stream, error) {
			return api.Stream{ContentType: "application/pdf", WriteTo: func(w io.Writer) error {
				_, err := io.WriteString(w, "%PDF")
				return err
			}}, nil
		}, api.Name("invoice"))
		api.Handle(root.Group("/v1"), "GET", "/plain", canRead, func(context.Context, subject[admin], struct{}) (api.Stream, error) {
			return api.Stream{}, nil
		}, api.Name("plain"))
	})
	w := call(a, "GET", "/v1/invoice", "")
	require.Equal(t, "application/pdf", w.Header().Get("Content-Type"))
	require.Equal(t, "%PDF", w.Body.String())
	w = call(a, "GET", "/v1/plain", "")
	require.Equal(t, "application/octet-stream", w.Header().Get("Content-Type"))
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		redirect api.Redirect
		status   int
		location string
	}{
		{api.Redirect{URL: "https://example.com/a?b=c"}, 303, "https://example.com/a?b=c"},
		{api.Redirect{URL: "/v1/customers/", Status: 308}, 308, "/v1/customers/"},
		{api.Redirect{}, 500, ""},
		{api.Redirect{URL: "https://exa mple.com"}, 500, ""},
		{api.Redirect{URL: "/x\r\nSet-Cookie: a=b"}, 500, ""},
		{api.Redirect{URL: "/v1", Status: 200}, 500, ""},
	} {
		a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.DiscardHandler)}, func(root *api.Group) {
			api.Post(root.Group("/v1"), "/go", canRead, func(context.Context, subject[admin], struct{}) (api.Redirect, error) {
				return c.redirect, nil
			}, api.Name("go"))
		})
		w := call(a, "POST", "/v1/go", "")
		require.Equal(t, c.status, w.Code, "%+v", c.redirect)
		require.Equal(t, c.location, w.Header().Get("Location"))
		if c.status == 500 {
			require.True(t, strings.HasPrefix(w.Body.String(), `{"error":"InternalServerError"`))
		}
	}
}
