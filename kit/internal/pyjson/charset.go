package pyjson

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText makes UTF-8 of a text, as Python's json.loads does. It removes a byte
// order mark, recognizes UTF-16 and UTF-32 by their NUL bytes, and accepts encoded
// surrogates. It reports whether there are encoded surrogates, and whether the bytes
// are a text.
func decodeText(raw []byte) (data []byte, surrogates, ok bool) {
	switch order, width := detectEncoding(raw); {
	case width == 4:
		return fromUTF32(raw, order)
	case width == 2:
		return fromUTF16(raw, order)
	}
	data = bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))
	if utf8.Valid(data) {
		return data, false, true
	}
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			if len(rest) < 3 || rest[0] != 0xED || rest[1] < 0xA0 || rest[1] > 0xBF || rest[2]&0xC0 != 0x80 {
				return nil, false, false
			}
			size = 3
		}
		rest = rest[size:]
	}
	return data, true, true
}

// detectEncoding is json.detect_encoding: the width of a unit and its order. A
// byte order mark of two or four bytes decides; width 1 is UTF-8.
func detectEncoding(b []byte) (binary.ByteOrder, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}):
		return binary.BigEndian, 4
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}):
		return binary.LittleEndian, 4
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return binary.BigEndian, 2
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return nil, 1
	case len(b) >= 4 && b[0] == 0:
		if b[1] != 0 {
			return binary.BigEndian, 2
		}
		return binary.BigEndian, 4
	case len(b) >= 4 && b[1] == 0:
		if b[2] != 0 || b[3] != 0 {
			return binary.LittleEndian, 2
		}
		return binary.LittleEndian, 4
	case len(b) == 2 && b[0] == 0:
		return binary.BigEndian, 2
	case len(b) == 2 && b[1] == 0:
		return binary.LittleEndian, 2
	}
	return nil, 1
}

func fromUTF16(raw []byte, order binary.ByteOrder) (data []byte, surrogates, ok bool) {
	if len(raw)%2 != 0 {
		return nil, false, false
	}
	for i := 0; i < len(raw); i += 2 {
		r := rune(order.Uint16(raw[i:]))
		if utf16.IsSurrogate(r) && r < 0xDC00 && i+2 < len(raw) {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(raw[i+2:]))); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		if r == 0xFEFF && i == 0 {
			continue // the byte order mark
		}
		data, surrogates = appendRune(data, r, surrogates)
	}
	return data, surrogates, true
}

func fromUTF32(raw []byte, order binary.ByteOrder) (data []byte, surrogates, ok bool) {
	if len(raw)%4 != 0 {
		return nil, false, false
	}
	for i := 0; i < len(raw); i += 4 {
		u := order.Uint32(raw[i:])
		if u > utf8.MaxRune {
			return nil, false, false
		}
		if u == 0xFEFF && i == 0 {
			continue
		}
		data, surrogates = appendRune(data, rune(u), surrogates)
	}
	return data, surrogates, true
}

// appendRune appends a code point, a surrogate in the three bytes that UTF-8
// would have for it.
func appendRune(data []byte, r rune, surrogates bool) ([]byte, bool) {
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(data, r), surrogates
	}
	return append(data, 0xED, 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F), true
}
