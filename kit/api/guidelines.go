package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Guideline is one of Polar's rules for APIs. [New] checks every endpoint against it.
type Guideline string

// The guidelines. [Config].Relaxed turns off, with a reason, those that can be turned
// off. The others hold always.
const (
	// Paginated: the input of a list embeds pagination.Params or pagination.CursorParams.
	Paginated Guideline = "paginated"
	// PartialUpdate: every field of an update schema may be left out. In a union, what
	// distinguishes a struct may be required: its tag, or any field where there is no tag.
	PartialUpdate Guideline = "partial_update"
	// Schemas: bodies and outputs, and what they hold, embed kit.Schema.
	Schemas Guideline = "schemas"
	// Complete: no field of an output may be left out on the wire; it is null instead.
	Complete Guideline = "complete"
	// Timestamps: times of creation and change come from kit.TimestampedSchema. Can be turned off.
	Timestamps Guideline = "timestamps"
	// SnakeCase: names on the wire are snake_case; those of headers are lower
	// case with hyphens. Can be turned off.
	SnakeCase Guideline = "snake_case"
	// Descriptions: every schema, field and parameter has a description. Can be turned off.
	Descriptions Guideline = "descriptions"
	// Examples: every text, number, identifier and time of a schema in the document has
	// an example that means something. Can be turned off.
	Examples Guideline = "examples"
	// PluralResources: the name of a resource in a path is a plural. Can be turned off.
	PluralResources Guideline = "plural_resources"
	// OneShape: a resource has the same shape in its list and alone. Can be turned off.
	OneShape Guideline = "one_shape"
	// FixedShape: no parameter changes the shape of the answer. Can be turned off.
	FixedShape Guideline = "fixed_shape"
)

// rule is all that there is of a guideline.
type rule struct {
	name Guideline
	// says is the guideline in one sentence, for [API.Guidelines].
	says string
	// mandatory guidelines cannot be turned off.
	mandatory bool
	// check calls broken for each thing that is wrong with an endpoint, with a sentence
	// that says what to change. The sentence names the type that is to be changed, or
	// the path: it stands in the report once, also when many endpoints are found with it.
	// A part of the endpoint that could not be compiled is nil or empty.
	check func(e *Endpoint, broken func(format string, args ...any))
}

// rules are the guidelines in the order in which they are checked. A new guideline is
// a constant above, a line here, and its check in guideline_checks.go.
var rules = []rule{
	{Paginated, "Every list is paginated.", true, checkPaginated},
	{PartialUpdate, "Every field of an update schema may be left out.", true, checkPartialUpdate},
	{Schemas, "Bodies and outputs embed kit.Schema.", true, checkSchemas},
	{Complete, "Every field of an output is always on the wire.", true, checkComplete},
	{Timestamps, "Times of creation and change come from kit.TimestampedSchema.", false, checkTimestamps},
	{SnakeCase, "Names on the wire are snake_case.", false, checkSnakeCase},
	{Descriptions, "Every schema, field and parameter has a description.", false, checkDescriptions},
	{Examples, "Every field of a public schema has an example that means something.", false, checkExamples},
	{PluralResources, "Resources are named in the plural.", false, checkPlural},
	{OneShape, "A resource has the same shape in its list and alone.", false, checkOneShape},
	{FixedShape, "No parameter changes the shape of the answer.", false, checkFixedShape},
}

// GuidelineReport says whether an API keeps one guideline.
type GuidelineReport struct {
	// Guideline is the guideline, and Rule says it in one sentence.
	Guideline Guideline
	Rule      string
	// Relaxed is the reason for which the API has turned it off; empty where it holds.
	Relaxed string
	// Broken are the places that break a guideline which is turned off, each with what
	// to change. A guideline that holds has none, since [New] has found them.
	Broken []string
}

// Guidelines reports on all guidelines, in a fixed order.
func (a *API) Guidelines() []GuidelineReport {
	reports := make([]GuidelineReport, len(rules))
	for i, r := range rules {
		reports[i] = GuidelineReport{Guideline: r.name, Rule: r.says, Relaxed: a.config.Relaxed[r.name]}
		for _, e := range a.endpoints {
			r.check(e, func(format string, args ...any) {
				reports[i].Broken = append(reports[i].Broken, e.pattern+": "+fmt.Sprintf(format, args...))
			})
		}
	}
	return reports
}

// checkRelaxed holds a configuration to guidelines that exist and can be turned off.
func checkRelaxed(relaxed map[Guideline]string, wrong func(format string, args ...any)) {
	for _, name := range slices.Sorted(maps.Keys(relaxed)) {
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
		switch {
		case i < 0:
			wrong("Relaxed names the guideline %q, which does not exist; use the constants of package api", name)
		case rules[i].mandatory:
			wrong("the guideline %q cannot be turned off; remove it from Relaxed", name)
		case strings.TrimSpace(relaxed[name]) == "":
			wrong("Relaxed turns off the guideline %q without a reason; write one", name)
		}
	}
}

// checkGuidelines notes each place that breaks a guideline, with the name that
// [Config].Relaxed takes.
func (a *API) checkGuidelines() {
	for _, e := range a.endpoints {
		for _, r := range rules {
			if _, off := a.config.Relaxed[r.name]; !off {
				r.check(e, func(format string, args ...any) { e.sharedMistake(format+" (guideline %s)", append(args, r.name)...) })
			}
		}
	}
}
