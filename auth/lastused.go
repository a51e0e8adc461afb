package auth

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
)

const (
	// useGrain is how exactly the last use of a credential is known.
	useGrain = time.Minute
	// useQueue is the most uses that wait. More are dropped.
	useQueue = 1024
	// useTimeout bounds one write.
	useTimeout = 5 * time.Second
)

// recorder writes down when credentials were used, at most once per credential and
// minute. No request waits for it. Its goroutine lives only while there is something
// to write, so an authenticator that is no longer used leaks nothing.
type recorder struct {
	store  credential.Store
	logger *slog.Logger

	mu      sync.Mutex
	recent  map[uuid.UUID]time.Time // when a use was last taken; older than a grain does not matter
	queue   []queued
	running bool
	closed  bool
	idle    chan struct{} // closed when the goroutine ends, where somebody waits for it
}

type queued struct {
	id  uuid.UUID
	use credential.Use
}

func newRecorder(store credential.Store, logger *slog.Logger) *recorder {
	return &recorder{store: store, logger: logger, recent: map[uuid.UUID]time.Time{}}
}

func (r *recorder) record(c *credential.Credential, use credential.Use) {
	if use.Rehash.IsZero() && c.LastUsedAt != nil && use.At.Sub(*c.LastUsedAt) < useGrain {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.recent[c.ID]; r.closed || ok && use.At.Sub(last) < useGrain {
		return
	}
	if len(r.queue) >= useQueue {
		return
	}
	if len(r.recent) >= 4*useQueue {
		r.forget(use.At)
	}
	r.recent[c.ID] = use.At
	r.queue = append(r.queue, queued{c.ID, use})
	if !r.running {
		r.running = true
		go r.run()
	}
}

// forget drops what is older than the grain. If that is not enough it drops
// everything, and some uses are written twice in a minute.
func (r *recorder) forget(now time.Time) {
	for id, at := range r.recent {
		if now.Sub(at) >= useGrain {
			delete(r.recent, id)
		}
	}
	if len(r.recent) >= 4*useQueue {
		clear(r.recent)
	}
}

func (r *recorder) run() {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.running, r.queue = false, nil
			if r.idle != nil {
				close(r.idle)
				r.idle = nil
			}
			r.mu.Unlock()
			return
		}
		next := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		r.write(next)
	}
}

// write has a context of its own, because the request may have ended.
func (r *recorder) write(q queued) {
	ctx, cancel := context.WithTimeout(context.Background(), useTimeout)
	defer cancel()
	defer func() {
		if recover() != nil {
			r.logger.Error("auth: recording the use of a credential panicked", slog.String("credential", q.id.String()))
		}
	}()
	if err := r.store.Used(ctx, q.id, q.use); err != nil {
		r.logger.Warn("auth: the use of a credential was not recorded", slog.String("credential", q.id.String()), slog.Any("error", err))
	}
}

func (r *recorder) close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	if !r.running {
		r.mu.Unlock()
		return nil
	}
	if r.idle == nil {
		r.idle = make(chan struct{})
	}
	idle := r.idle
	r.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return errors.Join(errors.New("auth: Close: some uses are not recorded"), ctx.Err())
	}
}
