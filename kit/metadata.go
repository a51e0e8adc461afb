package kit

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Metadata holds key-value pairs of a resource: at most 50 keys of 1 to 40
// characters; values are texts of 1 to 500 characters, int64, float64 or bool
// (Polar guideline). The types of JSON are kept: 25 stays an integer, 2.5 a
// float, "25" a text. encoding/json, and so a column, drops the point of 25.0.
type Metadata map[string]any

// UnmarshalJSON reads metadata with encoding/json, as a database column or a
// client gives it, and keeps integers integers. Requests are decoded and
// validated by [Decode] and [Bind].
func (m *Metadata) UnmarshalJSON(data []byte) error {
	if flat, ok := flatMetadata(data); ok {
		*m = flat
		return nil
	}
	return m.unmarshal(data)
}

// unmarshal reads any object.
func (m *Metadata) unmarshal(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		return err
	}
	for key, value := range values {
		number, ok := value.(json.Number)
		if !ok {
			continue
		}
		if whole, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
			values[key] = whole
			continue
		}
		float, err := number.Float64()
		if err != nil {
			return err
		}
		values[key] = float
	}
	*m = values
	return nil
}
