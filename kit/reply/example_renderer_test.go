package reply_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// A client sees a neutral text. The log has the cause.
func ExampleRenderer() {
	renderer := reply.Renderer{Logger: slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // the example is the same at any time
			}
			return a
		},
	}))}
	h := renderer.Handler(func(http.ResponseWriter, *http.Request) error {
		return errors.New("the disk is full")
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/exports", nil))
	fmt.Println(w.Code, w.Body)
	// Output:
	// level=ERROR msg="the request failed" method=POST path=/exports status=500 error="the disk is full"
	// 500 {"error":"InternalServerError","detail":"Internal Server Error"}
}

// The middleware gives limits to handlers that use no other part of the library.
func ExampleRenderer_Middleware() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) { panic("a mistake") })
	h := reply.Renderer{Logger: slog.New(slog.DiscardHandler)}.Middleware(mux)

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 500 {"error":"InternalServerError","detail":"Internal Server Error"}
}
