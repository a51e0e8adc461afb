package request_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type EventFilter struct {
	kit.Schema

	Names []string `json:"names"`
	Since int      `json:"since" default:"0"`
}

// The text of a query parameter may be JSON, as in ?filter={"names":["paid"]}.
func ExampleBind_jsonParameter() {
	type listEvents struct {
		Filter kit.Optional[EventFilter] `query:"filter" content:"json"`
	}
	for _, filter := range []string{`{"names":["paid"],"since":5}`, `{"names":["paid",7]}`} {
		r := httptest.NewRequest(http.MethodGet, "/?filter="+url.QueryEscape(filter), nil)
		in, err := request.Bind[listEvents](r)
		details, _ := errors.DetailsOf(err)
		for _, detail := range details {
			fmt.Println(detail.Loc, detail.Msg)
		}
		if err == nil {
			fmt.Println(in.Filter.Or(EventFilter{}).Names)
		}
	}
	// Output:
	// [paid]
	// query.filter.names.1 Input should be a valid string
}
