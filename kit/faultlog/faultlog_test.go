package faultlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/slogtest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/faultlog"
)

// lines are what a logger wrote.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) all(t *testing.T) []map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []map[string]any
	decoder := json.NewDecoder(&l.buf)
	for {
		var line map[string]any
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, line)
	}
}

// pass lets a time pass, and all that is due in it happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// A minute of 300 failures a second is two lines, and all of them are counted.
func TestRepeatedFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lines
		log := slog.New(faultlog.New(slog.NewJSONHandler(&out, nil)))
		for i := range 300 * 59 {
			log.Error("the request failed", "path", fmt.Sprint("/v1/customers/", i), "status", 503,
				"error", fmt.Errorf("read tcp 127.0.0.1:%d->127.0.0.1:5432: connection refused", 30000+i%20000))
			time.Sleep(time.Second / 300)
		}
		last := time.Now().Add(-time.Second / 300)
		pass(5 * time.Second)
		all := out.all(t)
		require.Len(t, all, 2)
		require.Equal(t, "/v1/customers/0", all[0]["path"])
		require.NotContains(t, all[0], "repeated")
		require.Equal(t, "the request failed", all[1]["msg"])
		require.InEpsilon(t, 300*59-1, all[1]["repeated"], 0)
		require.Equal(t, fmt.Sprint("/v1/customers/", 300*59-1), all[1]["path"], "the last one")
		at, err := time.Parse(time.RFC3339Nano, all[1]["time"].(string))
		require.NoError(t, err)
		require.WithinDuration(t, last, at, time.Second, "the time of the last one")

		// The next interval goes on counting, and ends when nothing came.
		log.Error("the request failed", "status", 503, "error", errors.New("read tcp 127.0.0.1:1->127.0.0.1:5432: connection refused"))
		require.Empty(t, out.all(t))
		pass(time.Minute)
		require.InEpsilon(t, 1, out.all(t)[0]["repeated"], 0)
		pass(2 * time.Minute)
		require.Empty(t, out.all(t))
		log.Error("the request failed", "status", 503, "error", errors.New("read tcp 127.0.0.1:1->127.0.0.1:5432: connection refused"))
		require.Len(t, out.all(t), 1, "after a pause it is written at once")
		pass(2 * time.Minute)
	})
}

// What differs is written.
func TestDifferentFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lines
		log := slog.New(faultlog.New(slog.NewJSONHandler(&out, nil)))
		write := func() {
			log.Error("a", "error", "x")
			log.Error("b", "error", "x")
			log.Warn("a", "error", "x")
			log.Error("a", "error", "y")
			log.Error("a", "error", "x", "status", 500)
			log.Error("a", "error", "x", "status", 503)
			log.Error("a", "panic", "x", "stack", "f(0x1)\n\t/a.go:1 +0x1\n")
			log.Error("a", "panic", "x", "stack", "f(0x2)\n\t/a.go:2 +0x1\n")
			log.Error("a")
		}
		write()
		require.Len(t, out.all(t), 9)
		write()
		require.Empty(t, out.all(t))
		log.Error("a", "panic", "x", "stack", "f(0x3)\n\t/a.go:1 +0x2\n")
		require.Empty(t, out.all(t), "the arguments of a call do not count")
		for range 3 {
			log.Info("a")
			log.Debug("a")
		}
		require.Len(t, out.all(t), 3, "what is no fault is not counted")
		pass(time.Minute)
		require.Len(t, out.all(t), 9)
		pass(2 * time.Minute)
	})
}

// Ever new texts are a bounded number of lines too.
func TestEndlessFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lines
		log := slog.New(faultlog.New(slog.NewJSONHandler(&out, nil)))
		text := ""
		for i := range 1000 {
			text = "x" + text
			log.Error("a", "error", text[:min(len(text), 150)]+fmt.Sprint(" ", string(rune('a'+i%26)), string(rune('a'+i/26%26)), string(rune('a'+i/676))))
		}
		written := len(out.all(t))
		require.LessOrEqual(t, written, 101)
		pass(time.Minute)
		counted := 0
		for _, line := range out.all(t) {
			counted += int(line["repeated"].(float64))
		}
		require.Equal(t, 1000, written+counted, "nothing is lost")
		pass(2 * time.Minute)
		log.Error("a", "error", "other")
		require.Len(t, out.all(t), 1)
		pass(2 * time.Minute)
	})
}

func TestFlush(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lines
		handler := faultlog.New(slog.NewJSONHandler(&out, nil))
		log := slog.New(handler)
		log.Error("once")
		for i := range 5 {
			log.With("request", i).WithGroup("g").Error("often", "error", "x")
		}
		require.Len(t, out.all(t), 2)
		handler.Flush()
		all := out.all(t)
		require.Len(t, all, 1)
		require.InEpsilon(t, 4, all[0]["g"].(map[string]any)["repeated"], 0)
		handler.Flush()
		pass(2 * time.Minute)
		require.Empty(t, out.all(t))
	})
}

func TestConcurrentFaults(t *testing.T) {
	t.Parallel()
	var out lines
	handler := faultlog.New(slog.NewJSONHandler(&out, nil))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 100 {
				slog.New(handler).Error(fmt.Sprint("fault of kind ", i%2))
			}
		})
	}
	group.Wait()
	handler.Flush()
	total := 0
	for _, line := range out.all(t) {
		if repeated, ok := line["repeated"].(float64); ok {
			total += int(repeated)
		} else {
			total++
		}
	}
	require.Equal(t, 800, total)
}

func TestHandlerIsASlogHandler(t *testing.T) {
	t.Parallel()
	var out *lines
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out = &lines{}
		return faultlog.New(slog.NewJSONHandler(out, nil))
	}, func(t *testing.T) map[string]any { return out.all(t)[0] })
	require.False(t, faultlog.New(slog.DiscardHandler).Enabled(context.Background(), slog.LevelError))
}
