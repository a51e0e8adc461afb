package request_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// All that is wrong with a request is reported in one reply.
func ExampleBind() {
	type CustomerUpdate struct {
		kit.Schema `doc:"A change to a customer."`

		Email kit.Optional[string]  `json:"email" validate:"email"`
		Name  kit.Optional[*string] `json:"name" validate:"max=256"`
	}
	type UpdateCustomer struct {
		ID     uuid.UUID `path:"id"`
		Notify bool      `query:"notify" default:"false"`
		Body   CustomerUpdate
	}
	mux := http.NewServeMux()
	mux.Handle("PATCH /customers/{id}", reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		in, err := request.Bind[UpdateCustomer](r)
		if err != nil {
			return err
		}
		name, sent := in.Body.Name.Get()
		return reply.JSON(w, http.StatusOK, map[string]any{"remove_name": sent && name == nil, "notify": in.Notify})
	}))

	send := func(target, body string) {
		r := httptest.NewRequest(http.MethodPatch, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	send("/customers/992fae2a-2a17-4b7a-8d9e-e287cf90131b?notify=yes", `{"name":null}`)
	send("/customers/1?notify=maybe", `{"name":5}`)
	// Output:
	// 200 {"notify":true,"remove_name":true}
	// 422 {"error":"PolarRequestValidationError","detail":[{"type":"uuid_parsing","loc":["path","id"],"msg":"Input should be a valid UUID, invalid length: expected length 32 for simple format, found 1","input":"1","ctx":{"error":"invalid length: expected length 32 for simple format, found 1"}},{"type":"bool_parsing","loc":["query","notify"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe"},{"type":"string_type","loc":["body","name"],"msg":"Input should be a valid string","input":5}]}
}
