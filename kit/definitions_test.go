package kit_test

import (
	"os"
	"testing"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
)

func TestMain(m *testing.M) { os.Exit(sentence.Main(m)) }

// undefined is an interface that no union is made of.
type undefined interface{ fee() }

type costly string

func (costly) fee() {}

type monthly struct{}

type unrelated interface{ unrelated() }

type labelled any

type nested any

var nestable = kit.DefineSmartUnion[nested](monthly{}, costly(""))

func (monthly) fee() {}

func TestDefinitionsThatCannotBe(t *testing.T) {
	t.Parallel()

	rule := kit.Rule[string]{Type: "t", Msg: "m", Check: func(string, string) bool { return true }}
	same := func(text string) (string, error) { return text, nil }
	for name, define := range map[string]func(){
		"DefineRule: name of validator":    func() { kit.DefineRule("alphanum", rule) },
		"DefineRule: name of the library":  func() { kit.DefineRule("multiple_of", rule) },
		"DefineRule: name of another rule": func() { kit.DefineRule("prefix", rule) },
		"DefineRule: upper case":           func() { kit.DefineRule("Bad name", rule) },
		"DefineRule: leading digit":        func() { kit.DefineRule("2x", rule) },
		"DefineRule: no name":              func() { kit.DefineRule("", rule) },
		"DefineRule: both": func() {
			kit.DefineRule("both", kit.Rule[int]{Type: "t", Validate: func(int, string) error { return nil }})
		},
		"DefineTransform: built in":      func() { kit.DefineTransform("strip", same) },
		"DefineTransform: twice":         func() { kit.DefineTransform("hyphens", same) },
		"DefineTransform: upper case":    func() { kit.DefineTransform("Bad name", same) },
		"DefineTransform: nothing":       func() { kit.DefineTransform[string]("nothing", nil) },
		"DefineRule: nothing":            func() { kit.DefineRule("nothing", kit.Rule[string]{}) },
		"DefineUnion: twice":             func() { kit.DefineUnion[Price]("type", FixedPrice{}) },
		"DefineUnion: nil":               func() { kit.DefineUnion[undefined]("type", nil) },
		"DefineUnion: a struct":          func() { kit.DefineUnion[FixedPrice]("type", FixedPrice{}) },
		"DefineUnion: no tag":            func() { kit.DefineUnion[undefined]("", monthly{}) },
		"DefineUnion: a label":           func() { kit.DefineUnion[labelled]("type").Tagged("monthly", monthly{}) },
		"DefineUnionBy: no name":         func() { kit.DefineUnionBy[undefined]("", func(kit.Value) (string, bool) { return "", false }) },
		"DefineUnionBy: no function":     func() { kit.DefineUnionBy[undefined]("tag_of", nil) },
		"DefineSmartUnion: no name":      func() { kit.DefineSmartUnion[any]("", 0) },
		"DefineSmartUnion: nil":          func() { kit.DefineSmartUnion[undefined](nil) },
		"Union.Nested: other methods":    func() { kit.DefineSmartUnion[unrelated]().Nested(nestable) },
		"DefineUnion: variant of a text": func() { kit.DefineUnion[undefined]("type", costly("")) },
	} {
		sentence.Panics(t, name, define)
	}
}
