package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// CursorList is the answer of a list that is paged by cursors. It has no total,
// so that every page is equally fast.
type CursorList[T any] struct {
	kit.Schema `doc:"A page of a list that is read with cursors."`

	Items      []T              `json:"items"      doc:"The items of the page."`
	Pagination CursorPagination `json:"pagination" doc:"How to go on."`
}

// CursorPagination says how to get the next page.
type CursorPagination struct {
	kit.Schema `doc:"How to go on from a page that was read with a cursor."`

	HasNextPage bool    `json:"has_next_page" doc:"Whether there are items after this page." example:"true"`
	NextCursor  *string `json:"next_cursor"   doc:"The cursor of the next page, null after the last one. It is valid only with the same sorting and filters." example:"AQhjYTk3ZmE"`
}

// NewCursorList makes the answer of a list from the items of a page and the
// cursor of the next page, which is empty for the last page. Nil items are an
// empty list.
func NewCursorList[T any](items []T, next string) CursorList[T] {
	if items == nil {
		items = []T{}
	}
	list := CursorList[T]{Items: items}
	if next != "" {
		list.Pagination = CursorPagination{HasNextPage: true, NextCursor: &next}
	}
	return list
}

// MapCursorList is [MapListResource] for a [CursorList].
func MapCursorList[T, U any](list CursorList[T], convert func(T) U) CursorList[U] {
	return CursorList[U]{Items: mapItems(list.Items, convert), Pagination: list.Pagination}
}

// CursorParams are the query parameters cursor and limit. A struct of parameters
// embeds it like [Params], with the same tags.
type CursorParams struct {
	cursor string
	limit  int64
}

var _ kit.Parameter = (*CursorParams)(nil)

// NewCursorParams makes CursorParams without a request. The cursor comes from the
// page before, and is empty for the first page. A limit below 1 means
// [DefaultLimit].
func NewCursorParams(cursor string, limit int64) CursorParams {
	return CursorParams{cursor: cursor, limit: max(limit, 0)}
}

// Cursor is the cursor as the client sent it, empty for the first page.
func (p CursorParams) Cursor() string { return p.cursor }

// Limit is the size of the page.
func (p CursorParams) Limit() int64 {
	if p.limit < 1 {
		return DefaultLimit
	}
	return p.limit
}

// CompileParameter makes CursorParams a [kit.Parameter].
func (*CursorParams) CompileParameter(field kit.ParameterField) (kit.ParameterSpec, error) {
	l, err := compileLimits(field.Tag)
	if err != nil {
		return kit.ParameterSpec{}, err
	}
	const description = "The cursor of the page, as the page before gave it. Absent for the first page."
	return kit.ParameterSpec{
		State: l,
		Document: []openapi.Parameter{
			{Name: "cursor", In: "query", Description: description, Schema: &openapi.Schema{Type: []string{"string"}, Description: description}},
			l.document(),
		},
	}, nil
}

// BindParameter makes CursorParams a [kit.Parameter]. It does not check the
// cursor: [Cursors.Open] does, where sorting and filters are known.
func (p *CursorParams) BindParameter(in *kit.ParameterInput) {
	cursor, _ := in.Last("cursor")
	*p = CursorParams{cursor: cursor, limit: bindLimit(in)}
}

// MinCursorKey is the smallest size of a key of [Cursors], in bytes.
const MinCursorKey = 16

const (
	cursorVersion = 1
	cursorMAC     = 16
)

var cursorText = base64.RawURLEncoding.Strict()

// Cursors seals and opens cursors. A cursor is an opaque text for clients. It is
// signed together with the sorting and the filters of its list, and is not valid
// with others. It is not encrypted: it holds the sort values of the last item,
// which the client has just got. Cursors is safe for concurrent use.
type Cursors struct {
	keys [][]byte
}

// NewCursors makes Cursors with secret keys of at least [MinCursorKey] bytes. The
// first key signs. [Cursors.Open] accepts all of them, so that keys can be rotated.
func NewCursors(keys ...[]byte) (*Cursors, error) {
	if len(keys) == 0 {
		return nil, errors.New("pagination: NewCursors needs a key")
	}
	c := &Cursors{keys: make([][]byte, len(keys))}
	for i, key := range keys {
		if len(key) < MinCursorKey {
			return nil, fmt.Errorf("pagination: key %d of NewCursors has %d bytes; it must have at least %d, from crypto/rand", i+1, len(key), MinCursorKey)
		}
		c.keys[i] = append([]byte(nil), key...)
	}
	return c, nil
}

// IsZero reports whether there is no key: c is nil or was not made by
// [NewCursors]. Such cursors cannot seal anything.
func (c *Cursors) IsZero() bool { return c == nil || len(c.keys) == 0 }

// Position is the end of a page: the sort values of its last item as text, and
// nil for NULL.
type Position []*string

// Seal makes the cursor of a position. The binding identifies the list, its
// sorting and its filters. It is signed with the position and is not part of the
// cursor.
func (c *Cursors) Seal(binding string, at Position) string {
	size := 1 + binary.MaxVarintLen64 + cursorMAC
	for _, value := range at {
		size += binary.MaxVarintLen64
		if value != nil {
			size += len(*value)
		}
	}
	sealed := append(make([]byte, 0, size), cursorVersion)
	sealed = binary.AppendUvarint(sealed, uint64(len(at)))
	for _, value := range at {
		if value == nil {
			sealed = binary.AppendUvarint(sealed, 0)
			continue
		}
		sealed = binary.AppendUvarint(sealed, uint64(len(*value))+1)
		sealed = append(sealed, *value...)
	}
	sealed = append(sealed, sign(c.keys[0], binding, sealed)...)
	return cursorText.EncodeToString(sealed)
}

// Open reads a cursor. [Cursors.Seal] must have made exactly this text, for this
// binding, with one of the keys. Otherwise the error is a
// [*errors.PolarRequestValidationError] at the query parameter cursor.
func (c *Cursors) Open(binding, cursor string) (Position, error) {
	sealed, ok := decodeCursor(cursor)
	if !ok || len(sealed) < 1+cursorMAC || sealed[0] != cursorVersion {
		return nil, invalidCursor(cursor)
	}
	body, mac := sealed[:len(sealed)-cursorMAC], sealed[len(sealed)-cursorMAC:]
	for _, key := range c.keys {
		if hmac.Equal(mac, sign(key, binding, body)) {
			at, ok := readPosition(body[1:])
			if !ok {
				return nil, invalidCursor(cursor)
			}
			return at, nil
		}
	}
	return nil, invalidCursor(cursor)
}

// decodeCursor decodes a cursor. It accepts one text for the same bytes: the
// decoder alone would skip line breaks.
func decodeCursor(cursor string) (sealed []byte, ok bool) {
	sealed, err := cursorText.DecodeString(cursor)
	return sealed, err == nil && cursorText.EncodeToString(sealed) == cursor
}

func sign(key []byte, binding string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(binary.AppendUvarint([]byte("polarkit cursor\x00"), uint64(len(binding))))
	mac.Write([]byte(binding))
	mac.Write(body)
	return mac.Sum(nil)[:cursorMAC]
}

// readPosition checks every length, though the signature was right.
func readPosition(body []byte) (Position, bool) {
	count, n := binary.Uvarint(body)
	if n <= 0 || count > uint64(len(body)) {
		return nil, false
	}
	body = body[n:]
	at := make(Position, count)
	for i := range at {
		size, n := binary.Uvarint(body)
		if n <= 0 {
			return nil, false
		}
		body = body[n:]
		if size == 0 {
			continue
		}
		if size-1 > uint64(len(body)) {
			return nil, false
		}
		value := string(body[:size-1])
		at[i], body = &value, body[size-1:]
	}
	return at, len(body) == 0
}

func invalidCursor(cursor string) error {
	return errors.ValueErrorAt(errors.Loc{"query", "cursor"}, "The cursor is not valid for this list, sorting and filter", cursor)
}
