package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/go-playground/validator/v10"
	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Binding, validation and reply of one request without a network, compared with the
// same handler written by hand with net/http, encoding/json and validator.

const (
	validCreate = `{"email":"john@example.com","name":"John Doe",` +
		`"organization_id":"1dbfc517-0bbf-4301-9ba8-555ca42b9737","seats":5,"tags":["a","b"]}`
	invalidCreate = `{"email":"john@example.com","name":"John Doe",` +
		`"organization_id":"1dbfc517","seats":0,"tags":["a",2]}`
	listQuery = "page=2&limit=20&status=open&email=john%40example.com" +
		"&organization_id=1dbfc517-0bbf-4301-9ba8-555ca42b9737&archived=true"
)

type customer struct {
	kit.Schema

	Email          string    `json:"email"`
	Name           *string   `json:"name"`
	OrganizationID uuid.UUID `json:"organization_id"`
	Seats          int       `json:"seats"`
	Tags           []string  `json:"tags"`
}

type kitCreate struct {
	kit.Schema

	Email          string                `json:"email" validate:"email"`
	Name           kit.Optional[*string] `json:"name" validate:"max=256"`
	OrganizationID uuid.UUID             `json:"organization_id"`
	Seats          int                   `json:"seats" validate:"min=1,max=1000"`
	Tags           []string              `json:"tags" validate:"max=10,dive,min=1,max=20"`
}

type kitList struct {
	Page           int64                   `query:"page" default:"1" validate:"gt=0"`
	Limit          int64                   `query:"limit" default:"10" validate:"gt=0"`
	Status         kit.Filter[status]      `query:"status"`
	Email          kit.Optional[string]    `query:"email" validate:"email"`
	OrganizationID kit.Optional[uuid.UUID] `query:"organization_id"`
	Archived       bool                    `query:"archived" default:"false"`
}

type status string

func (status) Values() []status { return []status{"draft", "open", "paid"} }

func kitCreateHandler(w http.ResponseWriter, r *http.Request) error {
	in, err := request.Bind[kitCreate](r)
	if err != nil {
		return err
	}
	name, _ := in.Name.Get()
	return reply.JSON(w, http.StatusCreated, customer{
		Email: in.Email, Name: name, OrganizationID: in.OrganizationID, Seats: in.Seats, Tags: in.Tags,
	})
}

func kitListHandler(w http.ResponseWriter, r *http.Request) error {
	in, err := request.Bind[kitList](r)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, in.Page)
}

var validate = validator.New(validator.WithRequiredStructEnabled())

type handCreate struct {
	Email          string    `json:"email" validate:"required,email"`
	Name           *string   `json:"name" validate:"omitempty,max=256"`
	OrganizationID uuid.UUID `json:"organization_id" validate:"required"`
	Seats          int       `json:"seats" validate:"min=1,max=1000"`
	Tags           []string  `json:"tags" validate:"required,max=10,dive,min=1,max=20"`
}

func handCreateHandler(w http.ResponseWriter, r *http.Request) {
	var in handCreate
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
	if err == nil {
		err = validate.Struct(in)
	}
	if err != nil {
		handError(w, err)
		return
	}
	handReply(w, http.StatusCreated, customer{
		Email: in.Email, Name: in.Name, OrganizationID: in.OrganizationID, Seats: in.Seats, Tags: in.Tags,
	})
}

type handList struct {
	Page           int64    `validate:"gt=0"`
	Limit          int64    `validate:"gt=0"`
	Status         []string `validate:"dive,oneof=draft open paid"`
	Email          string   `validate:"omitempty,email"`
	OrganizationID *uuid.UUID
	Archived       bool
}

func readList(query url.Values) (in handList, err error) {
	in = handList{Page: 1, Limit: 10, Status: query["status"], Email: query.Get("email")}
	if text := query.Get("page"); text != "" {
		if in.Page, err = strconv.ParseInt(text, 10, 64); err != nil {
			return in, err
		}
	}
	if text := query.Get("limit"); text != "" {
		if in.Limit, err = strconv.ParseInt(text, 10, 64); err != nil {
			return in, err
		}
	}
	if text := query.Get("organization_id"); text != "" {
		id, err := uuid.Parse(text)
		if err != nil {
			return in, err
		}
		in.OrganizationID = &id
	}
	if text := query.Get("archived"); text != "" {
		if in.Archived, err = strconv.ParseBool(text); err != nil {
			return in, err
		}
	}
	return in, validate.Struct(in)
}

func handListHandler(w http.ResponseWriter, r *http.Request) {
	in, err := readList(r.URL.Query())
	if err != nil {
		handError(w, err)
		return
	}
	handReply(w, http.StatusOK, in.Page)
}

func handReply(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

type handDetail struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

// handError reports the fields and rules that failed, as a hand-written handler
// usually does.
func handError(w http.ResponseWriter, err error) {
	details := []handDetail{}
	if failed, ok := errors.AsType[validator.ValidationErrors](err); ok {
		for _, e := range failed {
			details = append(details, handDetail{e.Field(), e.Tag()})
		}
	} else {
		details = append(details, handDetail{"body", err.Error()})
	}
	handReply(w, http.StatusUnprocessableEntity, map[string]any{"error": "ValidationError", "detail": details})
}

// recorder keeps the status only.
type recorder struct {
	header http.Header
	status int
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) Write(p []byte) (int, error) { return len(p), nil }
func (w *recorder) WriteHeader(status int)      { w.status = status }

// serve runs one request over and over.
func serve(b *testing.B, handler http.Handler, method, target, body string, want int) {
	b.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Content-Type", "application/json")
	data := []byte(body)
	reader := bytes.NewReader(data)
	r.ContentLength = int64(len(data))
	w := &recorder{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(data)
		r.Body = io.NopCloser(reader)
		clear(w.header)
		handler.ServeHTTP(w, r)
	}
	if w.status != want {
		b.Fatalf("status %d, want %d", w.status, want)
	}
}

func BenchmarkCreate(b *testing.B) {
	b.Run("kit", func(b *testing.B) { serve(b, reply.Handler(kitCreateHandler), "POST", "/", validCreate, 201) })
	b.Run("hand", func(b *testing.B) { serve(b, http.HandlerFunc(handCreateHandler), "POST", "/", validCreate, 201) })
}

func BenchmarkList(b *testing.B) {
	b.Run("kit", func(b *testing.B) { serve(b, reply.Handler(kitListHandler), "GET", "/?"+listQuery, "", 200) })
	b.Run("hand", func(b *testing.B) { serve(b, http.HandlerFunc(handListHandler), "GET", "/?"+listQuery, "", 200) })
}

// BenchmarkInvalid is a 422 with three errors. Compare it with the valid request of
// BenchmarkCreate. The hand-written handler stops at the first value of a wrong type.
func BenchmarkInvalid(b *testing.B) {
	b.Run("kit", func(b *testing.B) { serve(b, reply.Handler(kitCreateHandler), "POST", "/", invalidCreate, 422) })
	b.Run("hand", func(b *testing.B) { serve(b, http.HandlerFunc(handCreateHandler), "POST", "/", invalidCreate, 422) })
}
