package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

// renamed has fields that a body names otherwise than a reply.
type renamed struct {
	kit.Schema `doc:"A renamed one."`

	UserID int     `json:"user_id" alias:"userId,uid,user_id"  doc:"The user."        example:"1"`
	City   *string `json:"city"    alias:"address.city"        doc:"The city."        example:"Paris" default:"null"`
	Street string  `json:"street"  alias:"address.line.street" doc:"The street."      example:"Main"  validate:"max=20"`
	First  string  `json:"first"   alias:"first,names.0" doc:"The first name."  example:"Ann"`
	Handle string  `json:"handle"  transform:"strip,lower"     doc:"The handle."      example:"ann"   validate:"min=2"`
}

func newRenamed() *api.API {
	return api.New(api.Config{Title: "Names"}, func(root *api.Group) {
		api.Create(root.Group("/v1/names", api.Tag("names")), "/", canRead, does[renamed, renamed], api.Name("create"))
	})
}

// The document shows the first name of a field, and the objects of a path.
func TestDocumentOfAliases(t *testing.T) {
	t.Parallel()
	schemas := newRenamed().Document().Components.Schemas
	for name, want := range map[string]string{
		"Renamed-Input": `{"type":"object","title":"Renamed","description":"A renamed one.","required":["userId","address","first","handle"],"properties":{
			"userId":{"type":"integer","format":"int64","title":"UserId","description":"The user.","examples":[1]},
			"address":{"type":"object","title":"Address","required":["line"],"properties":{
				"city":{"type":["string","null"],"title":"City","description":"The city. Defaults to ` + "`null`" + `.","examples":["Paris"]},
				"line":{"type":"object","title":"Line","required":["street"],"properties":{
					"street":{"type":"string","title":"Street","description":"The street.","examples":["Main"],"maxLength":20}}}}},
			"first":{"type":"string","title":"First","description":"The first name.","examples":["Ann"]},
			"handle":{"type":"string","title":"Handle","description":"The handle.","examples":["ann"],"minLength":2}}}`,
	} {
		s, ok := schemas.Get(name)
		require.True(t, ok, name)
		for i := range s.Properties { // the bounds of int are tested elsewhere
			s.Properties[i].Schema.Minimum, s.Properties[i].Schema.Maximum = nil, nil
		}
		data, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, want, string(data))
	}
	output, ok := schemas.Get("Renamed-Output")
	require.True(t, ok)
	require.Equal(t, []string{"user_id", "city", "street", "first", "handle"}, output.Required)
}

func TestAliasesAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newRenamed())
}

type event struct {
	kit.Schema `doc:"An event."`

	Name string          `json:"name" doc:"Its name." example:"sent"`
	Tags kit.Set[string] `json:"tags" doc:"Its tags." example:"new"   validate:"max=2"`
	More map[string]int  `json:"-"    extra:"allow"   validate:"dive,min=1"`
}

type anyEvent struct {
	kit.Schema `doc:"Any event."`

	Name string         `json:"name" doc:"Its name." example:"sent"`
	More map[string]any `json:"-"    extra:"allow"`
}

func newEvents() *api.API {
	return api.New(api.Config{Title: "Events"}, func(root *api.Group) {
		api.Create(root.Group("/v1/events", api.Tag("events")), "/", canRead, does[event, event], api.Name("create"))
		api.Create(root.Group("/v1/reports", api.Tag("reports")), "/", canRead, does[anyEvent, anyEvent], api.Name("create"))
	})
}

func TestDocumentOfExtraKeys(t *testing.T) {
	t.Parallel()
	schemas := newEvents().Document().Components.Schemas
	for name, want := range map[string]string{
		"Event": `{"type":"object","title":"Event","description":"An event.","required":["name","tags"],
			"properties":{"name":{"type":"string","title":"Name","description":"Its name.","examples":["sent"]},
				"tags":{"type":"array","title":"Tags","description":"Its tags.","examples":[["new"]],"items":{"type":"string"},"maxItems":2,"uniqueItems":true}},
			"additionalProperties":{"type":"integer","format":"int64","minimum":1}}`,
		"AnyEvent": `{"type":"object","title":"AnyEvent","description":"Any event.","required":["name"],
			"properties":{"name":{"type":"string","title":"Name","description":"Its name.","examples":["sent"]}},"additionalProperties":{}}`,
	} {
		s, ok := schemas.Get(name)
		require.True(t, ok, name)
		data, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, want, string(data))
	}
}

func TestExtraKeysAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newEvents())
}

// aging has fields that leave the API.
type aging struct {
	kit.Schema `doc:"An aging one."`

	Name   string  `json:"name"   doc:"Its name."           example:"a"`
	Label  string  `json:"label"  doc:"Its former name."    example:"a" default:"" deprecated:"true"`
	Secret *string `json:"secret" doc:"For our own client." example:"a" default:"null" hidden:"true"`
}

type agingList struct {
	Old   kit.Optional[int] `query:"old"   doc:"An old one."    deprecated:"true" validate:"max=3"`
	Debug bool              `query:"debug" doc:"For ourselves." default:"false"   hidden:"true"`
	Body  aging
}

func newAging() *api.API {
	return api.New(api.Config{Title: "Aging"}, func(root *api.Group) {
		api.Create(root.Group("/v1/ones", api.Tag("ones")), "/", canRead, does[agingList, aging], api.Name("create"))
	})
}

func TestDocumentOfDeprecatedAndHiddenFields(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(newAging().Document())
	require.NoError(t, err)
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name       string
				Deprecated bool
			}
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Deprecated bool }
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &document))
	parameters := document.Paths["/v1/ones/"]["post"].Parameters
	require.Len(t, parameters, 1)
	require.Equal(t, "old", parameters[0].Name)
	require.True(t, parameters[0].Deprecated)
	for _, name := range []string{"Aging-Input", "Aging-Output"} {
		properties := document.Components.Schemas[name].Properties
		require.Len(t, properties, 2, name)
		require.True(t, properties["label"].Deprecated)
		require.False(t, properties["name"].Deprecated)
	}
}

func TestDeprecatedAndHiddenFieldsAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newAging())
}
