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
	if e.verb == verbNone || e.name() != e.verb.name {
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

// singular is the singular of an English plural whose end says it. Any other word
// stays as it is; the option [Resource] names what is irregular.
func singular(plural string) string {
	for _, ending := range singulars {
		if stem, found := strings.CutSuffix(plural, ending.many); found {
			return stem + ending.one
		}
	}
	return plural
}

// singulars are ends of plurals. The first one that fits counts: words that the rules
// below them would get wrong, then the rules.
var singulars = []struct{ many, one string }{
	{"aliases", "alias"}, {"caches", "cache"}, {"children", "child"}, {"cookies", "cookie"}, {"movies", "movie"}, {"people", "person"}, {"series", "series"},
	{"ies", "y"}, {"ches", "ch"}, {"shes", "sh"}, {"sses", "ss"}, {"xes", "x"}, {"ouses", "ouse"}, {"auses", "ause"}, {"uses", "us"}, {"s", ""},
}

// isPlural guesses from the last word of a name.
func isPlural(name string) bool {
	word := name[strings.LastIndexAny(name, "-_")+1:]
	return strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is") ||
		slices.Contains(otherPlurals, word)
}

// otherPlurals are plurals, and words without a plural, that do not end like one.
var otherPlurals = []string{
	"children", "criteria", "data", "equipment", "feedback", "information", "media", "men", "menus", "metadata", "people", "women",
}
