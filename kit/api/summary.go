package api

import (
	"slices"
	"strings"
)

// summarize is the default of a summary, in title case. It is the name of the
// operation, such as "Get External". An operation that is named like its verb has the
// resource of its path too: "List Customers", "Get Customer".
func (e *Endpoint) summarize() string {
	text := titleCase(e.name())
	if e.verb == verbNone || e.name() != string(e.verb) {
		return text
	}
	one, many := e.settings.singular, e.settings.plural
	if one == "" {
		one, many = pathResource(e.path, e.verb == verbList || e.verb == verbCreate)
	}
	if e.verb == verbList {
		one = many
	}
	return strings.TrimSpace(text + " " + one)
}

// pathResource is the name of the resource that a path is about, in title case: for
// one of it and for many. The resource is a plural:
//
//   - The path of a collection ends with it: /customers/.
//   - In the path of an item it is the segment before the last one: /customers/{id},
//     /customers/me.
//   - The path of an item may end with a plural that is one thing: /settings. It keeps
//     its name.
//
// Both names are empty where the path has no plural there.
func pathResource(path string, collection bool) (one, many string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	if !collection {
		if isLiteral(last) && isPlural(last) {
			return titleCase(last), ""
		}
		if len(segments) == 1 {
			return "", ""
		}
		last = segments[len(segments)-2]
	}
	if last == "" || !isLiteral(last) || !isPlural(last) {
		return "", ""
	}
	return titleCase(singular(last)), titleCase(last)
}

// singular is the singular of an English plural, by rules for the ends of words. The
// option [Resource] is for words that they get wrong.
func singular(plural string) string {
	for _, endings := range [][]ending{irregulars, regulars} {
		for _, ending := range endings {
			if stem, found := strings.CutSuffix(plural, ending.many); found {
				return stem + ending.one
			}
		}
	}
	return plural
}

// regulars are the ends of regular plurals. The first one that fits counts.
var regulars = []ending{
	{"ies", "y"}, {"ches", "ch"}, {"shes", "sh"}, {"sses", "ss"}, {"xes", "x"}, {"ouses", "ouse"}, {"auses", "ause"}, {"uses", "us"}, {"s", ""},
}

// irregulars are words that the rules would get wrong.
var irregulars = []ending{
	{"aliases", "alias"}, {"analyses", "analysis"}, {"caches", "cache"}, {"children", "child"}, {"cookies", "cookie"}, {"movies", "movie"},
	{"people", "person"}, {"series", "series"},
}

// ending is the end of a noun, for many and for one.
type ending struct{ many, one string }

// isPlural guesses from the last word of a name.
func isPlural(name string) bool {
	word := name[strings.LastIndexAny(name, "-_")+1:]
	return strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is") ||
		slices.Contains(otherPlurals, word)
}

// plural is the plural of an English singular, by such rules. It is for a sentence that
// proposes a name.
func plural(singular string) string {
	for _, ending := range irregulars {
		if stem, found := strings.CutSuffix(singular, ending.one); found {
			return stem + ending.many
		}
	}
	stem, last := singular[:len(singular)-1], singular[len(singular)-1:]
	switch {
	case last == "y" && !strings.ContainsAny(stem[max(len(stem)-1, 0):], "aeiou"):
		return stem + "ies"
	case last == "s" || last == "x" || strings.HasSuffix(singular, "ch") || strings.HasSuffix(singular, "sh"):
		return singular + "es"
	}
	return singular + "s"
}

// otherPlurals are plurals, and words without a plural, that do not end like one.
var otherPlurals = []string{
	"children", "criteria", "data", "equipment", "feedback", "information", "media", "men", "menus", "metadata", "people", "women",
}
