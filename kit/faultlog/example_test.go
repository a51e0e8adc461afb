package faultlog_test

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/polarkit-go/polarkit/kit/faultlog"
)

func ExampleHandler() {
	faults := faultlog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // the example is the same at any time
			}
			return a
		},
	}))
	logger := slog.New(faults)
	for port := range 1000 {
		logger.Error("the database is away", "error", fmt.Errorf("dial from port %d: refused", 40000+port))
	}
	faults.Flush()
	// Output:
	// level=ERROR msg="the database is away" error="dial from port 40000: refused"
	// level=ERROR msg="the database is away" error="dial from port 40999: refused" repeated=999
}
