package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type patterns struct {
	kit.Schema

	Word   kit.Optional[*string]           `json:"word"   pattern:"^\\w+$"`
	Digits kit.Optional[string]            `json:"digits" pattern:"^\\d+$"`
	Space  kit.Optional[string]            `json:"space"  pattern:"^\\S+\\s\\S+$"`
	Names  kit.Optional[[]string]          `json:"names"  pattern:"^[\\w.-]+$"`
	Others kit.Optional[map[string]string] `json:"others" pattern:"^[^\\W_]+$"`
}

// A pattern means what it means in Pydantic.
func TestPattern(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"word":"José"}`, `{"word":"日本"}`, `{"word":"e\u0301_1"}`, `{"word":null}`, `{"digits":"٣"}`, `{"digits":"1२"}`,
		`{"space":"a\u00a0b"}`, `{"space":"日\u3000本"}`, `{"names":["Zoë.Müller","-"]}`, `{"others":{"a":"Ωmega"}}`,
	} {
		_, err := request.Decode[patterns](post(body))
		require.NoError(t, err, body)
	}
	for body, want := range map[string]string{
		`{"word":"a b"}`:        `string_pattern_mismatch ["body","word"] "a b" {"pattern":"^\\w+$"}`,
		`{"digits":"½"}`:        `string_pattern_mismatch ["body","digits"] "½" {"pattern":"^\\d+$"}`,
		`{"space":"a\u00a0"}`:   "string_pattern_mismatch [\"body\",\"space\"] \"a\u00a0\" {\"pattern\":\"^\\\\S+\\\\s\\\\S+$\"}",
		`{"names":["a","b c"]}`: `string_pattern_mismatch ["body","names",1] "b c" {"pattern":"^[\\w.-]+$"}`,
		`{"others":{"a":"_"}}`:  `string_pattern_mismatch ["body","others","a"] "_" {"pattern":"^[^\\W_]+$"}`,
	} {
		_, err := request.Decode[patterns](post(body))
		require.Equal(t, []string{want}, reported(t, err), body)
	}
}

func TestPatternsThatGoCannotMatch(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"intersection of classes": request.Check[struct {
			kit.Schema
			A string `json:"a" pattern:"[a-z&&[^aeiou]]"`
		}](),
		"difference of classes": request.Check[struct {
			kit.Schema
			A kit.Optional[*string] `json:"a" pattern:"[\\w--\\d]"`
		}](),
		"boundary of words": request.Check[struct {
			A string `query:"a" pattern:"\\bword\\b"`
		}](),
		"look ahead": request.Check[struct {
			A []string `query:"a" pattern:"^(?=a)"`
		}](),
		"reference to a group": request.Check[struct {
			kit.Schema
			A map[string]string `json:"a" pattern:"(a)\\1"`
		}](),
	} {
		sentence.Equal(t, "Check: pattern: "+name, err)
	}
}
