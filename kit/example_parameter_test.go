package kit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Fields is a parameter that reads itself: the names of fields, separated by commas.
type Fields []string

// CompileParameter describes the parameter. Nothing is compiled here.
func (*Fields) CompileParameter(field kit.ParameterField) (kit.ParameterSpec, error) {
	if field.Name == "" {
		return kit.ParameterSpec{}, errors.New("fields need a query tag")
	}
	return kit.ParameterSpec{Document: []openapi.Parameter{{Name: field.Name, In: "query"}}}, nil
}

// BindParameter reads the parameter from a request.
func (f *Fields) BindParameter(in *kit.ParameterInput) {
	name := in.Field().Name
	text, sent := in.Last(name)
	if !sent {
		return
	}
	*f = strings.Split(text, ",")
	for _, field := range *f {
		if field == "" {
			in.Invalid(errors.ValidationError{Type: "value_error", Loc: errors.Loc{"query", name}, Msg: "A name is empty", Input: text})
		}
	}
}

func ExampleParameter() {
	type Get struct {
		Fields Fields `query:"fields"`
	}
	for _, query := range []string{"fields=id,email", "fields=id,,"} {
		in, err := request.Bind[Get](httptest.NewRequest(http.MethodGet, "/?"+query, nil))
		fmt.Println(len(in.Fields), err)
	}
	// Output:
	// 2 <nil>
	// 0 PolarRequestValidationError: value_error at query.fields and 1 more
}

// A test of a Parameter needs no request.
func ExampleNewParameterInput() {
	var fields Fields
	field := kit.ParameterField{Name: "fields"}
	fields.BindParameter(kit.NewParameterInput(field, nil, kit.ParseQuery("fields=id%2Cemail&page=2"), func(err errors.ValidationError) {
		fmt.Println(err.Msg)
	}))
	fmt.Println(fields)
	// Output: [id email]
}
