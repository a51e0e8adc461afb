package kittest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/polarkit-go/polarkit/kit/api"
)

// Guidelines checks all guidelines for an API and logs a report. A guideline that the
// API has turned off does not fail the test. The report gives the reason, and every
// place that breaks the guideline.
func Guidelines(tb testing.TB, a *api.API) {
	tb.Helper()
	var report strings.Builder
	broken := false
	fmt.Fprintf(&report, "%s: %d endpoints", a.Document().Info.Title, len(a.Endpoints()))
	for _, g := range a.Guidelines() {
		mark := "holds"
		switch {
		case g.Relaxed != "":
			mark = fmt.Sprintf("off (%s), broken %d times", g.Relaxed, len(g.Broken))
		case len(g.Broken) > 0:
			mark, broken = fmt.Sprintf("BROKEN %d times", len(g.Broken)), true
		}
		fmt.Fprintf(&report, "\n%-17s %-66s %s", g.Guideline, g.Rule, mark)
		for _, place := range g.Broken {
			fmt.Fprintf(&report, "\n    %s", place)
		}
	}
	if broken {
		tb.Error(report.String())
		return
	}
	tb.Log(report.String())
}
