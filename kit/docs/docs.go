// Package docs serves a documentation page for an API:
//
//	mux.Handle("/docs/", docs.Handler(a))
//
// The page is Swagger UI. Its files are embedded, so nothing is loaded from another host,
// and a strict Content-Security-Policy makes the browser refuse it. The page works offline
// and under any path. "Authorize" takes a token, and "Try it out" calls the API with it.
// The token stays in the memory of the page.
package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// The files of Swagger UI, as assets/update.sh fetched and checked them, and our own two.
//
//go:embed assets/swagger-ui-bundle.js assets/swagger-ui.css assets/start.js assets/page.css assets/page.html
var assets embed.FS

// Handler serves the page, its files and the document. It looks only at the last segment
// of the path, which is empty or the name of a file, so it can be registered under any
// path that ends with a slash. A path without the slash is redirected to the one with it.
//
// The page calls the API at the addresses of api.Config.Servers. Without any it calls the
// root of the host that the page comes from.
func Handler(a *api.API) http.Handler {
	h := &handler{document: a.DocumentHandler(), files: map[string]*file{}}
	for name, contentType := range map[string]string{
		"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
		"swagger-ui.css":       "text/css; charset=utf-8",
		"start.js":             "text/javascript; charset=utf-8",
		"page.css":             "text/css; charset=utf-8",
	} {
		h.files[name] = newFile(contentType, asset(name))
	}
	model := a.Document()
	var page bytes.Buffer
	t := template.Must(template.New("page").Parse(string(asset("page.html"))))
	if err := t.Execute(&page, model.Info); err != nil {
		panic(fmt.Sprintf("docs: the page cannot be made: %v", err)) // its template takes any texts
	}
	h.files[""] = newFile("text/html; charset=utf-8", page.Bytes())
	connect := []string{"'self'"}
	for _, server := range model.Servers {
		if origin := originOf(server.URL); origin != "" && !slices.Contains(connect, origin) {
			connect = append(connect, origin)
		}
	}
	h.policy = strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"connect-src " + strings.Join(connect, " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
	return reply.Renderer{}.Middleware(h)
}

// originOf is the scheme and the host of an absolute address. It is empty for a relative
// one.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func asset(name string) []byte {
	data, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(fmt.Sprintf("docs: %v", err)) // the file is embedded
	}
	return data
}

type handler struct {
	document http.Handler
	files    map[string]*file
	policy   string
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", h.policy)
	header.Set("Referrer-Policy", "no-referrer")
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	f := h.files[name]
	switch {
	case name == "openapi.json":
		h.document.ServeHTTP(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	case f != nil:
		f.serve(w, r)
	case !strings.Contains(name, "."):
		// With the dot, a name with a colon is not read as a scheme. The target stays on
		// this host.
		header.Set("Location", "./"+url.PathEscape(name)+"/")
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		http.NotFound(w, r)
	}
}

// file is a file in memory. It is compressed for the first client that takes gzip.
type file struct {
	contentType string
	etag        string
	data        []byte
	compressed  func() []byte
}

func newFile(contentType string, data []byte) *file {
	sum := sha256.Sum256(data)
	return &file{
		contentType: contentType,
		etag:        `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		data:        data,
		compressed: sync.OnceValue(func() []byte {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(data) // a buffer takes everything
			_ = z.Close()
			return b.Bytes()
		}),
	}
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("ETag", f.etag)
	header.Set("Cache-Control", "no-cache") // clients keep it, and ask each time whether it is still true
	header.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data := f.data
	if acceptsGzip(r) {
		data = f.compressed()
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

// acceptsGzip reports whether gzip is named, and not with the weight of zero.
func acceptsGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(line, ",") {
			coding, parameter, _ := strings.Cut(part, ";")
			if strings.TrimSpace(coding) != "gzip" {
				continue
			}
			weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameter), "q="), 64)
			return err != nil || weight > 0
		}
	}
	return false
}
