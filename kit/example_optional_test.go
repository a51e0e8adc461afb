package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Absent, null and a value stay apart.
func ExampleOptional() {
	type Change struct {
		kit.Schema

		Name kit.Optional[*string] `json:"name"`
	}
	for _, body := range []string{`{}`, `{"name":null}`, `{"name":"Ann"}`} {
		change, err := request.Decode[Change](post(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		switch name, sent := change.Name.Get(); {
		case !sent:
			fmt.Println("left alone")
		case name == nil:
			fmt.Println("removed")
		default:
			fmt.Println("set to", *name)
		}
	}
	// Output:
	// left alone
	// removed
	// set to Ann
}
