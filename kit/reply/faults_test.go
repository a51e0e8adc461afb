package reply_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/faultlog"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// A renderer writes a fault that repeats once a minute, with any logger.
func TestRendererCountsFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var plain, counting records
		for _, log := range []struct {
			out    *records
			logger *slog.Logger
		}{
			{&plain, plain.logger()},
			{&counting, slog.New(faultlog.New(counting.logger().Handler()))},
		} {
			away := func(path string, n int) {
				w := httptest.NewRecorder()
				err := errors.ServiceUnavailable.Wrap(fmt.Errorf("read tcp 127.0.0.1:%d: connection refused", n))
				reply.Renderer{Logger: log.logger}.Write(w, httptest.NewRequest(http.MethodGet, path, nil), err)
				require.Equal(t, 503, w.Code)
			}
			for i := range 500 {
				away(fmt.Sprint("/v1/customers/", i), 30000+i)
			}
			all := log.out.all(t)
			require.Len(t, all, 1)
			require.Equal(t, "/v1/customers/0", all[0]["path"])

			reply.Renderer{Logger: log.logger}.Write(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), errors.New("another"))
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
