package plan

import (
	"reflect"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/email"
	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

// setEmail keeps the address as Pydantic's EmailStr normalises it.
func (n *Node) setEmail(d *decoder, s string, v reflect.Value) bool {
	address, issue := email.Normalize(s)
	if issue != nil {
		return d.fail(issue)
	}
	v.SetString(strings.Clone(address))
	return n.check(d, none, v)
}

// setURL keeps the URL as Pydantic's HttpUrl and AnyUrl normalise it.
func (n *Node) setURL(d *decoder, s string, v reflect.Value) bool {
	var rules weburl.Rules
	switch n.Format {
	case formatHTTP:
		rules = weburl.HTTP
	case formatHTTPS:
		rules = weburl.HTTPS
	}
	url, issue := weburl.Normalize(s, rules)
	if issue != nil {
		return d.fail(issue)
	}
	v.SetString(strings.Clone(url))
	return n.check(d, none, v)
}
