package weburl

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/internal/ascii"
)

// percentEncodePath encodes a path that begins with a slash and resolves its
// dot segments. In a special URL a backslash is a slash.
func percentEncodePath(s string, special bool) string {
	if isNormalPath(s) {
		return s
	}
	path := make([]byte, 0, len(s)+16)
	var starts []int // of the segments in path, at their slashes
	for rest := s[1:]; ; {
		end := strings.IndexByte(rest, '/')
		if special {
			end = strings.IndexAny(rest, `/\`)
		}
		segment, last := rest, end < 0
		if !last {
			segment, rest = rest[:end], rest[end+1:]
		}
		switch dots(segment) {
		case 1:
			if last {
				path = append(path, '/')
			}
		case 2:
			if n := len(starts); n > 0 {
				path, starts = path[:starts[n-1]], starts[:n-1]
			}
			if last {
				path = append(path, '/')
			}
		default:
			starts = append(starts, len(path))
			path = append(path, '/')
			path = appendEncoded(path, segment, &pathSet)
		}
		if last {
			return string(path)
		}
	}
}

// isNormalPath reports that a path needs no change, when that is easy to see.
func isNormalPath(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf || c == '\\' || pathSet.has(c):
			return false
		case c == '/' && i+1 < len(s) && (s[i+1] == '.' || s[i+1] == '%'):
			return false // perhaps a dot segment
		}
	}
	return true
}

// dots is 1 for a segment that means this one, 2 for the one above, else 0.
func dots(segment string) int {
	n := 0
	for segment != "" {
		switch {
		case segment[0] == '.':
			segment = segment[1:]
		case len(segment) >= 3 && segment[:2] == "%2" && segment[2]|0x20 == 'e':
			segment = segment[3:]
		default:
			return 0
		}
		if n++; n > 2 {
			return 0
		}
	}
	return n
}

// parseFile parses what follows file:, whose host may be missing.
func (u *urlParts) parseFile(s string) (fault string) {
	u.authority = true
	s = strings.ReplaceAll(s, `\`, "/")
	rest, found := strings.CutPrefix(s, "//")
	if !found {
		if path, found := strings.CutPrefix(s, "/"); found {
			s = path
		}
		u.path, _ = filePath(s)
		return ""
	}
	host, path := rest, ""
	if end := strings.IndexByte(rest, '/'); end >= 0 {
		host, path = rest[:end], rest[end:]
	}
	switch {
	case isDriveLetter(host):
		path = rest
	case host != "":
		if u.host, fault = parseHost(host); fault != "" {
			return fault
		}
		if u.host == "localhost" {
			u.host = ""
		} else {
			path = strings.TrimPrefix(path, "/")
		}
	}
	var drive bool
	if u.path, drive = filePath(path); drive {
		u.host = ""
	}
	return ""
}

// filePath encodes the path of a file, given without its first slash, and
// resolves its dot segments. C| and C: at its start are a drive, which .. never
// leaves. The result begins with one slash.
func filePath(s string) (path string, drive bool) {
	to := []byte("/")
	for last := false; !last; {
		var segment string
		end := strings.IndexByte(s, '/')
		if last = end < 0; last {
			segment = s
		} else {
			segment, s = s[:end], s[end+1:]
		}
		switch dots(segment) {
		case 1:
			continue
		case 2:
			to = withoutSegment(to)
			continue
		}
		if len(to) == 1 && isDriveLetter(segment) {
			drive = true
			segment = segment[:1] + ":"
		}
		if to = appendEncoded(to, segment, &pathSet); !last {
			to = append(to, '/')
		}
	}
	return "/" + string(bytes.TrimLeft(to, "/")), drive
}

// withoutSegment takes the last segment off a path that ends in a slash, unless it is a drive.
func withoutSegment(path []byte) []byte {
	before := path[:len(path)-1]
	slash := bytes.LastIndexByte(before, '/')
	if slash < 0 || len(before) == slash+3 && isDriveLetter(string(before[slash+1:])) {
		return path
	}
	return path[:slash+1]
}

// isDriveLetter recognizes C: and C|.
func isDriveLetter(s string) bool {
	return len(s) == 2 && ascii.IsLower(s[0]|0x20) && (s[1] == ':' || s[1] == '|')
}
