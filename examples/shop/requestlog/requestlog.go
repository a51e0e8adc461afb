// Package requestlog writes one structured line for each request.
package requestlog

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Middleware logs each request after its answer: method, path, status, size and
// duration, and the attributes of [Add]. It does not log the query, which may have
// personal data. A reply that was cut off is marked as aborted. A status of 500 and above
// is a warning. The error renderer logs the error itself, with its cause.
func Middleware(logger *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			line := &line{}
			recorder := &recorder{ResponseWriter: w}
			r = r.WithContext(context.WithValue(r.Context(), lineKey{}, line))
			method, path := r.Method, r.URL.Path

			aborted := true
			defer func() {
				level := slog.LevelInfo
				if recorder.status >= http.StatusInternalServerError {
					level = slog.LevelWarn
				}
				attrs := line.after(
					slog.String("method", method),
					slog.String("path", path),
					slog.Int("status", recorder.Status()),
					slog.Int64("bytes", recorder.bytes),
					slog.Duration("duration", time.Since(start)),
				)
				if aborted {
					attrs = append(attrs, slog.Bool("aborted", true))
				}
				logger.LogAttrs(r.Context(), level, "request", attrs...)
			}()
			next.ServeHTTP(recorder, r)
			aborted = false
		})
	}
}

// Add adds attributes, such as the subject, to the line of the context's request. A
// later attribute replaces an earlier one with the same key. Outside of [Middleware] Add
// does nothing.
func Add(ctx context.Context, attrs ...slog.Attr) {
	line, ok := ctx.Value(lineKey{}).(*line)
	if !ok {
		return
	}
	line.mu.Lock()
	defer line.mu.Unlock()
	for _, attr := range attrs {
		line.attrs = slices.DeleteFunc(line.attrs, func(have slog.Attr) bool { return have.Key == attr.Key })
		line.attrs = append(line.attrs, attr)
	}
}

type lineKey struct{}

type line struct {
	mu    sync.Mutex
	attrs []slog.Attr
}

// after returns the line's attributes after others. It is a copy, because a goroutine of
// a handler may still add attributes.
func (l *line) after(attrs ...slog.Attr) []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(attrs, l.attrs)
}

// recorder records the status and the size of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Status is the status of the answer. Without WriteHeader net/http sends 200.
func (w *recorder) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *recorder) WriteHeader(status int) {
	// Informational answers come before the final one.
	if w.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(data)
	w.bytes += int64(n)
	return n, err
}

// Unwrap returns the writer below, with which http.ResponseController flushes a stream.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
