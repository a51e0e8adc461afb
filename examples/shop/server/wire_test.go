package server_test

import (
	"maps"
	"strings"
)

// listPage is a page of a list as it is on the wire.
type listPage struct {
	Items      []map[string]any
	Pagination struct {
		TotalCount int `json:"total_count"`
		MaxPage    int `json:"max_page"`
	}
}

// object is a resource as it is on the wire.
type object = map[string]any

func without(o object, names ...string) object {
	rest := maps.Clone(o)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

func replace(body []byte, old, replacement string) string {
	return strings.ReplaceAll(string(body), old, replacement)
}
