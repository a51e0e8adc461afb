package lax_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/email"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

// vector is a line of the recording of FastAPI, as far as it is needed here.
type vector struct {
	ID       string          `json:"id"`
	Endpoint string          `json:"endpoint"`
	Query    string          `json:"query"`
	Body     string          `json:"body"`
	Status   int             `json:"status"`
	Response json.RawMessage `json:"response"`
	Values   map[string]any  `json:"values"`
	Flags    []string        `json:"flags"`
}

type detail struct {
	Type string         `json:"type"`
	Msg  string         `json:"msg"`
	Loc  []any          `json:"loc"`
	Ctx  map[string]any `json:"ctx"`
}

// A reader reads a value as a field of a model does: a text, or a number as
// json.Number. It returns what FastAPI would write of it.
type reader func(value any) (any, *pydantic.Issue)

// fields are the scalar fields of the recorded models, by endpoint and name.
var fields = map[string]map[string]reader{
	"scalars":         {"count": readInt, "ratio": readFloat, "active": readBool, "ref": readUUID, "at": readDatetime, "day": readDate},
	"optionals":       {"count": readInt, "ratio": readFloat, "active": readBool, "ref": readUUID, "at": readDatetime, "day": readDate, "size": readInt, "enabled": readBool},
	"search":          {"number": readInt, "ratio": readFloat, "active": readBool, "ref": readUUID, "at": readDatetime, "day": readDate, "verbose": readBool},
	"required":        {"number": readInt, "flag": readBool, "since": readDatetime, "email": readEmail},
	"contacts":        {"email": readEmail, "site": readURL(weburl.HTTP), "callback": readURL(weburl.HTTPS), "key": readUUID4},
	"customers":       {"email": readEmail, "organization_id": readUUID4},
	"customer_update": {"email": readEmail},
	"bookings":        {"email": readEmail, "guests": readInt},
	"amounts":         {"small": readInt, "maybe_small": readInt, "amount": readDecimal(0, -1), "price": readDecimal(8, 2)},
	"stamps":          {"created_at": readDatetime, "modified_at": readDatetime, "id": readUUID4, "expires_on": readDate},
}

// Every scalar that was sent to FastAPI and recorded is read alike, alone.
func TestVectors(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("../../testdata/vectors.jsonl")
	require.NoError(t, err)
	checked := map[string]int{}
	for line := range bytes.SplitSeq(bytes.TrimSpace(data), []byte("\n")) {
		var v vector
		require.NoError(t, json.Unmarshal(line, &v))
		if fields[v.Endpoint] == nil || v.Status != 200 && v.Status != 422 {
			continue
		}
		details, ok := v.details(t)
		if !ok {
			continue
		}
		for name, value := range v.sent() {
			read := fields[v.Endpoint][name]
			if read == nil {
				continue
			}
			if v.check(t, name, value, read, details[name]) {
				checked[v.Endpoint]++
			}
		}
	}
	for endpoint := range fields {
		require.GreaterOrEqual(t, checked[endpoint], 5, "values of %s", endpoint)
	}
	t.Log(checked)
}

// details are the errors of the fields; false where the request as a whole was refused.
func (v *vector) details(t *testing.T) (map[string]*detail, bool) {
	t.Helper()
	byName := map[string]*detail{}
	if v.Status == 200 {
		return byName, true
	}
	var response struct {
		Detail []*detail `json:"detail"`
	}
	require.NoError(t, json.Unmarshal(v.Response, &response))
	for _, d := range response.Detail {
		if len(d.Loc) < 2 || d.Type == "json_invalid" {
			return nil, false
		}
		if name, ok := d.Loc[1].(string); ok && len(d.Loc) == 2 {
			byName[name] = d
		}
	}
	return byName, true
}

// sent are the values of the fields.
func (v *vector) sent() map[string]any {
	sent := map[string]any{}
	if v.Endpoint == "search" || v.Endpoint == "required" {
		query, err := url.ParseQuery(v.Query)
		if err != nil {
			return nil // FastAPI is more patient; not of interest here
		}
		for name, values := range query {
			sent[name] = values[len(values)-1]
		}
		return sent
	}
	decoder := json.NewDecoder(strings.NewReader(v.Body))
	decoder.UseNumber()
	if decoder.Decode(&sent) != nil {
		return nil
	}
	for name, value := range sent {
		if value == json.Number("-0") {
			sent[name] = json.Number("0") // Python's integers have no negative zero
		}
	}
	return sent
}

// check compares one value; false when it is not for a parser of texts and numbers.
func (v *vector) check(t *testing.T, name string, value any, read reader, want *detail) bool {
	t.Helper()
	switch value.(type) {
	case string, json.Number:
	default:
		return false
	}
	if want != nil && !isParsing(want.Type) || strings.Contains(fmt.Sprint(value), "\uFFFD") {
		return false // a rule of the field, or a surrogate that encoding/json replaced
	}
	got, issue := read(value)
	if want != nil {
		d := recorded.Describe(issue)
		if issue == nil || d.Type != want.Type || d.Msg != want.Msg || fmt.Sprint(d.Ctx) != fmt.Sprint(asTexts(want.Ctx)) {
			t.Errorf("%s: %s=%q: got %v, %+v, want %+v", v.ID, name, value, got, d, want)
		}
		return true
	}
	if issue != nil {
		t.Errorf("%s: %s=%q: got %+v, want it accepted", v.ID, name, value, *issue)
		return true
	}
	if recorded, ok := v.Values[name]; ok && len(v.Flags) == 0 && fmt.Sprint(got) != fmt.Sprint(recorded) {
		t.Errorf("%s: %s=%q: got %v, want %v", v.ID, name, value, got, recorded)
	}
	return true
}

func asTexts(ctx map[string]any) map[string]string {
	texts := map[string]string{}
	for name, value := range ctx {
		texts[name] = fmt.Sprint(value)
	}
	return texts
}

func isParsing(typ string) bool {
	switch typ {
	case "int_parsing", "int_parsing_size", "int_from_float", "float_parsing", "bool_parsing", "finite_number",
		"uuid_parsing", "uuid_version", "value_error", "url_parsing", "url_scheme", "url_too_long",
		"datetime_parsing", "datetime_from_date_parsing", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact",
		"decimal_parsing", "decimal_max_digits", "decimal_max_places", "decimal_whole_digits":
		return true
	}
	return false
}

var wrongType = &pydantic.Issue{Type: "wrong type"}

func readInt(value any) (any, *pydantic.Issue) {
	if number, ok := value.(json.Number); ok && strings.ContainsAny(number.String(), ".eE") {
		f, _ := number.Float64()
		n, issue := lax.IntFromFloat(f)
		return float64(n), issue
	}
	n, _, issue := lax.Int(fmt.Sprint(value))
	return float64(n), issue
}

func readFloat(value any) (any, *pydantic.Issue) { return lax.Float(fmt.Sprint(value)) }

func readBool(value any) (any, *pydantic.Issue) {
	if number, ok := value.(json.Number); ok {
		f, _ := number.Float64()
		return lax.Bool(fmt.Sprint(f + 0)) // without the sign of zero
	}
	return lax.Bool(fmt.Sprint(value))
}

func readUUID(value any) (any, *pydantic.Issue) { return lax.UUID(fmt.Sprint(value)) }

func readUUID4(value any) (any, *pydantic.Issue) {
	id, issue := lax.UUID(fmt.Sprint(value))
	if issue == nil {
		issue = lax.UUIDVersion(id, 4)
	}
	return id, issue
}

func readEmail(value any) (any, *pydantic.Issue) { return email.Normalize(fmt.Sprint(value)) }

func readURL(rules weburl.Rules) reader {
	return func(value any) (any, *pydantic.Issue) { return weburl.Normalize(fmt.Sprint(value), rules) }
}

func readDecimal(digits, places int) reader {
	rules := lax.DecimalRules{MaxDigits: digits}
	if places >= 0 {
		rules.Places = &places
	}
	return func(value any) (any, *pydantic.Issue) {
		text := fmt.Sprint(value)
		if _, ok := value.(json.Number); ok && strings.ContainsAny(text, ".eE") {
			f, _ := value.(json.Number).Float64()
			text = python.FloatRepr(f)
		}
		n, issue := lax.Decimal(text)
		if issue == nil {
			issue = n.Check(rules)
		}
		return n, issue
	}
}

func readDatetime(value any) (any, *pydantic.Issue) {
	text, ok := value.(string)
	if !ok {
		return numberDatetime(value)
	}
	at, aware, issue := lax.Datetime(text)
	return showDatetime(at, aware), issue
}

func numberDatetime(value any) (any, *pydantic.Issue) {
	number, ok := value.(json.Number)
	if !ok {
		return nil, wrongType
	}
	if n, err := number.Int64(); err == nil {
		at, issue := lax.DatetimeFromInt(n)
		return showDatetime(at, true), issue
	}
	f, err := number.Float64()
	if err == nil && !strings.ContainsAny(number.String(), ".eE") {
		f = math.Inf(int(math.Copysign(1, f))) // an integer beyond 64 bits
	}
	at, issue := lax.DatetimeFromFloat(f)
	return showDatetime(at, true), issue
}

func showDatetime(at time.Time, aware bool) string {
	layout := "2006-01-02T15:04:05"
	if at.Nanosecond() > 0 {
		layout += ".000000"
	}
	if aware {
		layout += "Z07:00"
	}
	return at.Format(layout)
}

func readDate(value any) (any, *pydantic.Issue) {
	var year, day int
	var month time.Month
	var issue *pydantic.Issue
	switch value := value.(type) {
	case string:
		year, month, day, issue = lax.Date(value)
	case json.Number:
		if n, err := value.Int64(); err == nil {
			year, month, day, issue = lax.DateFromInt(n)
			break
		}
		f, _ := value.Float64()
		year, month, day, issue = lax.DateFromFloat(f)
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day), issue
}
