package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A field may keep the keys that no other field is read from. A reply has them again.
func Example_extra() {
	type Event struct {
		kit.Schema

		Name string              `json:"name"`
		More map[string]kit.Date `json:"-" extra:"allow"`
	}
	event, err := request.Decode[Event](post(`{"due":"2025-03-01","name":"sent","at":"2025-01-03"}`))
	fmt.Println(event.Name, event.More["at"], len(event.More), err)
	// Output: sent 2025-01-03 2 <nil>
}
