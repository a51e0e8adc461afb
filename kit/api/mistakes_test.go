package api_test

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/pagination"
)

type brokenCreate struct {
	kit.Schema `doc:"A customer to create."`

	Email string             `json:"email" validate:"emial" doc:"The email address." example:"john@example.com"`
	Age   int                `json:"age" validate:"min=x" doc:"The age." example:"7"`
	Done  func()             `json:"done" doc:"A call."`
	Tags  []string           `json:"tags" default:"[" doc:"Tags." example:"new"`
	Inner brokenInner        `json:"inner" doc:"What is inside."`
	Again []brokenInner      `json:"again" doc:"It again."`
	Name  kit.Optional[bool] `json:"name" validate:"required" doc:"The name."`
}

type brokenInner struct {
	kit.Schema `doc:"What is inside."`

	Wait chan int `json:"wait" doc:"A channel."`
}

type brokenList struct {
	pagination.Params

	Name  *string `query:"name" doc:"The name." example:"John"`
	Other string  `doc:"Nowhere."`
}

type plainNames struct {
	kit.TimestampedSchema `doc:"A customer."`

	ID   uuid.UUID `json:"id" doc:"The ID."`
	Name string    `json:"name" example:"John"`
}

// Everything that is wrong with an API stands in one text.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, _, line, _ := runtime.Caller(0)
	text := panicText(t, func() {
		api.New(api.Config{Title: "Shop API", MaxBody: -1, Relaxed: map[api.Guideline]string{api.Descriptions: "an old API"}}, func(root *api.Group) {
			v1 := root.Group("/v1", api.Fails(nil))
			later := func() { api.Create(v1, "/lasts/", canRead, does[brokenCreate, plainNames], api.Name("last")) }
			api.List(v1, "/customers/", canRead, does[brokenList, pagination.ListResource[plainNames]], api.Tag("a:b"), api.Timeout(-1))
			api.Create(v1, "/customers/", canRead, does[brokenCreate, plainNames], api.Status(202))
			api.Get(v1, "/customers/{id}", canRead, does[struct{}, plainNames], api.Name("Get"))
			half := root.Group("/V2/{id")
			api.Get(half, "/customers/{id}", canRead, does[customerID, customer], api.Name("half"))
			api.Handle(half, "BREW", "/Tea", canRead, does[struct{}, customer], api.Name("tea"))
			later()
		})
	})
	places := regexp.MustCompile(`(?m)^mistakes_test\.go:(\d+): `)
	var lines []int
	for _, place := range places.FindAllStringSubmatch(text, -1) {
		var at int
		_, err := fmt.Sscan(place[1], &at)
		require.NoError(t, err)
		lines = append(lines, at-line)
	}
	const also = "; the same is true of 1 other operation"
	require.Equal(t, []string{
		"api: New: the API has 20 mistakes:",
		"New: MaxBody must be from 1 to request.MaxBodySize (10485760); leave it out for that",
		`Group("/v1"): api.Fails has a nil kind; declare it with errors.DefineKind before the endpoint`,

		// The types of the body and of the answer are those of other endpoints too.
		"POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenCreate.Email: there is no rule emial; use one of validator's or define it with kit.DefineRule" + also,
		"POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenCreate.Age: the rule min=x needs an integer" + also,
		"POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenCreate.Done: a value of type func() cannot be read from a request" + also,
		"POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenInner.Wait: a value of type chan int cannot be read from a request" + also,
		"POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenCreate.Name: required contradicts kit.Optional; take one away" + also,
		`POST /v1/lasts/: the input api_test.brokenCreate: api_test.brokenCreate.Tags: the default "[" does not parse: Expecting value: char 1` + also,
		"POST /v1/lasts/: the field ID of api_test.plainNames has no example; give it an example tag with a value that a client would see (guideline examples); the same is true of 3 other operations",

		"GET /v1/customers/: api.Timeout must not be negative; 0 is no limit",
		`GET /v1/customers/: api.Tag("a:b"): a tag must be a name without a colon, such as customers`,
		"GET /v1/customers/: the input api_test.brokenList: api_test.brokenList.Name: a parameter has no null that a *string could mean; use kit.Optional for a parameter that may be absent, or a plain type for one that is always there",
		"GET /v1/customers/: the input api_test.brokenList: api_test.brokenList.Other: has no path, query or header tag and is not called Body; if api_test.brokenList is a body, embed kit.Schema in it",

		"POST /v1/customers/: api.Status is for api.Post and api.Handle: create always answers 201",

		`GET /v1/customers/{id}: the name "Get" of the operation must be snake_case; give it another with api.Name`,
		"GET /v1/customers/{id}: the path parameter {id} is not read by the input struct {}; give it a field with the tag `path:\"id\"`",

		// The path of a group is wrong once.
		`Group("/V2/{id"): the segment V2 of the path must be lower-case letters, digits, '-', '_' and '.', or one parameter such as {id}`,
		`Group("/V2/{id"): the segment {id of the path must be one parameter with a snake_case name, such as {customer_id}`,
		"BREW /V2/{id/Tea: the segment Tea of the path must be lower-case letters, digits, '-', '_' and '.', or one parameter such as {id}",
		"BREW /V2/{id/Tea: the method must be one of GET, POST, PUT, PATCH, DELETE",
	}, strings.Split(places.ReplaceAllString(text, ""), "\n"))
	require.Equal(t, []int{2, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 7, 7, 8, 8, 10, 10}, lines)
}
