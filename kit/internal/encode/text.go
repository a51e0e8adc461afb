package encode

import "unicode/utf8"

// escape says for each byte below 0x80 whether it needs an escape.
var escape = func() (table [utf8.RuneSelf]bool) {
	for c := range 0x20 {
		table[c] = true
	}
	table['"'], table['\\'] = true, true
	return table
}()

// AppendString appends text in quotes. Only quotes, backslashes and control
// characters are escaped. Bytes that are not UTF-8 become U+FFFD, and so does a
// surrogate that stands alone.
func AppendString(to []byte, text string) []byte {
	to = append(to, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !escape[c] {
				i++
				continue
			}
			to = append(to, text[start:i]...)
			to = appendEscaped(to, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r != utf8.RuneError || size > 1 {
			i += size
			continue
		}
		to = append(to, text[start:i]...)
		to = append(to, "\uFFFD"...)
		i += 1 + surrogateTail(text[i:])
		start = i
	}
	to = append(to, text[start:]...)
	return append(to, '"')
}

// surrogateTail is the number of bytes after the first one of a surrogate that is encoded
// like a character (ED A0 80 to ED BF BF). It is 0 for anything else.
func surrogateTail(text string) int {
	if len(text) >= 3 && text[0] == 0xED && text[1] >= 0xA0 && text[1] <= 0xBF && text[2] >= 0x80 && text[2] <= 0xBF {
		return 2
	}
	return 0
}

func appendEscaped(to []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(to, '\\', c)
	case '\n':
		return append(to, '\\', 'n')
	case '\r':
		return append(to, '\\', 'r')
	case '\t':
		return append(to, '\\', 't')
	case '\b':
		return append(to, '\\', 'b')
	case '\f':
		return append(to, '\\', 'f')
	}
	return append(to, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
