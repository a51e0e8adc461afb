package reply

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/faultlog"
	"github.com/polarkit-go/polarkit/kit/internal/faults"
	"github.com/polarkit-go/polarkit/kit/internal/response"
)

// statusClientClosedRequest is what nginx logs for a client that went away. Only
// middlewares and logs see it.
const statusClientClosedRequest = 499

// Renderer answers with errors, always in one of two shapes:
//
//	{"error":"ResourceNotFound","detail":"Not found"}
//	{"error":"PolarRequestValidationError","detail":[{"type":"missing","loc":["body","email"],"msg":"Field required","input":{}}]}
//
// A client sees the kind of an error, the text of the kind and the errors of its
// request's data. Causes go to the log. The zero value is ready.
type Renderer struct {
	// Logger gets what a client does not see. Nil means slog.Default(). An error that
	// repeats is written once a minute, with the number of its repetitions: see package
	// kit/faultlog.
	Logger *slog.Logger
}

// Error is [Renderer.Write] with the default logger.
func Error(w http.ResponseWriter, r *http.Request, err error) {
	Renderer{}.Write(w, r, err)
}

// Write replies with an error. The first of these that fits decides:
//
//   - An errors.PolarError or errors.Kind is in the tree of err: the first of them, with
//     its headers.
//   - An errors.PolarRequestValidationError with details is in the tree: 422 with the
//     details of all of them, in their order. What else is joined with them is logged as
//     an error.
//   - An http.MaxBytesError: 413.
//   - A deadline that has passed: 503.
//   - Anything else: 500 with a neutral text. A nil pointer of one of these types that
//     has become an error by accident is among these.
//
// A status from 500 up is logged as an error, with the cause and with the method and
// the path of the request. Other errors that have a cause are logged at debug level.
//
// When the client has gone away, failures are a consequence of that, and nobody reads a
// reply. The status is 499 without a body then, and err is logged at debug level.
//
// When the reply has begun already, as far as that is known (see [Renderer.Handler]), err
// is logged and the connection is cut with the panic http.ErrAbortHandler. Otherwise the
// client would take a part for the whole.
//
// The reply to a HEAD request has no body. A nil error does nothing.
func (e Renderer) Write(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	polar, details, rest := answerTo(err)
	kind := errors.RequestValidation
	if polar != nil {
		kind = polar.Kind()
	}
	begun := response.Started(w)
	switch {
	case (begun || kind.Status() >= http.StatusInternalServerError) && clientLeft(w, r):
		e.log(r, slog.LevelDebug, "the client went away", slog.Any("error", err))
		if begun {
			response.Abort(w, r)
		}
		w.WriteHeader(statusClientClosedRequest)
		return
	case begun:
		e.log(r, slog.LevelError, "the request failed after its reply had begun", slog.Any("error", err))
		response.Abort(w, r)
	}
	e.report(r, kind, err, rest)
	answer(w, r, polar, details)
}

// clientLeft reports whether the client does not wait for its reply any more: its
// request is cancelled, or what was written did not reach it.
func clientLeft(w http.ResponseWriter, r *http.Request) bool {
	return errors.Is(r.Context().Err(), context.Canceled) || response.Failed(w) != nil
}

// answerTo returns the error to answer with. It is nil where the answer is the errors of
// the request's data; rest is then what was joined with these.
func answerTo(err error) (polar *errors.PolarError, details []errors.ValidationError, rest error) {
	if polar := errors.PolarErrorOf(err); polar != nil {
		return polar, nil, nil
	}
	if details, rest := errors.DetailsOf(err); len(details) > 0 {
		return nil, details, rest
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errors.RequestBodyTooLarge.New(), nil, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.ServiceUnavailable.New(), nil, nil
	}
	return errors.InternalServerError.New(), nil, nil
}

// answer writes the error. Where it is nil, it writes the errors of the request's data.
func answer(w http.ResponseWriter, r *http.Request, polar *errors.PolarError, details []errors.ValidationError) {
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	defer buffers.Put(buffer)
	status, body := errors.RequestValidation.Status(), (*buffer)[:0]
	header := w.Header()
	// The handler has set these for a body that is not sent now.
	header.Del("ETag")
	header.Del("Last-Modified")
	if polar != nil {
		status = polar.Kind().Status()
		body = appendError(body, polar.Kind().Name(), polar.Detail())
		for name, value := range polar.Headers() {
			header.Add(name, value)
		}
	} else {
		body = appendValidation(body, details)
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		header.Set("Cache-Control", "no-store") // the next caller, or a later time, may get another answer
	}
	send(w, status, body, r.Method != http.MethodHead)
	keep(buffer, body)
}

// report logs what the client does not see.
func (e Renderer) report(r *http.Request, kind *errors.Kind, err, rest error) {
	switch {
	case kind.Status() >= http.StatusInternalServerError:
		e.log(r, slog.LevelError, "the request failed", slog.Int("status", kind.Status()), slog.Any("error", err))
	case rest != nil:
		e.log(r, slog.LevelError, "the request was refused, and a part of it failed", slog.Int("status", kind.Status()), slog.Any("error", err))
	case errors.Unwrap(err) != nil:
		e.log(r, slog.LevelDebug, "the request was refused", slog.Int("status", kind.Status()), slog.Any("error", err))
	}
}

// repeated counts the faults of all renderers, because a renderer is a plain value without
// room for a table. The table forgets a fault that did not repeat for a minute.
var repeated faults.Table //nolint:gochecknoglobals // see above

func (e Renderer) log(r *http.Request, level slog.Level, message string, attributes ...slog.Attr) {
	logger := e.Logger
	if logger == nil {
		logger = slog.Default()
	}
	if !logger.Enabled(r.Context(), level) {
		return
	}
	record := slog.NewRecord(time.Now(), level, message, 0)
	record.AddAttrs(slog.String("method", r.Method), slog.String("path", r.URL.Path))
	if r.Pattern != "" {
		record.AddAttrs(slog.String("route", r.Pattern)) // one line for each route that fails
	}
	record.AddAttrs(attributes...)
	handler := logger.Handler()
	if _, counts := handler.(*faultlog.Handler); counts {
		_ = handler.Handle(r.Context(), record)
		return
	}
	_ = repeated.Handle(r.Context(), logger, handler, record)
}

// Recover answers for a handler that panics. Defer it directly:
//
//	defer renderer.Recover(w, r)
//
// The panic becomes a 500 in the shape of every error, and goes to the log with its
// stack. When the reply has begun already (see [Renderer.Handler]), the connection is cut
// with the panic http.ErrAbortHandler, so that the client does not take a part for the
// whole. A handler's own http.ErrAbortHandler passes through.
func (e Renderer) Recover(w http.ResponseWriter, r *http.Request) {
	value := recover()
	if value == nil {
		return
	}
	if value == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
		panic(value)
	}
	e.log(r, slog.LevelError, "the handler panicked", slog.Any("panic", value), slog.String("stack", string(debug.Stack())))
	if response.Started(w) {
		response.Abort(w, r)
	}
	answer(w, r, errors.InternalServerError.New(), nil)
}
