package kit_test

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// Customer is a person or a company. A company has a tax_id, and no field has a tag.
type Customer interface{ customer() }

type Person struct {
	kit.Schema `doc:"A person."`

	Name string `json:"name" validate:"min=1"`
}

type Company struct {
	kit.Schema `doc:"A company."`

	Name  string `json:"name" validate:"min=1"`
	TaxID string `json:"tax_id" validate:"len=9"`
}

func (Person) customer()  {}
func (Company) customer() {}

var _ = kit.DefineUnionBy[Customer]("customer_kind", customerKind).
	Tagged("person", Person{}).
	Tagged("company", Company{})

func customerKind(raw kit.Value) (tag string, ok bool) {
	switch {
	case raw.Has("tax_id"):
		return "company", true
	case raw.Has("name"):
		return "person", true
	}
	return "", false
}

func ExampleDefineUnionBy() {
	customer, err := request.Decode[Customer](post(`{"name":"Ann"}`))
	fmt.Printf("%T %v\n", customer, err)

	for _, body := range []string{`{"name":"Shop","tax_id":"7"}`, `{}`} {
		_, err = request.Decode[Customer](post(body))
		fmt.Println(err)
	}
	// Output:
	// kit_test.Person <nil>
	// PolarRequestValidationError: string_too_short at body.company.tax_id
	// PolarRequestValidationError: union_tag_not_found at body
}
