package pagination_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/pagination"
)

var (
	oldKey = []byte("0123456789abcdef0123456789abcdef")
	newKey = []byte("fedcba9876543210fedcba9876543210")
)

func text(s string) *string { return &s }

func mustCursors(t testing.TB, keys ...[]byte) *pagination.Cursors {
	t.Helper()
	cursors, err := pagination.NewCursors(keys...)
	require.NoError(t, err)
	return cursors
}

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	cursors := mustCursors(t, oldKey)
	for _, position := range []pagination.Position{
		{},
		{nil},
		{text("")},
		{text("2025-01-03 13:37:00.123456+00"), nil, text(strings.Repeat("x", 5000)), text("0196-…")},
	} {
		sealed := cursors.Seal("binding", position)
		opened, err := cursors.Open("binding", sealed)
		require.NoError(t, err)
		require.Equal(t, position, opened)
	}
}

func TestCursorIsBoundAndSigned(t *testing.T) {
	t.Parallel()
	cursors := mustCursors(t, oldKey)
	sealed := cursors.Seal("customers -created_at", pagination.Position{text("a"), text("b")})
	_, err := cursors.Open("customers created_at", sealed)
	requireInvalidCursor(t, err)

	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	require.NoError(t, err)
	for i := range raw {
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1
		_, err := cursors.Open("customers -created_at", base64.RawURLEncoding.EncodeToString(changed))
		requireInvalidCursor(t, err)
		_, err = cursors.Open("customers -created_at", base64.RawURLEncoding.EncodeToString(raw[:i]))
		requireInvalidCursor(t, err)
	}
	for _, garbage := range []string{"", "x", "AQ", sealed + "A", " " + sealed, sealed + "=", "\x00"} {
		_, err := cursors.Open("customers -created_at", garbage)
		requireInvalidCursor(t, err)
	}
}

// TestACursorHasOneText puts characters in, at every place, that decoders of
// base64 skip or take for others.
func TestACursorHasOneText(t *testing.T) {
	t.Parallel()
	cursors := mustCursors(t, oldKey)
	for _, value := range []string{"", "a", "ab", "abc"} {
		sealed := cursors.Seal("b", pagination.Position{text(value)})
		_, err := cursors.Open("b", sealed)
		require.NoError(t, err)
		for _, extra := range []string{"\r", "\n", "\r\n", " ", "\t", "\x00", "=", "A", "%", "\u200b", "\xff"} {
			for at := range len(sealed) + 1 {
				_, err := cursors.Open("b", sealed[:at]+extra+sealed[at:])
				requireInvalidCursor(t, err)
			}
		}
		for at := range len(sealed) {
			for _, other := range []byte("AB-_+/=\n ") {
				if sealed[at] != other {
					_, err := cursors.Open("b", sealed[:at]+string(rune(other))+sealed[at+1:])
					requireInvalidCursor(t, err)
				}
			}
		}
	}
}

func requireInvalidCursor(t *testing.T, err error) {
	t.Helper()
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, invalid.Details(), 1)
	require.Equal(t, errors.Loc{"query", "cursor"}, invalid.Details()[0].Loc)
}

func TestCursorKeysRotate(t *testing.T) {
	t.Parallel()
	sealed := mustCursors(t, oldKey).Seal("b", pagination.Position{text("a")})
	_, err := mustCursors(t, newKey, oldKey).Open("b", sealed)
	require.NoError(t, err)
	_, err = mustCursors(t, newKey).Open("b", sealed)
	requireInvalidCursor(t, err)

	_, err = pagination.NewCursors()
	sentence.Equal(t, "NewCursors without a key", err)
	_, err = pagination.NewCursors(oldKey, []byte("short"))
	sentence.Equal(t, "NewCursors with a short key", err)
}

func TestCursorParams(t *testing.T) {
	t.Parallel()
	var params pagination.CursorParams
	require.Empty(t, bind(t, &params, `max_limit:"20"`, "cursor=abc&limit=30"))
	require.Equal(t, "abc", params.Cursor())
	require.Equal(t, int64(20), params.Limit())
	require.Empty(t, bind(t, &params, "", ""))
	require.Equal(t, pagination.NewCursorParams("", 10), params)
	require.Len(t, bind(t, &params, "", "limit=0"), 1)
}

func TestCursorListOnTheWire(t *testing.T) {
	t.Parallel()
	last, err := json.Marshal(pagination.NewCursorList[int](nil, ""))
	require.NoError(t, err)
	require.Equal(t, `{"items":[],"pagination":{"has_next_page":false,"next_cursor":null}}`, string(last))
	list := pagination.MapCursorList(pagination.NewCursorList([]int{1}, "abc"), func(n int) int { return n + 1 })
	more, err := json.Marshal(list)
	require.NoError(t, err)
	require.Equal(t, `{"items":[2],"pagination":{"has_next_page":true,"next_cursor":"abc"}}`, string(more))
}

func FuzzCursor(f *testing.F) {
	cursors := mustCursors(f, oldKey)
	f.Add("b", "value", true, cursors.Seal("b", pagination.Position{text("value"), nil}))
	f.Add("", "", false, "AQAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("b", "value", true, cursors.Seal("b", pagination.Position{text("value"), nil})+"\n")
	f.Fuzz(func(t *testing.T, binding, value string, null bool, garbage string) {
		position := pagination.Position{text(value)}
		if null {
			position = append(position, nil)
		}
		sealed := cursors.Seal(binding, position)
		opened, err := cursors.Open(binding, sealed)
		require.NoError(t, err)
		require.Equal(t, position, opened)
		if at, err := cursors.Open(binding, garbage); err == nil {
			require.Equal(t, garbage, cursors.Seal(binding, at), "only what was sealed here is opened")
		}
		_, err = cursors.Open(binding+"x", sealed)
		requireInvalidCursor(t, err)
	})
}
