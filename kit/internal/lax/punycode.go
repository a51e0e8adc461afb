package lax

import (
	"math"
	"strings"
	"unicode/utf8"
)

// The parameters of Punycode (RFC 3492, section 5).
const (
	punyBase     = 36
	punyMin      = 1
	punyMax      = 26
	punySkew     = 38
	punyDamp     = 700
	punyBias     = 72
	punyStart    = 0x80
	punyMaxLabel = 1 << 12 // far beyond any label; keeps the work per label bounded
)

// encodePunycode writes a label without its prefix xn--. It refuses labels of
// absurd length, because the work grows with the square of it.
func encodePunycode(label []rune) (string, bool) {
	if len(label) > punyMaxLabel {
		return "", false
	}
	var b strings.Builder
	for _, r := range label {
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r)) //nolint:gosec // it is ASCII
		}
	}
	basic := b.Len()
	if basic > 0 {
		b.WriteByte('-')
	}
	n, delta, bias := rune(punyStart), 0, punyBias
	for handled := basic; handled < len(label); {
		next := rune(math.MaxInt32)
		for _, r := range label {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := punyBase; ; k += punyBase {
				t := threshold(k, bias)
				if q < t {
					break
				}
				b.WriteByte(punyDigit(t + (q-t)%(punyBase-t)))
				q = (q - t) / (punyBase - t)
			}
			b.WriteByte(punyDigit(q))
			bias = adaptBias(delta, handled+1, handled == basic)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return b.String(), true
}

// decodePunycode reads a label without its prefix xn--.
func decodePunycode(s string) ([]rune, bool) {
	if len(s) > punyMaxLabel {
		return nil, false
	}
	var label []rune
	if dash := strings.LastIndexByte(s, '-'); dash >= 0 {
		for i := range dash {
			if s[i] >= utf8.RuneSelf {
				return nil, false
			}
		}
		label = []rune(s[:dash])
		s = s[dash+1:]
	}
	n, i, bias := punyStart, 0, punyBias
	for len(s) > 0 {
		before, weight := i, 1
		for k := punyBase; ; k += punyBase {
			if s == "" {
				return nil, false
			}
			digit, ok := punyValue(s[0])
			if !ok || digit > (math.MaxInt32-i)/weight {
				return nil, false
			}
			s = s[1:]
			i += digit * weight
			t := threshold(k, bias)
			if digit < t {
				break
			}
			if weight > math.MaxInt32/(punyBase-t) {
				return nil, false
			}
			weight *= punyBase - t
		}
		size := len(label) + 1
		bias = adaptBias(i-before, size, before == 0)
		n += i / size
		i %= size
		if n > utf8.MaxRune || n >= 0xD800 && n <= 0xDFFF {
			return nil, false
		}
		label = append(label, 0)
		copy(label[i+1:], label[i:])
		label[i] = rune(n) //nolint:gosec // checked above
		i++
	}
	return label, true
}

func threshold(k, bias int) int { return min(max(k-bias, punyMin), punyMax) }

func adaptBias(delta, size int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / size
	k := 0
	for delta > (punyBase-punyMin)*punyMax/2 {
		delta /= punyBase - punyMin
		k += punyBase
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

func punyDigit(v int) byte {
	if v < 26 {
		return byte('a' + v) //nolint:gosec // a letter
	}
	return byte('0' + v - 26) //nolint:gosec // a digit: v is below 36
}

func punyValue(c byte) (int, bool) {
	switch {
	case isDigit(c):
		return int(c-'0') + 26, true
	case 'a' <= c && c <= 'z':
		return int(c - 'a'), true
	case 'A' <= c && c <= 'Z':
		return int(c - 'A'), true
	}
	return 0, false
}
