package auth

import (
	"crypto/rand"
	"hash/crc32"
	"strings"
)

// A token is the prefix of its kind, tokenBody random base62 characters (about
// 220 bits) and six of a CRC-32 over prefix and body, so that a typo or a
// prefix put before another token's body is found out without a store.
const (
	tokenBody     = 37
	tokenChecksum = 6
	tokenTail     = tokenBody + tokenChecksum

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newToken makes a token of the prefix from the system's random source, which
// never fails (crypto/rand).
func newToken(prefix string) string {
	var b strings.Builder
	b.Grow(len(prefix) + tokenTail)
	b.WriteString(prefix)
	var random [64]byte
	for n := 0; n < tokenBody; {
		_, _ = rand.Read(random[:])
		for _, c := range random {
			// 248 = 4*62: the rest of the byte's range would favour some characters.
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

// checksum is the CRC-32 (IEEE) of prefix and body in base62, most significant
// digit first. It goes byte by byte, because crc32.ChecksumIEEE would make a
// copy of the text on the heap, which costs more than the few bytes do.
func checksum(text string) [tokenChecksum]byte {
	sum := ^uint32(0)
	for i := range len(text) {
		sum = crc32.IEEETable[byte(sum)^text[i]] ^ sum>>8
	}
	sum = ^sum
	var digits [tokenChecksum]byte
	for i := tokenChecksum - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return digits
}

// checkToken says what is wrong with a token of the prefix, which it is known
// to start with; empty when nothing is.
func checkToken(prefix, token string) Reason {
	tail := token[len(prefix):]
	if len(tail) != tokenTail {
		return ReasonMalformedToken
	}
	for i := range len(tail) {
		if charClasses[tail[i]]&base62Char == 0 {
			return ReasonMalformedToken
		}
	}
	split := len(token) - tokenChecksum
	if sum := checksum(token[:split]); string(sum[:]) != token[split:] {
		return ReasonChecksum
	}
	return ""
}
