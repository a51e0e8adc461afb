package auth

import (
	"crypto/rand"
	"github.com/polarkit-go/polarkit/auth/audit"
	"hash/crc32"
	"strings"
)

// A token is the prefix of its type, tokenBody random base62 characters (about
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
// digit first.
func checksum(text string) [tokenChecksum]byte {
	sum := crcOf(text)
	var digits [tokenChecksum]byte
	for i := tokenChecksum - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return digits
}

// crcTables[k][b] is what a byte b does to the CRC when k more bytes follow it.
var crcTables = func() (tables [4]crc32.Table) {
	tables[0] = *crc32.IEEETable
	for b, sum := range tables[0] {
		for k := 1; k < len(tables); k++ {
			sum = tables[0][byte(sum)] ^ sum>>8
			tables[k][b] = sum
		}
	}
	return tables
}()

// crcOf is crc32.ChecksumIEEE of a text, four bytes at a time. That function
// takes bytes, which would be a copy on the heap for each token, garbage too.
func crcOf(text string) uint32 {
	sum := ^uint32(0)
	for ; len(text) >= 4; text = text[4:] {
		sum ^= uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
		sum = crcTables[3][byte(sum)] ^ crcTables[2][byte(sum>>8)] ^ crcTables[1][byte(sum>>16)] ^ crcTables[0][sum>>24]
	}
	for i := range len(text) {
		sum = crcTables[0][byte(sum)^text[i]] ^ sum>>8
	}
	return ^sum
}

// checkToken says what is wrong with a token of the prefix, which it is known
// to start with; empty when nothing is.
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
