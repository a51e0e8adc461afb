package kit_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

func ExampleFaultLog() {
	faults := kit.NewFaultLog(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
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

// A renderer writes a fault that repeats once a minute, with any logger.
func TestErrorRendererCountsFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var plain, counting records
		for _, log := range []struct {
			out    *records
			logger *slog.Logger
		}{
			{&plain, plain.logger()},
			{&counting, slog.New(kit.NewFaultLog(counting.logger().Handler()))},
		} {
			away := func(path string, n int) {
				w := httptest.NewRecorder()
				err := errors.ServiceUnavailable.Wrap(fmt.Errorf("read tcp 127.0.0.1:%d: connection refused", n))
				kit.ErrorRenderer{Logger: log.logger}.Write(w, httptest.NewRequest(http.MethodGet, path, nil), err)
				require.Equal(t, 503, w.Code)
			}
			for i := range 500 {
				away(fmt.Sprint("/v1/customers/", i), 30000+i)
			}
			all := log.out.all(t)
			require.Len(t, all, 1)
			require.Equal(t, "/v1/customers/0", all[0]["path"])

			kit.ErrorRenderer{Logger: log.logger}.Write(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), errors.New("another"))
			require.Len(t, log.out.all(t), 1, "another fault is written")

			time.Sleep(time.Minute)
			synctest.Wait()
			all = log.out.all(t)
			require.Len(t, all, 1)
			require.InEpsilon(t, 499, all[0]["repeated"], 0)
			require.Equal(t, "/v1/customers/499", all[0]["path"])
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			require.Empty(t, log.out.all(t))
		}
	})
}
