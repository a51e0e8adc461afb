package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

// methods are the methods an endpoint may have, in the order of Allow.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// router finds the endpoint of a path. It uses the tree of chi, in which a literal
// segment wins over a parameter. It uses no handler of chi, so a search needs no copy of
// the request.
type router struct {
	tree     *chi.Mux
	contexts sync.Pool
	routes   map[string]*route
}

// route is all that is registered under one pattern.
type route struct {
	endpoints map[string]*Endpoint // by method
}

func newRouter() *router {
	return &router{
		tree:     chi.NewRouter(),
		contexts: sync.Pool{New: func() any { return chi.NewRouteContext() }},
		routes:   map[string]*route{},
	}
}

// add registers the endpoint. Where another endpoint has the same method and a pattern
// that differs at most in the names of its parameters, it returns that one.
func (rt *router) add(e *Endpoint) (taken *Endpoint) {
	shape := patternShape(e.path)
	for pattern, there := range rt.routes {
		if other := there.endpoints[e.method]; other != nil && patternShape(pattern) == shape {
			return other
		}
	}
	there := rt.routes[e.path]
	if there == nil {
		there = &route{endpoints: map[string]*Endpoint{}}
		rt.routes[e.path] = there
	}
	there.endpoints[e.method] = e
	rt.tree.Method(e.method, e.path, http.NotFoundHandler())
	return nil
}

// find is the endpoint for a method and a decoded path. The values of its
// parameters are set on the request.
func (rt *router) find(method, path string, r *http.Request) *Endpoint {
	c := rt.contexts.Get().(*chi.Context)
	defer rt.contexts.Put(c)
	c.Reset()
	pattern := rt.tree.Find(c, method, path)
	if pattern == "" {
		return nil
	}
	e := rt.routes[pattern].endpoints[method]
	if r != nil {
		for i, name := range c.URLParams.Keys {
			r.SetPathValue(name, c.URLParams.Values[i])
		}
		r.Pattern = e.pattern
	}
	return e
}

// allowed are the methods that the path has, nil when there is no such path.
func (rt *router) allowed(path string) []string {
	var allowed []string
	for _, method := range methods {
		if rt.find(method, path, nil) == nil {
			continue
		}
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	return allowed
}

// routable reports whether a request's path can match anything. A path with an empty
// segment or an encoded slash cannot, so no parameter is empty or holds a slash.
func routable(r *http.Request) bool {
	if !strings.HasPrefix(r.URL.Path, "/") || strings.Contains(r.URL.Path, "//") {
		return false
	}
	raw := r.URL.RawPath
	return raw == "" || !strings.Contains(raw, "%2F") && !strings.Contains(raw, "%2f")
}

// slashed is the path with a slash added at its end, or without the one that it has. It
// is empty for the root.
func slashed(path string) string {
	if path == "/" {
		return ""
	}
	if trimmed, ok := strings.CutSuffix(path, "/"); ok {
		return trimmed
	}
	return path + "/"
}

// redirection is the target of the redirection to the path that differs by the slash at
// its end. It is made from the path that the client wrote, so it is right also where a
// handler in front of the API has removed a prefix. It always stays on the same host: it
// begins with exactly one slash and has only characters of a path. It is empty where
// there is no such path.
func redirection(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, r.URL.EscapedPath()) {
		path = r.URL.EscapedPath()
	}
	target := slashed(path)
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
		return ""
	}
	target = escapeTarget(target)
	if r.URL.RawQuery != "" {
		target += "?" + escapeTarget(r.URL.RawQuery)
	}
	return target
}

// escapeTarget encodes characters that a path or a query must not have (RFC 3986), such
// as the backslash, which browsers read as a slash. Escapes are not encoded again.
func escapeTarget(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@/?%[]", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// splitPattern checks a pattern and finds the names of its parameters. The problems
// are what is wrong with it.
func splitPattern(pattern string) (params, problems []string) {
	if !strings.HasPrefix(pattern, "/") {
		return nil, []string{"the path must begin with a slash"}
	}
	if strings.Contains(pattern, "//") {
		problems = append(problems, "the path has an empty segment")
	}
	for segment := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		name, isParam := strings.CutPrefix(segment, "{")
		if !isParam {
			if !isLiteral(segment) {
				problems = append(problems, "the segment "+segment+" of the path must be lower-case letters, digits, '-', '_' and '.', or one parameter such as {id}")
			}
			continue
		}
		name, closed := strings.CutSuffix(name, "}")
		if !closed || !isSnakeCase(name) {
			problems = append(problems, "the segment "+segment+" of the path must be one parameter with a snake_case name, such as {customer_id}")
			continue
		}
		if slices.Contains(params, name) {
			problems = append(problems, "the path has two parameters named "+name)
			continue
		}
		params = append(params, name)
	}
	return params, problems
}

func isLiteral(segment string) bool {
	for _, c := range []byte(segment) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// patternShape is the pattern without the names of its parameters.
func patternShape(pattern string) string {
	var b strings.Builder
	inside := false
	for _, c := range []byte(pattern) {
		switch {
		case c == '{':
			inside = true
			b.WriteByte(c)
		case c == '}':
			inside = false
			b.WriteByte(c)
		case !inside:
			b.WriteByte(c)
		}
	}
	return b.String()
}
