package plan

import (
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// setEmail keeps the address as Pydantic's EmailStr normalises it.
func (n *Node) setEmail(d *decoder, s string, v reflect.Value) bool {
	address, issue := lax.Email(s)
	if issue != nil {
		return d.fail(issue)
	}
	v.SetString(strings.Clone(address))
	return n.check(d, none, v)
}

// setURL keeps the URL as Pydantic's HttpUrl and AnyUrl normalise it.
func (n *Node) setURL(d *decoder, s string, v reflect.Value) bool {
	var rules lax.URLRules
	switch n.Format {
	case "http":
		rules = lax.HTTPURL
	case "https":
		rules = lax.HTTPSURL
	}
	url, issue := lax.URL(s, rules)
	if issue != nil {
		return d.fail(issue)
	}
	v.SetString(strings.Clone(url))
	return n.check(d, none, v)
}
