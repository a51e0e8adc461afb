// Package clients makes clients of the document of the example with other
// people's tools and uses them, so that the document is known to be useful. Run
// .ci/openapi.
package clients
