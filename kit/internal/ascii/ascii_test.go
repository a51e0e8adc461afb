package ascii_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

func TestBytes(t *testing.T) {
	t.Parallel()

	for c := range 256 {
		c := byte(c)
		require.Equal(t, c >= '0' && c <= '9', ascii.IsDigit(c), c)
		require.Equal(t, c >= 'a' && c <= 'z', ascii.IsLower(c), c)
		want := byte(0xff)
		if value, err := strconv.ParseUint(string([]byte{c}), 16, 8); err == nil {
			want = byte(value)
		}
		require.Equal(t, want, ascii.Hex(c), c)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()

	require.True(t, ascii.Only(""))
	require.True(t, ascii.Only("a\x00\x7f"))
	require.False(t, ascii.Only("aé"))
	require.False(t, ascii.Only("\xff"))
	require.Equal(t, 4, ascii.SkipDigits("x123y", 1))
	require.Equal(t, 3, ascii.SkipDigits("123", 0))
	require.Equal(t, 0, ascii.SkipDigits("", 0))
}
