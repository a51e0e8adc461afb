package request_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/kit/request"
)

// grove is a union without tags that holds itself, in every way that it can.
type grove any

type branch struct {
	_ struct{} `extra:"forbid"`

	Next grove                 `json:"next"`
	List kit.Optional[[]grove] `json:"list,omitzero"`
	Nums kit.Optional[[]int]   `json:"nums,omitzero"`
}

type twig struct {
	_ struct{} `extra:"forbid"`

	Next grove                          `json:"next"`
	List kit.Optional[map[string]grove] `json:"list,omitzero"`
	Nums kit.Optional[[]kit.Decimal]    `json:"nums,omitzero"`
	Side kit.Optional[*grove]           `json:"side,omitzero"`
	Deep kit.Optional[map[string]*twig] `json:"deep,omitzero"`
}

type groves []grove

var _ = kit.DefineSmartUnion[grove](branch{}, twig{}, 0, false, groves{})

// wood is grove from left to right.
type wood any

type log struct {
	Next wood `json:"next"`
}

type plank struct {
	Next wood `json:"next"`
	Len  int  `json:"len"`
}

var _ = kit.DefineOrderedUnion[wood](log{}, plank{}, "")

func decodes[T any](t testing.TB, body string) *httptest.ResponseRecorder {
	t.Helper()
	handler := reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		value, err := request.Decode[T](r)
		if err != nil {
			return err
		}
		return reply.JSON(w, http.StatusOK, value)
	})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, post(body))
	return w
}

// hostileUnions are bodies of about the size. Those with "valid" in the name are valid.
func hostileUnions(size int) map[string]string {
	down, up := strings.Repeat(`{"next":`, 240), strings.Repeat(`}`, 240)
	numbers := repeated(size, `[`, `1`, ",", `]`)
	return map[string]string{
		"valid list":            repeated(size, `[`, `{"next":1}`, ",", `]`),
		"valid depth":           `[` + repeated(size, "", down+"1"+up, ",", "") + `]`,
		"valid numbers":         down + `{"next":1,"nums":` + numbers + `}` + up,
		"wrong leaf":            down + `"x"` + up,
		"wrong leaf of numbers": down + `{"next":"x","nums":` + numbers + `}` + up,
		"wrong leaves":          repeated(size, `[`, `{"next":"x"}`, ",", `]`),
		"wrong depths":          `[` + repeated(size, "", down+`"x"`+up, ",", "") + `]`,
		"wrong numbers":         down + `{"next":1,"nums":` + repeated(size, `[`, `"x"`, ",", `]`) + `}` + up,
		"numbers everywhere":    strings.Repeat(`{"nums":`+repeated(size/240, `[`, `1`, ",", `]`)+`,"next":`, 240) + `"x"` + up,
		"extra keys":            numbered(size, `{"next":1,`, `"x%d":1`, `}`),
		"extra keys below":      down + numbered(size, `{"next":1,`, `"x%d":1`, `}`) + up,
		"long text":             `"` + strings.Repeat("x", size) + `"`,
		"nested lists":          strings.Repeat("[", 240) + `"x"` + strings.Repeat("]", 240),
		"objects":               repeated(size, `[`, `{}`, ",", `]`),
		"maps of maps":          strings.Repeat(`{"next":1,"deep":{"k":`, 120) + `{"next":"x"}` + strings.Repeat(`}}`, 120),
	}
}

// TestHostileUnions checks that the work for a union that holds itself is bounded, though
// the number of its combinations is not.
func TestHostileUnions(t *testing.T) {
	t.Parallel()

	for name, body := range hostileUnions(1 << 18) {
		w := decodes[grove](t, body)
		want := http.StatusUnprocessableEntity
		if strings.HasPrefix(name, "valid") {
			want = http.StatusOK
		}
		require.Equal(t, want, w.Code, "%s: %.300s", name, w.Body)
		if want == http.StatusOK {
			require.JSONEq(t, body, w.Body.String(), name)
			continue
		}
		require.Less(t, w.Body.Len(), 3<<20, name)
		require.Positive(t, strings.Count(w.Body.String(), `"loc":`), name)
		require.LessOrEqual(t, strings.Count(w.Body.String(), `"loc":`), 1000, name)
	}
	deep := strings.Repeat(`{"next":`, 300) + `"x"` + strings.Repeat(`}`, 300)
	require.Equal(t, http.StatusOK, decodes[wood](t, deep).Code)
	deep = strings.Replace(deep, `"x"`, `1`, 1)
	require.Equal(t, http.StatusUnprocessableEntity, decodes[wood](t, deep).Code)
}

// BenchmarkHostileUnions is to be read beside its lines "valid": no other may take more
// than three times as long.
func BenchmarkHostileUnions(b *testing.B) {
	for name, body := range hostileUnions(1 << 20) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				decodes[grove](b, body)
			}
		})
	}
}

// FuzzUnions sends anything to unions that hold themselves. What they take is written as it
// was sent.
func FuzzUnions(f *testing.F) {
	for _, body := range hostileUnions(300) {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"kind":"dir","entries":[{"size":1},"home",{"kind":"dir","entries":[]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, w := range []*httptest.ResponseRecorder{decodes[grove](t, string(data)), decodes[wood](t, string(data)), decodes[vault](t, string(data)), decodes[folder](t, string(data))} {
			switch w.Code {
			case http.StatusOK, http.StatusBadRequest, http.StatusUnprocessableEntity:
			default:
				t.Fatalf("%q: %d %s", data, w.Code, w.Body)
			}
			if w.Code == http.StatusUnprocessableEntity {
				require.Contains(t, w.Body.String(), `"loc":["body"`)
			}
		}
	})
}

// vault is a union with secrets.
type vault any

type pin struct {
	kit.Schema

	Owner string `json:"owner"`
	Pin   string `json:"pin" sensitive:"true" validate:"len=4"`
}

type pins []pin

// open has another secret, and forbids pin.
type open struct {
	kit.Schema `extra:"forbid"`

	Name string `json:"name"`
	Key  string `json:"key" sensitive:"true"`
}

var _ = kit.DefineSmartUnion[vault](pin{}, pins{}, 0, open{})

func TestUnionsKeepSecrets(t *testing.T) {
	t.Parallel()

	for _, body := range []string{
		`{"owner":1,"pin":"secret"}`, `{"pin":"secret"}`, `[{"pin":"secret"}]`, `[{"owner":"a","pin":"secret"}]`,
		`"secret"`, `["secret"]`, `{"pin":["secret"]}`, `[[{"pin":"secret"}]]`,
	} {
		w := decodes[vault](t, body)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, body)
		require.NotContains(t, w.Body.String(), "secret", body)
	}
}

type labelled any

type worded struct {
	kit.Schema

	Word  labelled                `json:"word"`
	Words kit.Optional[*[]string] `json:"words"`
}

var _ = kit.DefineSmartUnion[labelled]().Ruled(`validate:"max=3" pattern:"^a"`, "").Tagged("number", 0).Tagged("words", []string{})

func TestUnionErrors(t *testing.T) {
	t.Parallel()

	for body, want := range map[string][]string{
		`{"word":"abcd"}`: {
			`string_too_long ["body","word","constrained-str"] "abcd" {"max_length":3}`,
			`int_parsing ["body","word","number"] "abcd"`,
			`list_type ["body","word","words"] "abcd"`,
		},
		`{"word":"a\u0000"}`:   {`value_error ["body","word"] "a\u0000" {"error":{}}`},
		`{"word":["a\u0000"]}`: {`value_error ["body","word"] ["a\u0000"] {"error":{}}`},
		`{"word":[1]}`: {
			`string_type ["body","word","constrained-str"] [1]`,
			`int_type ["body","word","number"] [1]`,
			`string_type ["body","word","words",0] 1`,
		},
	} {
		_, err := request.Decode[worded](post(body))
		require.Equal(t, want, reported(t, err), body)
	}
}

// A parameter may be a union of scalars.
func TestUnionParameters(t *testing.T) {
	t.Parallel()

	type page struct {
		Size  size               `query:"size"`
		Sizes []size             `query:"sizes" default:"[]"`
		Since kit.Optional[size] `query:"since"`
	}
	in, err := request.Bind[page](httptest.NewRequest(http.MethodGet, "/?size=5&sizes=all&sizes=7", nil))
	require.NoError(t, err)
	require.Equal(t, page{Size: 5, Sizes: []size{"all", 7}}, in)
	_, err = request.Bind[page](httptest.NewRequest(http.MethodGet, "/?size=none", nil))
	require.Equal(t, []string{
		`int_parsing ["query","size","int"] "none"`,
		`literal_error ["query","size","literal['all']"] "none" {"expected":"'all'"}`,
	}, reported(t, err))
}

// size is a number, or the text all.
type size any

var _ = kit.DefineSmartUnion[size](0).Ruled(`validate:"oneof=all"`, "")

// A reply holds the variants of a union, and nothing else.
func TestUnionReplies(t *testing.T) {
	t.Parallel()

	for value, want := range map[any]string{size("all"): `{"size":"all"}`, size(3): `{"size":3}`} {
		w := httptest.NewRecorder()
		require.NoError(t, reply.JSON(w, http.StatusOK, map[string]size{"size": value}))
		require.Equal(t, want, w.Body.String())
	}
	for _, value := range []size{nil, 1.5, []string{}} {
		require.Error(t, reply.JSON(httptest.NewRecorder(), http.StatusOK, map[string]size{"size": value}))
	}
}

type sometimes struct {
	A int `json:"a"`
}

func (s sometimes) Validate(ctx context.Context) error {
	if s.A < 0 {
		return errors.New("a failure of the service")
	}
	return nil
}

type guarded any

var _ = kit.DefineSmartUnion[guarded](sometimes{}, map[string]int{})

// A failure of a Validate method that is not about the data is the answer, whatever the
// other variants say.
func TestUnionFailures(t *testing.T) {
	t.Parallel()

	require.Equal(t, http.StatusInternalServerError, decodes[guarded](t, `{"a":-1}`).Code)
	require.Equal(t, http.StatusOK, decodes[guarded](t, `{"a":1}`).Code)
}

// folder is a union by a function, and holds itself.
type folder interface{ folder() }

type directory struct {
	Entries []folder `json:"entries"`
}

type file struct {
	Size int `json:"size"`
}

type link string

func (directory) folder() {}
func (*file) folder()     {}
func (link) folder()      {}

var _ = kit.DefineUnionBy[folder]("folder_tag", func(raw kit.Value) (string, bool) {
	if text, ok := raw.Text(); ok {
		return "link", text != ""
	}
	if kind, ok := raw.Member("kind"); ok {
		text, _ := kind.Text()
		return text, true
	}
	return "file", raw.Has("size") && raw.Any() != nil
}).Tagged("dir", directory{}).Tagged("file", &file{}).Tagged("link", link(""))

func TestUnionsByFunction(t *testing.T) {
	t.Parallel()

	read, err := request.Decode[folder](post(`{"kind":"dir","entries":[{"size":1},"home",{"kind":"dir","entries":[]}]}`))
	require.NoError(t, err)
	require.Equal(t, directory{Entries: []folder{&file{Size: 1}, link("home"), directory{Entries: []folder{}}}}, read)

	for body, want := range map[string]string{
		`{"kind":"dir","entries":[{"size":"x"}]}`: `int_parsing ["body","dir","entries",0,"file","size"] "x"`,
		`{"kind":"dir","entries":[7]}`:            `union_tag_not_found ["body","dir","entries",0] 7 {"discriminator":"folder_tag()"}`,
		`{"kind":"disk"}`: `union_tag_invalid ["body"] {"kind":"disk"} ` +
			`{"discriminator":"folder_tag()","tag":"disk","expected_tags":"'dir', 'file', 'link'"}`,
		`""`: `union_tag_not_found ["body"] "" {"discriminator":"folder_tag()"}`,
	} {
		_, err := request.Decode[folder](post(body))
		require.Equal(t, []string{want}, reported(t, err), body)
	}
	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("home"))
	plain.Header.Set("Content-Type", "text/plain")
	read, err = request.Decode[folder](plain)
	require.NoError(t, err)
	require.Equal(t, link("home"), read)
}

type (
	tunes  any
	ranked any
	ranks  any
	words  struct {
		Word tunes `json:"word"`
	}
	marks struct {
		A int `json:"a"`
	}
)

var (
	_ = kit.DefineOrderedUnion[tunes](kit.Decimal{}, "")
	_ = kit.DefineSmartUnion[ranked](marks{}, words{})
	_ = kit.DefineSmartUnion[ranks]([]ranked{}, 0)
)

func TestUnionsInUnions(t *testing.T) {
	t.Parallel()

	// Both structs have one field in the value. A text is a text, and true is no integer.
	read, err := request.Decode[ranks](post(`[{"a":true,"word":"red"},{"a":1,"word":"1"}]`))
	require.NoError(t, err)
	list, ok := read.([]ranked)
	require.True(t, ok)
	require.Equal(t, words{Word: "red"}, list[0])
	require.Equal(t, marks{A: 1}, list[1])
}

type (
	kept  any
	open1 struct {
		A     int            `json:"a"`
		Extra map[string]any `json:"-" extra:"allow"`
	}
	shut2 struct {
		A int `json:"a"`
		B int `json:"b"`
	}
	trimmed any
)

var (
	_ = kit.DefineSmartUnion[kept](open1{}, shut2{})
	_ = kit.DefineSmartUnion[trimmed]().Ruled(`transform:"strip,lower" validate:"oneof=now"`, "").Variants(0)
)

// A key that is kept besides the fields counts half a field, as in Pydantic.
func TestUnionsOfOpenStructs(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]kept{
		`{"a":1}`:                   open1{A: 1},
		`{"a":1,"b":2}`:             shut2{A: 1, B: 2},
		`{"a":1,"b":2,"c":3}`:       open1{A: 1, Extra: map[string]any{"b": int64(2), "c": int64(3)}},
		`{"a":1,"b":2,"c":3,"d":4}`: open1{A: 1, Extra: map[string]any{"b": int64(2), "c": int64(3), "d": int64(4)}},
	} {
		read, err := request.Decode[kept](post(body))
		require.NoError(t, err, body)
		require.Equal(t, want, read, body)
	}
}

func TestUnionsOfTransformedTexts(t *testing.T) {
	t.Parallel()

	read, err := request.Decode[trimmed](post(`" NOW "`))
	require.NoError(t, err)
	require.Equal(t, trimmed("now"), read)
}

type defaulted any

type byDate struct {
	ID  string   `json:"id"`
	Day kit.Date `json:"day" default:"2024-01-01"`
}

type byNumber struct {
	ID int `json:"id"`
}

var _ = kit.DefineSmartUnion[defaulted](byNumber{}, byDate{})

// A default has not been sent, so it neither has been converted nor counts as a field.
func TestDefaultsDoNotChooseAVariant(t *testing.T) {
	t.Parallel()

	got, err := request.Decode[defaulted](post(`{"id":"1"}`))
	require.NoError(t, err)
	require.IsType(t, byDate{}, got)
}

// hedge has two variants of one shape, which both hold it.
type hedge any

type hedges []hedge

type (
	leaf   struct{ Text string }
	garden struct {
		kit.Schema

		Hedge hedge `json:"hedge"`
	}
)

var _ = kit.DefineOrderedUnion[hedge]([]hedge{}, hedges{}, leaf{})

// Each value is looked at once for U+0000, however many variants of a union may hold it.
func TestNULInDeepUnions(t *testing.T) {
	t.Parallel()

	deep := func(leaf, besides string) string {
		return `{"hedge":` + strings.Repeat("[", 200) + `{"Text":"` + leaf + `"}` + strings.Repeat("]", 200) + `,"other":"` + besides + `"}`
	}
	require.Equal(t, http.StatusOK, decodes[garden](t, deep("a", "\\u0000")).Code)
	require.Equal(t, http.StatusOK, decodes[garden](t, deep("\\u0000", "")).Code, "a struct looks for it itself")
}
