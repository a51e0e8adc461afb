package api_test

import (
	"fmt"
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
	text := reported(t, "everything at once", func() {
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
	var lines []int
	for _, place := range places.FindAllStringSubmatch(text, -1) {
		var at int
		_, err := fmt.Sscan(place[1], &at)
		require.NoError(t, err)
		lines = append(lines, at)
	}
	// The endpoint that is registered last stands in a line above the others.
	for i, at := range []int{0, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5, 6, 6, 8, 8} {
		require.Equal(t, lines[0]+at, lines[i])
	}
}
