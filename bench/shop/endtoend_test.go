package shop_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
	"github.com/polarkit-go/polarkit/examples/shop/server"
	"github.com/polarkit-go/polarkit/examples/shop/shoptest"
	"github.com/polarkit-go/polarkit/repository"
)

// rig holds both services over HTTP, on databases with the same rows.
type rig struct {
	services [2]*service // the shop and the hand-written one
	token    string
}

type service struct {
	url    string
	client *http.Client
}

var secret = []byte("a secret of thirty-two bytes or more")

func newRig(tb testing.TB) *rig {
	tb.Helper()
	keys, err := auth.NewKeys(auth.Key{ID: "bench", Secret: secret})
	require.NoError(tb, err)
	logger := slog.New(slog.NewTextHandler(io.Discard, nil)) //nolint:sloglint // both format lines

	pool := newPool(tb)
	shop, err := server.New(server.Config{Pool: pool, Keys: keys, Logger: logger})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, shop.Close(context.Background())) })
	peer := &handwritten{pool: pool, secret: secret, logger: logger}

	store, err := access.NewStore(pool)
	require.NoError(tb, err)
	issuer, err := auth.NewIssuer(access.Registry, keys, store)
	require.NoError(tb, err)
	issued, err := issuer.System("a test").Issue(tb.Context(), auth.Issue{
		Type: auth.PersonalAccessToken, Subject: auth.User{ID: seed.AcmeOwner.ID()}.Ref(), Scopes: access.AdminScopes(), Limit: credential.Unrestricted(),
	})
	require.NoError(tb, err)
	return &rig{services: [2]*service{newService(tb, shop), newService(tb, peer.routes())}, token: issued.Token.Reveal()}
}

// newPool makes the pool as the shop's command does. Both services use it.
func newPool(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	config, err := pgxpool.ParseConfig(shoptest.URL(tb))
	require.NoError(tb, err)
	repository.Configure(config)
	pool, err := pgxpool.NewWithConfig(tb.Context(), config)
	require.NoError(tb, err)
	tb.Cleanup(pool.Close)
	return pool
}

func newService(tb testing.TB, handler http.Handler) *service {
	tb.Helper()
	web := httptest.NewServer(handler)
	tb.Cleanup(web.Close)
	return &service{url: web.URL, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}}
}

// call is one request to an endpoint. The number n makes each one different.
type call struct {
	name   string
	method string
	path   func(n int64) string
	body   func(n int64) string
	status int
}

func constant(text string) func(int64) string { return func(int64) string { return text } }

var (
	someCustomers = seed.Customers(seed.Acme)
	someCustomer  = someCustomers[2].ID.String()
	someOrder     = seed.Orders(seed.Acme)[0].ID.String()
)

// anyCustomer returns another customer for each call: two requests that change the
// same row at the same time would wait for each other.
func anyCustomer(n int64) string {
	return "/v1/customers/" + someCustomers[int(uint64(n)%uint64(len(someCustomers)))].ID.String()
}

func calls() []call {
	return []call{
		{name: "customers_list", method: http.MethodGet, path: constant("/v1/customers/"), status: http.StatusOK},
		{name: "customers_list_20_filtered", method: http.MethodGet, path: constant("/v1/customers/?limit=20&sorting=-created_at,email&query=example"), status: http.StatusOK},
		{name: "customers_get", method: http.MethodGet, path: constant("/v1/customers/" + someCustomer), status: http.StatusOK},
		{name: "customers_update", method: http.MethodPatch, path: anyCustomer, status: http.StatusOK, body: func(n int64) string {
			return fmt.Sprintf(`{"name":"Annie %d"}`, n)
		}},
		{name: "customers_create_invalid", method: http.MethodPost, path: constant("/v1/customers/"), body: constant(`{}`), status: http.StatusUnprocessableEntity},
		{name: "orders_list", method: http.MethodGet, path: constant("/v1/orders/?status=paid&status=refunded"), status: http.StatusOK},
		{name: "orders_get", method: http.MethodGet, path: constant("/v1/orders/" + someOrder), status: http.StatusOK},
		{name: "unauthorized", method: http.MethodGet, path: constant("/v1/customers/"), status: http.StatusUnauthorized},
		// This is the last one, because PostgreSQL keeps a plan that it made for few customers.
		{name: "customers_create", method: http.MethodPost, path: constant("/v1/customers/"), status: http.StatusCreated, body: func(n int64) string {
			return fmt.Sprintf(`{"email":"bench%d@example.com","name":"Bench","metadata":{"n":%d,"plan":"pro"}}`, n, n)
		}},
	}
}

func (s *service) do(c call, token string, n int64) ([]byte, http.Header, error) {
	var body io.Reader = http.NoBody
	if c.body != nil {
		body = strings.NewReader(c.body(n))
	}
	request, err := http.NewRequest(c.method, s.url+c.path(n), body)
	if err != nil {
		return nil, nil, err
	}
	if c.body != nil {
		request.Header["Content-Type"] = []string{"application/json"}
	}
	if c.status != http.StatusUnauthorized {
		request.Header["Authorization"] = []string{"Bearer " + token}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != c.status {
		err = fmt.Errorf("%s %s: %s %s", c.method, c.path(n), response.Status, text)
	}
	return text, response.Header, err
}

// Both services must answer with the same bytes.
func TestSameAnswers(t *testing.T) {
	r := newRig(t)
	for i, c := range calls() {
		var answers [2][]byte
		var headers [2]http.Header
		for j, s := range r.services {
			n := int64(-1 - 2*i - j)
			text, header, err := s.do(c, r.token, n)
			require.NoError(t, err)
			header.Del("Date")
			answers[j], headers[j] = text, header
		}
		for _, header := range headers { // their times and numbers differ
			header.Del("Content-Length")
		}
		require.Equal(t, headers[1], headers[0], c.name)
		if c.method == http.MethodGet && c.status == http.StatusOK {
			require.JSONEq(t, string(answers[1]), string(answers[0]), c.name)
			require.Len(t, bytes.TrimSpace(answers[0]), len(bytes.TrimSpace(answers[1])), c.name)
		}
	}
}

// turn is how many requests of a service run before it is the other's turn.
const turn = 64

func BenchmarkEndToEnd(b *testing.B) {
	r := newRig(b)
	var numbers atomic.Int64
	for _, c := range calls() {
		b.Run(c.name, func(b *testing.B) {
			var took [2][]time.Duration
			for i := range r.services { // connections and statements
				r.run(b, i, c, 2*turn, &numbers)
			}
			runtime.GC()
			b.ResetTimer()
			for done := 0; done < b.N; done += turn {
				for i := range r.services {
					// They begin in turn, so that not always the same one has the other's garbage.
					i = (i + done/turn) % 2
					took[i] = append(took[i], r.run(b, i, c, turn, &numbers))
				}
			}
			shop, peer := median(took[0]), median(took[1])
			b.ReportMetric(float64(shop.Nanoseconds())/turn, "shop-ns/op")
			b.ReportMetric(float64(peer.Nanoseconds())/turn, "handwritten-ns/op")
			b.ReportMetric(float64(peer)/float64(shop), "shop/handwritten")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// median ignores the few turns in which the machine was busy with other work.
func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// run makes requests of one service from as many goroutines as there are CPUs,
// and returns how long they took together.
func (r *rig) run(b *testing.B, which int, c call, requests int, numbers *atomic.Int64) time.Duration {
	b.Helper()
	workers := runtime.GOMAXPROCS(0)
	failed := make(chan error, workers)
	var (
		group sync.WaitGroup
		left  atomic.Int64
	)
	left.Store(int64(requests))
	start := time.Now()
	for range workers {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if _, _, err := r.services[which].do(c, r.token, numbers.Add(1)); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	return took
}
