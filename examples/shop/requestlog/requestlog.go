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

// Middleware logs each request when it has been answered: method, path,
// status, size and duration, and what [Add] said of it on the way. The query
// is left out, because it may hold personal data. A reply that was cut off is marked
// as aborted. A status of 500 and above is a warning: the error renderer logs the
// error itself, with its cause.
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

// Add puts attributes, such as the subject, on the line of the request whose
// context this is. Of two with one key the later one stays. Outside
// [Middleware] it does nothing.
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

// after is the line's attributes after others, as a copy: a handler's goroutine
// may outlive its request.
func (l *line) after(attrs ...slog.Attr) []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(attrs, l.attrs)
}

// recorder notes what a handler answers.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Status is 200 for a handler that said nothing else, as net/http sends it.
func (w *recorder) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *recorder) WriteHeader(status int) {
	// Informational answers come before the one that counts.
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

// Unwrap gives http.ResponseController the writer below, to flush a stream.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
