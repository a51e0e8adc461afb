package kit_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/polarkit-go/polarkit/kit"
)

// A test makes a file for the handler that it calls.
func ExampleNewFile() {
	file := kit.NewFile("notes.txt", "text/plain", strings.NewReader("read me"), 7)
	content, err := io.ReadAll(file.Open())
	fmt.Println(file.Name, file.Size, string(content), err)
	// Output: notes.txt 7 read me <nil>
}
