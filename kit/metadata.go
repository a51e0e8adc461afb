package kit

import "github.com/polarkit-go/polarkit/internal/jsonnum"

// The bounds of [Metadata] (Polar guideline).
const (
	// MaxMetadataKeys is how many keys it has at most.
	MaxMetadataKeys = 50
	// MaxMetadataKeyLength is how many characters a key has at most.
	MaxMetadataKeyLength = 40
	// MaxMetadataTextLength is how many characters a text among the values has at most.
	MaxMetadataTextLength = 500
)

// Metadata holds key-value pairs of a resource: at most [MaxMetadataKeys] keys of 1 to
// [MaxMetadataKeyLength] characters. Values are texts of 1 to [MaxMetadataTextLength]
// characters, integers, floats or bools (Polar guideline). The types of JSON are kept:
// 25 stays an integer, 2.5 a float, and "25" a text. encoding/json writes the float 25.0
// without its point, and so does a column.
//
// In Go a value is a string, an int64, a float64 or a bool. An integer beyond 64
// bits is a json.Number, which keeps all of its digits.
type Metadata map[string]any

// UnmarshalJSON reads metadata from a database column, or in a client of an API. An
// integer stays an integer. A number beyond the range of a float64, which another program
// may have written, is a json.Number. Servers read and validate requests with package
// kit/request.
func (m *Metadata) UnmarshalJSON(data []byte) error {
	if flat, ok := flatMetadata(data); ok {
		*m = flat
		return nil
	}
	return m.unmarshal(data)
}

// unmarshal reads any object.
func (m *Metadata) unmarshal(data []byte) error {
	var values map[string]any
	if err := jsonnum.Unmarshal(data, &values); err != nil {
		return err
	}
	*m = values
	return nil
}
