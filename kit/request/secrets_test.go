package request_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type payment interface{ payment() }

type cardPayment struct {
	Kind   string `json:"kind" validate:"oneof=card"`
	Number string `json:"number" sensitive:"true"`
}

func (cardPayment) payment() {}

type token struct {
	Text string `json:"text" sensitive:"true"`
}

type tokens []token

// credential is a text with a token, or a list of such.
type credential any

var (
	_ = kit.DefineUnion[payment]("kind", cardPayment{})
	_ = kit.DefineSmartUnion[credential](token{}, tokens{}, 0)
)

// secretive has secrets in many places. Its Validate method refuses the value at one.
type secretive struct {
	kit.Schema

	Payment    kit.Optional[payment]          `json:"payment"`
	Payments   kit.Optional[[]payment]        `json:"payments"`
	ByName     kit.Optional[map[string]token] `json:"by_name"`
	Credential kit.Optional[credential]       `json:"credential"`
	Aliased    kit.Optional[string]           `json:"aliased" alias:"password,meta.password" sensitive:"true"`
	Name       kit.Optional[string]           `json:"name"`
	Extra      map[string]string              `json:"-" extra:"allow" sensitive:"true"`
}

func (secretive) Validate(ctx context.Context) error {
	at, _ := ctx.Value(placeOfError{}).(errors.Loc)
	return errors.ValueErrorAt(at, "no", nil)
}

type placeOfError struct{}

// A Validate method may refuse what is inside of a value. What is sensitive there is masked,
// however its field is found.
func TestErrorsInsideOfValuesKeepSecrets(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		body string
		at   errors.Loc
		want string
	}{
		{`{"payment":{"kind":"card","number":"secret"}}`, errors.Loc{"payment", "number"}, `"**********"`},
		{`{"payment":{"kind":"card","number":"secret"}}`, errors.Loc{"payment", "kind"}, `"card"`},
		{`{"payments":[{"kind":"card","number":"secret"}]}`, errors.Loc{"payments", 0, "number"}, `"**********"`},
		{`{"payments":[{"kind":"card","number":"secret"}]}`, errors.Loc{"payments", 0}, `{"kind":"card","number":"**********"}`},
		{`{"by_name":{"a":{"text":"secret"}}}`, errors.Loc{"by_name", "a", "text"}, `"**********"`},
		{`{"credential":{"text":"secret"}}`, errors.Loc{"credential", "text"}, `"**********"`},
		{`{"credential":[{"text":"secret"}]}`, errors.Loc{"credential", 0, "text"}, `"**********"`},
		{`{"credential":[{"text":"secret"}]}`, errors.Loc{"credential", 0}, `"**********"`},
		{`{"password":"secret"}`, errors.Loc{"password"}, `"**********"`},
		{`{"meta":{"password":"secret"}}`, errors.Loc{"meta", "password"}, `"**********"`},
		{`{"meta":{"password":"secret"}}`, errors.Loc{"meta"}, `"**********"`},
		{`{"other":"secret","name":"a"}`, errors.Loc{"other"}, `"**********"`},
		{`{"other":"secret","name":"a"}`, errors.Loc{"name"}, `"a"`},
	} {
		r := post(c.body)
		_, err := request.Decode[secretive](r.WithContext(context.WithValue(r.Context(), placeOfError{}, c.at)))
		found := reported(t, err)
		require.Len(t, found, 1, c.body)
		require.Contains(t, found[0], c.want, "%s at %v", c.body, c.at)
		require.NotContains(t, found[0], "secret", "%s at %v", c.body, c.at)
	}
}

// shorthand is read from a text too, which holds its secret.
type shorthand struct {
	kit.Schema

	User     string `json:"user"`
	Password string `json:"password" sensitive:"true"`
}

func (shorthand) BeforeValidate(_ context.Context, raw kit.Value) (any, error) {
	if text, ok := raw.Text(); ok {
		return map[string]string{"user": "u", "password": text}, nil
	}
	return raw, nil
}

func (shorthand) Validate(context.Context) error { return errors.ValueError("no") }

func TestAnotherShapeKeepsSecrets(t *testing.T) {
	t.Parallel()

	for _, body := range []string{`"secret"`, `{"user":"u","password":"secret"}`} {
		w := decodes[shorthand](t, body)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, w.Body)
		require.NotContains(t, w.Body.String(), "secret", body)
	}
}
