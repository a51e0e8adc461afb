// Package shop is the client that oapi-codegen makes of the document of the
// example. It is not in the repository: .ci/openapi makes it in each run.
package shop

import _ "github.com/oapi-codegen/runtime" // what the client is made with
