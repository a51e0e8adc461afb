package pagination_test

import (
	"encoding/json"
	"fmt"

	"github.com/polarkit-go/polarkit/pagination"
)

func ExampleNewListResource() {
	names := []string{"Ada", "Grace"}
	list := pagination.NewListResource(names, 25, pagination.NewParams(1, 2))
	body, err := json.Marshal(list)
	fmt.Println(string(body), err)
	// Output: {"items":["Ada","Grace"],"pagination":{"total_count":25,"max_page":13}} <nil>
}

func ExampleMapListResource() {
	rows := pagination.NewListResource([]int{1, 2, 3}, 3, pagination.Params{})
	list := pagination.MapListResource(rows, func(n int) string { return fmt.Sprintf("item %d", n) })
	fmt.Printf("%q of %d\n", list.Items, list.Pagination.TotalCount)
	// Output: ["item 1" "item 2" "item 3"] of 3
}

func ExampleCursors() {
	cursors, err := pagination.NewCursors([]byte("thirty-two secret random bytes!!"))
	if err != nil {
		fmt.Println(err)
		return
	}
	last := "2025-01-03T13:37:00Z"
	cursor := cursors.Seal("customers -created_at", pagination.Position{&last})

	position, err := cursors.Open("customers -created_at", cursor)
	fmt.Println(*position[0], err)
	_, err = cursors.Open("customers name", cursor)
	fmt.Println(err)
	// Output:
	// 2025-01-03T13:37:00Z <nil>
	// PolarRequestValidationError: value_error at query.cursor
}
