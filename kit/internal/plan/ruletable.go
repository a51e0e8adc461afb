package plan

import (
	"fmt"

	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

// A builtin is what a name in a validate tag means here. The names that have no entry
// in [builtins] are left to validator, or are those of kit.DefineRule.
type builtin struct {
	// word is the part that the name has in the tag itself.
	word tagWord
	// narrow makes another kind of a node, before any limit is applied.
	narrow func(n *Node, r ruleTag) error
	// limit applies a limit to a node. It reports false where it leaves the rule to
	// validator.
	limit func(n *Node, r ruleTag) (applied bool, err error)
	// issue is the error of a rule that validator evaluates.
	issue *pydantic.Issue
}

// A tagWord is a part of the syntax of validate tags.
type tagWord uint8

const (
	wordRule        tagWord = iota // a rule of one value
	wordRequired                   // presence is required
	wordIgnored                    // presence is what the type of the field says
	wordDive                       // the rules of the items follow
	wordKeys                       // the rules of the keys follow, or end
	wordOtherFields                // a rule that looks at other fields, which one value does not have
)

// builtins are the names that the plan knows, each once. Package definition has the
// names too, with all of validator's, so that no application takes one.
var builtins = map[string]builtin{
	"required":  {word: wordRequired},
	"omitempty": {word: wordIgnored},
	"omitnil":   {word: wordIgnored},
	"omitzero":  {word: wordIgnored},
	"dive":      {word: wordDive},
	"keys":      {word: wordKeys},
	"endkeys":   {word: wordKeys},

	"email":         {narrow: narrowText(Email, "")},
	"url":           {narrow: narrowText(URL, formatAnyURL)},
	"http_url":      {narrow: narrowText(URL, formatHTTP)},
	"https_url":     {narrow: narrowText(URL, formatHTTPS)},
	"uuid":          {narrow: narrowUUID(formatUUID)},
	"uuid_rfc4122":  {narrow: narrowUUID(formatUUID)},
	"uuid4":         {narrow: narrowUUID(formatUUID4)},
	"uuid4_rfc4122": {narrow: narrowUUID(formatUUID4)},
	"aware":         {narrow: narrowTime(formatAware)},
	"naive":         {narrow: narrowTime(formatNaive)},
	"oneof":         {narrow: (*Node).oneof},

	"min":            {limit: compare(atLeast)},
	"max":            {limit: compare(atMost)},
	"len":            {limit: compare(exactly)},
	"gt":             {limit: compareTime(above)},
	"gte":            {limit: compareTime(atLeast)},
	"lt":             {limit: compareTime(below)},
	"lte":            {limit: compareTime(atMost)},
	"multiple_of":    {limit: (*Node).multiple},
	"max_digits":     {limit: limitDecimal((*Node).maxDigits)},
	"decimal_places": {limit: limitDecimal((*Node).decimalPlaces)},
	"unique":         {limit: (*Node).unique, issue: issueUnique},
	"ascii":          {issue: &pydantic.Issue{Type: "string_not_ascii", Msg: "String should contain only ASCII characters"}},

	"eqfield": otherFields, "nefield": otherFields, "gtfield": otherFields, "gtefield": otherFields, "ltfield": otherFields, "ltefield": otherFields,
	"eqcsfield": otherFields, "necsfield": otherFields, "gtcsfield": otherFields, "gtecsfield": otherFields, "ltcsfield": otherFields, "ltecsfield": otherFields,
	"fieldcontains": otherFields, "fieldexcludes": otherFields,
	"required_if": otherFields, "required_unless": otherFields,
	"required_with": otherFields, "required_with_all": otherFields, "required_without": otherFields, "required_without_all": otherFields,
	"excluded_if": otherFields, "excluded_unless": otherFields,
	"excluded_with": otherFields, "excluded_with_all": otherFields, "excluded_without": otherFields, "excluded_without_all": otherFields,
	"skip_unless": otherFields, "validateFn": otherFields,
}

var otherFields = builtin{word: wordOtherFields}

// A comparison is what a rule requires of a length, a number or a time.
type comparison uint8

const (
	atLeast comparison = iota
	atMost
	above
	below
	exactly
	multipleOf
)

// compare limits the length of a text, a list or a map, or a number.
func compare(c comparison) func(n *Node, r ruleTag) (bool, error) {
	return func(n *Node, r ruleTag) (bool, error) {
		switch n.Kind {
		case String, List, Set, Map, Metadata, Email, URL:
			return true, n.length(c, r)
		case Integer, Float:
			if c == exactly {
				return false, nil
			}
			return true, n.bound(c, r)
		case Decimal:
			return true, n.decimalBound(c, r)
		case Duration:
			return true, n.durationBound(c, r)
		case Datetime, Date:
			return true, timeMisfit(r)
		}
		return false, nil
	}
}

// compareTime is [compare] for a rule that also says whether a time is in the past or
// in the future.
func compareTime(c comparison) func(n *Node, r ruleTag) (bool, error) {
	return func(n *Node, r ruleTag) (bool, error) {
		if n.Kind == Datetime || n.Kind == Date {
			return true, n.timeRule(c, r)
		}
		return compare(c)(n, r)
	}
}

// limitDecimal is a limit that only a decimal can have.
func limitDecimal(limit func(n *Node, r ruleTag) error) func(n *Node, r ruleTag) (bool, error) {
	return func(n *Node, r ruleTag) (bool, error) {
		if n.Kind != Decimal {
			return true, n.misfit(r)
		}
		return true, limit(n, r)
	}
}

func (n *Node) multiple(r ruleTag) (bool, error) {
	switch n.Kind {
	case Integer, Float:
		return true, n.bound(multipleOf, r)
	case Decimal:
		return true, n.decimalBound(multipleOf, r)
	}
	return true, n.misfit(r)
}

// The formats of nodes, which narrow a kind.
const (
	formatUUID   = "uuid"
	formatUUID4  = "uuid4"
	formatAware  = "aware"
	formatNaive  = "naive"
	formatAnyURL = "any"
	formatHTTP   = "http"
	formatHTTPS  = "https"
)

func narrowText(kind Kind, format string) func(n *Node, r ruleTag) error {
	return func(n *Node, r ruleTag) error {
		if n.Kind != String {
			return n.misfit(r)
		}
		n.Kind, n.Format = kind, format
		return nil
	}
}

func narrowUUID(format string) func(n *Node, r ruleTag) error {
	return func(n *Node, r ruleTag) error {
		if n.Kind != String && n.Kind != UUID {
			return n.misfit(r)
		}
		n.Kind, n.Format = UUID, format
		return nil
	}
}

func narrowTime(format string) func(n *Node, r ruleTag) error {
	return func(n *Node, r ruleTag) error {
		if n.Kind != Datetime {
			return n.misfit(r)
		}
		n.Format = format
		return nil
	}
}

func (n *Node) misfit(r ruleTag) error {
	return fmt.Errorf("the rule %s does not fit a value of type %s", r.raw, n.Type)
}
