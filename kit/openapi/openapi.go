// Package openapi is the model of an OpenAPI 3.1 document. It is a leaf: it
// imports nothing of this module.
//
// A [Document] is written with encoding/json. Maps whose order a reader sees (paths,
// properties, responses, components) are slices of named entries here, so a document is
// the same bytes on every start.
package openapi

// Version is the version of OpenAPI in documents.
const Version = "3.1.0"

// Document is a whole OpenAPI document.
type Document struct {
	OpenAPI    string        `json:"openapi"`
	Info       Info          `json:"info"`
	Servers    []Server      `json:"servers,omitempty"`
	Paths      Map[PathItem] `json:"paths"`
	Webhooks   Map[PathItem] `json:"webhooks,omitempty"`
	Components Components    `json:"components"`
	Tags       []Tag         `json:"tags,omitempty"`
}

// Info names the API.
type Info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Server is where the API is served.
type Server struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

// Tag describes a group of operations.
type Tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// PathItem holds the operations of a path.
type PathItem struct {
	Get    *Operation `json:"get,omitempty"`
	Post   *Operation `json:"post,omitempty"`
	Put    *Operation `json:"put,omitempty"`
	Patch  *Operation `json:"patch,omitempty"`
	Delete *Operation `json:"delete,omitempty"`
}

// Operations are the operations of the path with their methods in upper case,
// in the order in which they are written.
func (p PathItem) Operations() []MethodOperation {
	var all []MethodOperation
	for _, o := range []MethodOperation{{"GET", p.Get}, {"POST", p.Post}, {"PUT", p.Put}, {"PATCH", p.Patch}, {"DELETE", p.Delete}} {
		if o.Operation != nil {
			all = append(all, o)
		}
	}
	return all
}

// MethodOperation is an operation with its method in upper case.
type MethodOperation struct {
	Method    string
	Operation *Operation
}

// Set puts an operation under its method.
func (p *PathItem) Set(method string, o *Operation) {
	switch method {
	case "GET":
		p.Get = o
	case "POST":
		p.Post = o
	case "PUT":
		p.Put = o
	case "PATCH":
		p.Patch = o
	case "DELETE":
		p.Delete = o
	}
}

// Operation is one endpoint.
type Operation struct {
	Tags        []string `json:"tags,omitempty"`
	Summary     string   `json:"summary,omitempty"`
	Description string   `json:"description,omitempty"`
	OperationID string   `json:"operationId"`
	Deprecated  bool     `json:"deprecated,omitempty"`
	// Security are the sets of credentials that let a caller in, any one of which is
	// enough. It is empty and not nil for an operation that needs no credential.
	Security    []Map[[]string] `json:"security,omitzero"`
	Parameters  []Parameter     `json:"parameters,omitempty"`
	RequestBody *RequestBody    `json:"requestBody,omitempty"`
	Responses   Map[Response]   `json:"responses"`
	// Pagination is the extension x-polar-pagination: how a client walks the pages.
	Pagination *Pagination `json:"x-polar-pagination,omitempty"`
}

// Pagination describes, for generated clients, how to read the pages of a list. Names are
// names of query parameters, and paths are paths of fields in the answer.
type Pagination struct {
	// Type is "page" for page numbers, "cursor" for cursors.
	Type string `json:"type"`
	// Page is the name of the parameter for the number of the page, from 1.
	Page string `json:"page,omitempty"`
	// Cursor is the name of the parameter for the cursor.
	Cursor string `json:"cursor,omitempty"`
	// Limit is the name of the parameter for the size of the page.
	Limit string `json:"limit"`
	// Items is the path of the items.
	Items string `json:"items"`
	// TotalCount and MaxPage are the paths of the number of all items and of the last page.
	TotalCount string `json:"total_count,omitempty"`
	MaxPage    string `json:"max_page,omitempty"`
	// NextCursor and HasNextPage are the paths of the next cursor and of whether there is one.
	NextCursor  string `json:"next_cursor,omitempty"`
	HasNextPage string `json:"has_next_page,omitempty"`
}

// Parameter is a parameter of an operation.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Required    bool    `json:"required"`
	Description string  `json:"description,omitempty"`
	Deprecated  bool    `json:"deprecated,omitempty"`
	Style       string  `json:"style,omitempty"`
	Explode     *bool   `json:"explode,omitempty"`
	Schema      *Schema `json:"schema"`
}

// RequestBody is the body of a request.
type RequestBody struct {
	Required bool           `json:"required,omitempty"`
	Content  Map[MediaType] `json:"content"`
}

// Response is an answer with one status.
type Response struct {
	Description string         `json:"description"`
	Headers     Map[Header]    `json:"headers,omitempty"`
	Content     Map[MediaType] `json:"content,omitempty"`
}

// Header is a header of a response.
type Header struct {
	Description string  `json:"description,omitempty"`
	Schema      *Schema `json:"schema"`
}

// MediaType is a body in one form.
type MediaType struct {
	Schema *Schema `json:"schema,omitempty"`
}

// Components are the parts that the rest of the document refers to.
type Components struct {
	Schemas         Map[*Schema]        `json:"schemas,omitempty"`
	SecuritySchemes Map[SecurityScheme] `json:"securitySchemes,omitempty"`
}

// Security is what a guard requires of a caller. The zero value requires
// nothing: the operation is public.
type Security struct {
	// Alternatives are credentials, any one of which is enough.
	Alternatives []SecurityAlternative
	// Source identifies what reads the credential of a request. A request has at most one
	// credential of a source, so two requirements of the same source are satisfied by the
	// same credential, or both without one. Sources are compared with ==. Two different
	// sources of the same Go type exclude each other. Nil means that there is no source.
	Source any
}

// SecurityAlternative is a credential that lets a caller in: a scheme by its name, and
// the scopes, all of which are needed. The zero value lets a caller in without a
// credential.
type SecurityAlternative struct {
	Name   string
	Scheme SecurityScheme
	Scopes []string
}

// SecurityScheme describes a type of credential.
type SecurityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	Name         string `json:"name,omitempty"`
	In           string `json:"in,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
}
