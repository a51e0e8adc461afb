package auth

import (
	"crypto/rand"
	"hash/crc32"
	"strings"

	"github.com/polarkit-go/polarkit/auth/audit"
)

// A token is the prefix of its type, tokenBody random base62 characters (about 220
// bits), and the CRC-32 of both in tokenChecksum characters. So a typo, and a
// prefix before the body of another token, are found without a store.
const (
	tokenBody     = 37
	tokenChecksum = 6
	tokenTail     = tokenBody + tokenChecksum

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newToken makes a token of the prefix. The random source of the system never fails
// (crypto/rand).
func newToken(prefix string) string {
	var b strings.Builder
	b.Grow(len(prefix) + tokenTail)
	b.WriteString(prefix)
	var random [64]byte
	for n := 0; n < tokenBody; {
		_, _ = rand.Read(random[:])
		for _, c := range random {
			// 248 = 4*62. The bytes from there on would make some characters more likely.
			if c < 248 && n < tokenBody {
				b.WriteByte(base62[c%62])
				n++
			}
		}
	}
	sum := checksum(b.String())
	b.Write(sum[:])
	return b.String()
}

// checksum returns the CRC-32 (IEEE) of prefix and body in base62, the most
// significant digit first.
func checksum(text string) [tokenChecksum]byte {
	sum := crc32.ChecksumIEEE([]byte(text))
	var digits [tokenChecksum]byte
	for i := tokenChecksum - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return digits
}

// checkToken says what is wrong with a token that begins with the prefix. It is
// empty where nothing is wrong.
func checkToken(prefix, token string) audit.Reason {
	tail := token[len(prefix):]
	if len(tail) != tokenTail {
		return audit.ReasonMalformedToken
	}
	for i := range len(tail) {
		if charClasses[tail[i]]&base62Char == 0 {
			return audit.ReasonMalformedToken
		}
	}
	split := len(token) - tokenChecksum
	if sum := checksum(token[:split]); string(sum[:]) != token[split:] {
		return audit.ReasonChecksum
	}
	return ""
}
