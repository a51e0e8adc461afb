// Package ascii recognizes characters of ASCII and reads digits.
package ascii

// IsDigit reports whether c is one of 0 to 9.
func IsDigit(c byte) bool { return c-'0' <= 9 }

// IsLower reports whether c is one of a to z.
func IsLower(c byte) bool { return 'a' <= c && c <= 'z' }

// Only reports whether all characters of a text are in ASCII.
func Only(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// SkipDigits is the place of the first byte at or after i that is not a digit. It is
// the length of the text where all of them are digits.
func SkipDigits(s string, i int) int {
	for i < len(s) && IsDigit(s[i]) {
		i++
	}
	return i
}

// Hex is the value of a hexadecimal digit in either letter case, and 0xff for
// any other byte.
func Hex(c byte) byte { return hex[c] }

var hex = func() (table [256]byte) {
	for c := range table {
		table[c] = 0xff
	}
	for i := range byte(10) {
		table['0'+i] = i
	}
	for i := range byte(6) {
		table['a'+i], table['A'+i] = 10+i, 10+i
	}
	return table
}()
