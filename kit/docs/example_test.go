package docs_test

import (
	"fmt"
	"net/http"

	"github.com/polarkit-go/polarkit/kit/docs"
)

// The page stands beside the API on any router.
func ExampleHandler() {
	a := newAPI("Shop API")
	mux := http.NewServeMux()
	mux.Handle("/v1/", a)
	mux.Handle("/docs/", docs.Handler(a))

	fmt.Println(get(mux, "GET", "/docs/").Code)
	fmt.Println(get(mux, "GET", "/docs/openapi.json").Header().Get("Content-Type"))
	// Output:
	// 200
	// application/json
}
