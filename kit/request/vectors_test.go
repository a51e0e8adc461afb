package request_test

import (
	"net/http"
	"testing"

	"github.com/polarkit-go/polarkit/kit/internal/recorded"
)

const vectorsFile = "../testdata/vectors.jsonl"

func TestVectors(t *testing.T) {
	t.Parallel()

	routes := vectorRoutes()
	recorded.Comparison{
		Handler: func(string) http.Handler { return routes },
		Exempt: map[string]string{
			"list/query/042": "sorting=name,-created_at in one parameter is accepted, as the API guidelines say",
		},
		Filters: map[string]func([]map[string]any) []map[string]any{"multi": withoutBranches},
	}.Compare(t, vectorsFile)
}

// withoutBranches keeps, of the errors of a filter, which FastAPI reports once
// for one value and once for the list, those of the list, and takes the label
// of the branch out.
func withoutBranches(details []map[string]any) []map[string]any {
	var kept []map[string]any
	for _, e := range details {
		loc, _ := e["loc"].([]any)
		if len(loc) == 3 {
			if _, label := loc[2].(string); label {
				continue
			}
		}
		if len(loc) == 4 {
			e["loc"] = []any{loc[0], loc[1], loc[3]}
		}
		kept = append(kept, e)
	}
	return kept
}
