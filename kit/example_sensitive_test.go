package kit_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// What is tagged as sensitive is in no reply, not even inside of another value.
func ExampleSchema_sensitive() {
	type Login struct {
		kit.Schema

		User     string `json:"user"`
		Password string `json:"password" sensitive:"true" validate:"min=12"`
	}
	r := post(`{"password":"secret"}`)
	_, err := request.Decode[Login](r)
	w := httptest.NewRecorder()
	reply.Error(w, r, err)
	fmt.Println(w.Body)
	// Output: {"error":"PolarRequestValidationError","detail":[{"type":"missing","loc":["body","user"],"msg":"Field required","input":{"password":"**********"}},{"type":"string_too_short","loc":["body","password"],"msg":"String should have at least 12 characters","input":"**********","ctx":{"min_length":12}}]}
}
