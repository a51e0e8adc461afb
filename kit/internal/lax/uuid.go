package lax

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/ascii"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// UUID reads a UUID: hyphenated in any letter case, 32 digits without hyphens,
// and the hyphenated form in braces or after urn:uuid:.
func UUID(s string) (uuid.UUID, *pydantic.Issue) {
	inner := s
	switch {
	case len(s) == 38 && s[0] == '{' && s[37] == '}':
		inner = s[1:37]
	case len(s) == 45 && strings.HasPrefix(s, "urn:uuid:"):
		inner = s[9:]
	}
	var id uuid.UUID
	if len(inner) == 36 && hyphenated(inner, &id) || len(s) == 32 && hex(s, id[:]) {
		return id, nil
	}
	return uuid.UUID{}, pydantic.ParsingIssue("uuid_parsing", "Input should be a valid UUID, ", uuidFault(inner))
}

func hyphenated(s string, id *uuid.UUID) bool {
	return s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' &&
		hex(s[:8], id[:4]) && hex(s[9:13], id[4:6]) && hex(s[14:18], id[6:8]) &&
		hex(s[19:23], id[8:10]) && hex(s[24:], id[10:])
}

// hex decodes as many bytes as to holds.
func hex(s string, to []byte) bool {
	for i := range to {
		high, low := ascii.Hex(s[2*i]), ascii.Hex(s[2*i+1])
		if high|low > 15 {
			return false
		}
		to[i] = high<<4 | low
	}
	return true
}

// uuidFault is the fault of a text that is not a UUID, in the words of the Rust library
// with which Pydantic reads them. Positions count from 1.
func uuidFault(s string) string {
	inner, offset := s, 0
	switch {
	case len(s) >= 2 && s[0] == '{' && s[len(s)-1] == '}':
		inner, offset = s[1:len(s)-1], 1
	case strings.HasPrefix(s, "urn:uuid:"):
		inner, offset = s[9:], 9
	}
	var groups [4]int // lengths of the first four groups
	group, start := 0, 0
	for i, r := range inner {
		switch {
		case r == '-':
			if group < len(groups) {
				groups[group] = i - start
			}
			group++
			start = i + 1
		case r >= utf8.RuneSelf || ascii.Hex(byte(r)) > 15: //nolint:gosec // it is ASCII
			return fmt.Sprintf("invalid character: found `%c` at %d", r, i+offset+1)
		}
	}
	switch {
	case group == 0 && offset == 0:
		return "invalid length: expected length 32 for simple format, found " + strconv.Itoa(len(s))
	case group != 4:
		return "invalid group count: expected 5, found " + strconv.Itoa(group+1)
	}
	for i, want := range [4]int{8, 4, 4, 4} {
		if groups[i] != want {
			return fmt.Sprintf("invalid group length in group %d: expected %d, found %d", i, want, groups[i])
		}
	}
	// Counted with what stands around it, as that library does.
	return "invalid group length in group 4: expected 12, found " + strconv.Itoa(len(s)-24)
}

// UUIDVersion checks that a UUID is of the version and of the variant of RFC
// 9562, as Pydantic's UUID4 and its siblings do.
func UUIDVersion(id uuid.UUID, version int) *pydantic.Issue {
	if int(id.Version()) == version && id.Variant() == uuid.RFC4122 {
		return nil
	}
	return &pydantic.Issue{
		Type: "uuid_version",
		Msg:  fmt.Sprintf("UUID version %d expected", version),
		Ctx:  errors.Ctx{{Name: "expected_version", Value: version}},
	}
}
