package shop_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// handwritten is the service that a careful author writes without this library, one
// statement after the other. It has an answer for every mistake of a client.
type handwritten struct {
	pool   *pgxpool.Pool
	secret []byte
	logger *slog.Logger
}

func (h *handwritten) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/customers/{$}", h.endpoint("customers:read", h.listCustomers))
	mux.HandleFunc("POST /v1/customers/{$}", h.endpoint("customers:write", h.createCustomer))
	mux.HandleFunc("GET /v1/customers/{id}", h.endpoint("customers:read", h.getCustomer))
	mux.HandleFunc("PATCH /v1/customers/{id}", h.endpoint("customers:write", h.updateCustomer))
	mux.HandleFunc("DELETE /v1/customers/{id}", h.endpoint("customers:write", h.deleteCustomer))
	mux.HandleFunc("GET /v1/orders/{$}", h.endpoint("orders:read", h.listOrders))
	mux.HandleFunc("GET /v1/orders/{id}", h.endpoint("orders:read", h.getOrder))
	return h.logged(mux)
}

type failure struct {
	status int
	Name   string `json:"error"`
	Detail any    `json:"detail"`
}

func (f *failure) Error() string { return f.Name }

type problem struct {
	Type  string `json:"type"`
	Loc   []any  `json:"loc"`
	Msg   string `json:"msg"`
	Input any    `json:"input"`
}

func invalid(problems ...problem) error {
	return &failure{status: http.StatusUnprocessableEntity, Name: "PolarRequestValidationError", Detail: problems}
}

var errNotFound = &failure{status: http.StatusNotFound, Name: "ResourceNotFound", Detail: "Not found"}

type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(data []byte) (int, error) {
	n, err := w.ResponseWriter.Write(data)
	w.bytes += int64(n)
	return n, err
}

// caller is the user, and the organizations that the token is limited to.
type caller struct {
	id            uuid.UUID
	unrestricted  bool
	organizations []uuid.UUID
}

type userKey struct{}

func (h *handwritten) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		writer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		user := new(caller)
		next.ServeHTTP(writer, r.WithContext(context.WithValue(r.Context(), userKey{}, user)))
		h.logger.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
			slog.Int("status", writer.status), slog.Int64("bytes", writer.bytes), slog.Duration("duration", time.Since(start)), slog.String("subject", "user:"+user.id.String()))
	})
}

// endpoint authenticates, calls the handler for the user, and answers with what
// it returns.
func (h *handwritten) endpoint(scope string, handle func(r *http.Request, user *caller) (int, any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
		defer cancel()
		r = r.WithContext(ctx)
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		user, err := h.authenticate(r, scope)
		var (
			status int
			body   any
		)
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, 10<<20)
			status, body, err = handle(r, user)
		}
		if err != nil {
			var f *failure
			if !errors.As(err, &f) {
				h.logger.ErrorContext(ctx, "failed", "error", err)
				f = &failure{status: http.StatusInternalServerError, Name: "InternalServerError", Detail: "Internal Server Error"}
			}
			status, body = f.status, f
			if status == http.StatusUnauthorized || status == http.StatusForbidden {
				w.Header().Set("Cache-Control", "no-store")
				w.Header().Set("WWW-Authenticate", `Bearer realm="shop"`)
				if r.Header.Get("Authorization") == "" {
					w.Header().Set("Vary", "Cookie")
				}
			}
		}
		if status == http.StatusNoContent {
			w.WriteHeader(status)
			return
		}
		text, err := json.Marshal(body)
		if err != nil {
			h.logger.ErrorContext(ctx, "failed", "error", err)
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}
}

func (h *handwritten) authenticate(r *http.Request, scope string) (*caller, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, &failure{status: http.StatusUnauthorized, Name: "Unauthorized", Detail: "Unauthorized"}
	}
	mac := hmac.New(sha256.New, h.secret)
	mac.Write([]byte(token))
	sum := mac.Sum(nil)
	var (
		user             caller
		scopes           []string
		hash             []byte
		expires, revoked *time.Time
		gone             bool
	)
	err := h.pool.QueryRow(r.Context(), `
		SELECT subject_id, unrestricted, organization_ids, scopes, hash, expires_at, revoked_at,
			NOT EXISTS (SELECT FROM users u WHERE u.id = subject_id AND u.deleted_at IS NULL)
		FROM auth_credentials WHERE hash = $1 AND kind = 'personal_access_token'`, sum).
		Scan(&user.id, &user.unrestricted, &user.organizations, &scopes, &hash, &expires, &revoked, &gone)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	if err != nil || !hmac.Equal(hash, sum) || gone || revoked != nil || expires != nil && !time.Now().Before(*expires) {
		return nil, &failure{status: http.StatusUnauthorized, Name: "InvalidToken", Detail: "The credential is not valid."}
	}
	if !slices.Contains(scopes, scope) && (scope != "customers:read" || !slices.Contains(scopes, "customers:write")) {
		return nil, &failure{status: http.StatusForbidden, Name: "InsufficientScope", Detail: "The credential does not have the scope that is needed."}
	}
	*r.Context().Value(userKey{}).(*caller) = user
	return &user, nil
}

// reached returns the organizations of the user, within the limit of the token.
func (h *handwritten) reached(ctx context.Context, user *caller) ([]uuid.UUID, error) {
	rows, err := h.pool.Query(ctx, `
		SELECT m.organization_id FROM memberships m JOIN organizations o ON o.id = m.organization_id
		WHERE m.user_id = $1 AND o.deleted_at IS NULL`, user.id)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if !user.unrestricted {
		found = slices.DeleteFunc(found, func(id uuid.UUID) bool { return !slices.Contains(user.organizations, id) })
	}
	return found, err
}

type list[T any] struct {
	Items      []T        `json:"items"`
	Pagination pagination `json:"pagination"`
}

type pagination struct {
	TotalCount int64 `json:"total_count"`
	MaxPage    int64 `json:"max_page"`
}

func page(r *http.Request) (page, limit int64, problems []problem) {
	page, limit = 1, 10
	query := r.URL.Query()
	for name, to := range map[string]*int64{"page": &page, "limit": &limit} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil:
			problems = append(problems, problem{"int_parsing", []any{"query", name}, "Input should be a valid integer, unable to parse string as an integer", text})
		case n < 1:
			problems = append(problems, problem{"greater_than", []any{"query", name}, "Input should be greater than 0", text})
		default:
			*to = n
		}
	}
	return page, min(limit, 100), problems
}

func orderBy(r *http.Request, columns map[string]string) (string, []problem) {
	var terms []string
	sorting := r.URL.Query().Get("sorting")
	if sorting == "" {
		sorting = "-created_at"
	}
	for i, name := range strings.Split(sorting, ",") {
		property, descending := strings.CutPrefix(name, "-")
		column, ok := columns[property]
		if !ok {
			return "", []problem{{"enum", []any{"query", "sorting", i}, "Input should be one of the properties", name}}
		}
		if descending {
			column += " DESC"
		}
		terms = append(terms, column)
	}
	last := "id"
	if strings.HasSuffix(terms[len(terms)-1], " DESC") {
		last = "id DESC"
	}
	return strings.Join(append(terms, last), ", "), nil
}

// owned is the condition on the owner, and its argument.
func (h *handwritten) owned(ctx context.Context, user *caller) (string, any, error) {
	organizations, err := h.reached(ctx, user)
	if len(organizations) == 1 {
		return "organization_id = $1", organizations[0], err
	}
	return "organization_id = ANY ($1)", organizations, err
}

// counted asks for the number of rows and a page of them in one round trip.
func counted[T any](ctx context.Context, h *handwritten, table, columns, where, order string, args []any, page, limit int64, scan func(pgx.CollectableRow) (T, error)) (list[T], error) {
	batch := &pgx.Batch{}
	batch.Queue("SELECT count(*) FROM "+table+" WHERE "+where, args...)
	batch.Queue(fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT $%d OFFSET $%d", columns, table, where, order, len(args)+1, len(args)+2),
		append(args, limit, (page-1)*limit)...)
	results := h.pool.SendBatch(ctx, batch)
	defer results.Close()
	var total int64
	if err := results.QueryRow().Scan(&total); err != nil {
		return list[T]{}, err
	}
	rows, err := results.Query()
	if err != nil {
		return list[T]{}, err
	}
	items, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return list[T]{}, err
	}
	if items == nil {
		items = []T{}
	}
	return list[T]{Items: items, Pagination: pagination{TotalCount: total, MaxPage: (total + limit - 1) / limit}}, results.Close()
}

type customer struct {
	CreatedAt      time.Time       `json:"created_at"`
	UpdatedAt      *time.Time      `json:"updated_at"`
	ID             uuid.UUID       `json:"id"`
	ExternalID     *string         `json:"external_id"`
	Email          string          `json:"email"`
	EmailVerified  bool            `json:"email_verified"`
	Name           *string         `json:"name"`
	BillingAddress *address        `json:"billing_address"`
	OrganizationID uuid.UUID       `json:"organization_id"`
	Metadata       json.RawMessage `json:"metadata"`
}

type address struct {
	Country    string  `json:"country"`
	Line1      *string `json:"line1"`
	Line2      *string `json:"line2"`
	PostalCode *string `json:"postal_code"`
	City       *string `json:"city"`
	State      *string `json:"state"`
}

const customerColumns = "created_at, updated_at, id, external_id, email, email_verified, name, billing_address, organization_id, metadata"

func scanCustomer(row pgx.CollectableRow) (c customer, err error) {
	return c, row.Scan(&c.CreatedAt, &c.UpdatedAt, &c.ID, &c.ExternalID, &c.Email, &c.EmailVerified, &c.Name, &c.BillingAddress, &c.OrganizationID, &c.Metadata)
}

var customerSorting = map[string]string{"created_at": "created_at", "email": "lower(email)", "name": "lower(name)"}

func (h *handwritten) listCustomers(r *http.Request, user *caller) (int, any, error) {
	page, limit, problems := page(r)
	order, more := orderBy(r, customerSorting)
	if problems = append(problems, more...); len(problems) > 0 {
		return 0, nil, invalid(problems...)
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	args := []any{owner}
	query := r.URL.Query()
	if email := query.Get("email"); email != "" {
		args = append(args, email)
		where += fmt.Sprintf(" AND lower(email) = lower($%d)", len(args))
	}
	if text := query.Get("query"); text != "" {
		args = append(args, "%"+text+"%")
		where += fmt.Sprintf(" AND (name ILIKE $%d OR email ILIKE $%[1]d)", len(args))
	}
	found, err := counted(r.Context(), h, "customers", customerColumns, where+" AND deleted_at IS NULL", order, args, page, limit, scanCustomer)
	return http.StatusOK, found, err
}

// one runs a statement that gives one customer.
func (h *handwritten) one(ctx context.Context, sql string, args ...any) (customer, error) {
	rows, err := h.pool.Query(ctx, sql, args...)
	if err != nil {
		return customer{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanCustomer)
	if errors.Is(err, pgx.ErrNoRows) {
		return customer{}, errNotFound
	}
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == "23505" {
		return customer{}, invalid(problem{"value_error", []any{"body", "email"}, "This value already exists.", nil})
	}
	return found, err
}

func id(r *http.Request) (uuid.UUID, error) {
	parsed, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return parsed, invalid(problem{"uuid_parsing", []any{"path", "id"}, "Input should be a valid UUID", r.PathValue("id")})
	}
	return parsed, nil
}

func (h *handwritten) getCustomer(r *http.Request, user *caller) (int, any, error) {
	id, err := id(r)
	if err != nil {
		return 0, nil, err
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	found, err := h.one(r.Context(), "SELECT "+customerColumns+" FROM customers WHERE "+where+" AND id = $2 AND deleted_at IS NULL", owner, id)
	return http.StatusOK, found, err
}

func (h *handwritten) createCustomer(r *http.Request, user *caller) (int, any, error) {
	var in struct {
		Email          *string         `json:"email"`
		Name           *string         `json:"name"`
		ExternalID     *string         `json:"external_id"`
		BillingAddress *address        `json:"billing_address"`
		OrganizationID *uuid.UUID      `json:"organization_id"`
		Metadata       json.RawMessage `json:"metadata"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return 0, nil, invalid(problem{"json_invalid", []any{"body"}, "JSON decode error", map[string]any{}})
	}
	var problems []problem
	if in.Email == nil {
		problems = append(problems, problem{"missing", []any{"body", "email"}, "Field required", map[string]any{}})
	} else if _, err := mail.ParseAddress(*in.Email); err != nil {
		problems = append(problems, problem{"value_error", []any{"body", "email"}, "value is not a valid email address", *in.Email})
	}
	if in.Name != nil && len([]rune(*in.Name)) > 256 {
		problems = append(problems, problem{"string_too_long", []any{"body", "name"}, "String should have at most 256 characters", *in.Name})
	}
	if len(problems) > 0 {
		return 0, nil, invalid(problems...)
	}
	organizations, err := h.reached(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case in.OrganizationID == nil && len(organizations) == 1:
		in.OrganizationID = &organizations[0]
	case in.OrganizationID == nil:
		problems = append(problems, problem{"missing", []any{"body", "organization_id"}, "Field required", nil})
	case !slices.Contains(organizations, *in.OrganizationID):
		problems = append(problems, problem{"value_error", []any{"body", "organization_id"}, "Organization not found.", *in.OrganizationID})
	}
	if len(problems) > 0 {
		return 0, nil, invalid(problems...)
	}
	if in.Metadata == nil {
		in.Metadata = json.RawMessage(`{}`)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return 0, nil, err
	}
	created, err := h.one(r.Context(), `
		INSERT INTO customers (id, created_at, organization_id, external_id, email, name, billing_address, metadata)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING `+customerColumns,
		id, time.Now(), in.OrganizationID, in.ExternalID, in.Email, in.Name, in.BillingAddress, in.Metadata)
	return http.StatusCreated, created, err
}

func (h *handwritten) updateCustomer(r *http.Request, user *caller) (int, any, error) {
	id, err := id(r)
	if err != nil {
		return 0, nil, err
	}
	// Absent and null are different.
	var in map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return 0, nil, invalid(problem{"json_invalid", []any{"body"}, "JSON decode error", map[string]any{}})
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	args := []any{owner, id, time.Now()}
	set := "updated_at = $3"
	if text, ok := in["name"]; ok {
		var name *string
		if json.Unmarshal(text, &name) != nil || name != nil && len([]rune(*name)) > 256 {
			return 0, nil, invalid(problem{"string_type", []any{"body", "name"}, "Input should be a valid string", text})
		}
		args = append(args, name)
		set += fmt.Sprintf(", name = $%d", len(args))
	}
	if text, ok := in["email"]; ok {
		var email *string
		if json.Unmarshal(text, &email) != nil || email == nil {
			return 0, nil, invalid(problem{"string_type", []any{"body", "email"}, "Input should be a valid string", text})
		}
		if _, err := mail.ParseAddress(*email); err != nil {
			return 0, nil, invalid(problem{"value_error", []any{"body", "email"}, "value is not a valid email address", *email})
		}
		args = append(args, email)
		set += fmt.Sprintf(", email = $%d", len(args))
	}
	updated, err := h.one(r.Context(), "UPDATE customers SET "+set+" WHERE "+where+" AND id = $2 AND deleted_at IS NULL RETURNING "+customerColumns, args...)
	return http.StatusOK, updated, err
}

func (h *handwritten) deleteCustomer(r *http.Request, user *caller) (int, any, error) {
	id, err := id(r)
	if err != nil {
		return 0, nil, err
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	tag, err := h.pool.Exec(r.Context(), "UPDATE customers SET deleted_at = $3, updated_at = $3 WHERE "+where+" AND id = $2 AND deleted_at IS NULL", owner, id, time.Now())
	if err == nil && tag.RowsAffected() == 0 {
		err = errNotFound
	}
	return http.StatusNoContent, nil, err
}

type order struct {
	CreatedAt      time.Time       `json:"created_at"`
	UpdatedAt      *time.Time      `json:"updated_at"`
	ID             uuid.UUID       `json:"id"`
	Status         string          `json:"status"`
	Paid           bool            `json:"paid"`
	SubtotalAmount int64           `json:"subtotal_amount"`
	DiscountAmount int64           `json:"discount_amount"`
	NetAmount      int64           `json:"net_amount"`
	TaxAmount      int64           `json:"tax_amount"`
	TotalAmount    int64           `json:"total_amount"`
	RefundedAmount int64           `json:"refunded_amount"`
	Currency       string          `json:"currency"`
	BillingReason  string          `json:"billing_reason"`
	InvoiceNumber  string          `json:"invoice_number"`
	CustomerID     uuid.UUID       `json:"customer_id"`
	OrganizationID uuid.UUID       `json:"organization_id"`
	Metadata       json.RawMessage `json:"metadata"`
}

const orderColumns = `created_at, updated_at, id, status, subtotal_amount, discount_amount, tax_amount, refunded_amount,
	currency, billing_reason, invoice_number, customer_id, organization_id, metadata`

func scanOrder(row pgx.CollectableRow) (o order, err error) {
	err = row.Scan(&o.CreatedAt, &o.UpdatedAt, &o.ID, &o.Status, &o.SubtotalAmount, &o.DiscountAmount, &o.TaxAmount, &o.RefundedAmount,
		&o.Currency, &o.BillingReason, &o.InvoiceNumber, &o.CustomerID, &o.OrganizationID, &o.Metadata)
	o.Paid = o.Status != "pending"
	o.NetAmount = o.SubtotalAmount - o.DiscountAmount
	o.TotalAmount = o.NetAmount + o.TaxAmount
	return o, err
}

func (h *handwritten) listOrders(r *http.Request, user *caller) (int, any, error) {
	page, limit, problems := page(r)
	order, more := orderBy(r, map[string]string{"created_at": "created_at", "status": "status", "invoice_number": "invoice_number"})
	if problems = append(problems, more...); len(problems) > 0 {
		return 0, nil, invalid(problems...)
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	args := []any{owner}
	if statuses := r.URL.Query()["status"]; len(statuses) > 0 {
		for i, status := range statuses {
			if !slices.Contains([]string{"pending", "paid", "refunded", "partially_refunded"}, status) {
				return 0, nil, invalid(problem{"enum", []any{"query", "status", i}, "Input should be a status", status})
			}
		}
		args = append(args, statuses)
		where += fmt.Sprintf(" AND status = ANY ($%d)", len(args))
	}
	found, err := counted(r.Context(), h, "orders", orderColumns, where+" AND deleted_at IS NULL", order, args, page, limit, scanOrder)
	return http.StatusOK, found, err
}

func (h *handwritten) getOrder(r *http.Request, user *caller) (int, any, error) {
	id, err := id(r)
	if err != nil {
		return 0, nil, err
	}
	where, owner, err := h.owned(r.Context(), user)
	if err != nil {
		return 0, nil, err
	}
	rows, err := h.pool.Query(r.Context(), "SELECT "+orderColumns+" FROM orders WHERE "+where+" AND id = $2 AND deleted_at IS NULL", owner, id)
	if err != nil {
		return 0, nil, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanOrder)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, errNotFound
	}
	return http.StatusOK, found, err
}
