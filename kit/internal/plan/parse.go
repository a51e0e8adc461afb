package plan

import (
	"context"
	"reflect"

	"github.com/polarkit-go/polarkit/errors"
)

// Parse reads a text of JSON into v, a zero value of the node's type. The location is that
// of the whole text, and each error's location begins with it. The data must not change
// afterwards.
func (n *Node) Parse(ctx context.Context, data []byte, at errors.Loc, v reflect.Value) error {
	d := newDecoder(ctx)
	defer d.free()
	for _, part := range at {
		d.push(part)
	}
	if err := d.scan(data); err != nil {
		return err
	}
	n.decode(d, 0, v)
	return d.err()
}
