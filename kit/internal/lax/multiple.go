package lax

import (
	"math/big"
	"strings"
)

// maxQuotient is how many digits Python's decimal module lets a quotient have (prec).
const maxQuotient = 28

// IsMultiple reports whether n is a multiple of m, which is not zero. The answer is no
// where the quotient has more than 28 digits: Python's remainder fails there.
func (n Number) IsMultiple(m Number) bool {
	significant := strings.TrimRight(n.digits, "0")
	if significant == "" {
		return true
	}
	exponent := n.point() - int64(len(significant))
	// The last digit of a multiple is not behind that of m, and its first digit is close to
	// that of m. So the numbers below are short.
	if exponent < m.exponent || n.point()-m.point() > maxQuotient {
		return false
	}
	value, ok := new(big.Int).SetString(significant+strings.Repeat("0", int(exponent-m.exponent)), 10)
	of, okM := new(big.Int).SetString(m.digits, 10)
	if !ok || !okM {
		return false
	}
	quotient, rest := new(big.Int).QuoRem(value, of, new(big.Int))
	return rest.Sign() == 0 && len(quotient.String()) <= maxQuotient
}

// IsZero reports whether n is zero.
func (n Number) IsZero() bool { return n.digits == "0" }
