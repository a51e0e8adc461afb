package api

import "strings"

// summarize is the default of a summary, in title case: the name of the operation,
// and where that is the verb alone, such as list or get, the resource of the path
// too: "List Customers", "Get Customer".
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

// pathResource is the name of the resource that a path is about, for one and for
// many, in title case. Both are empty where the path has no plural at its place: at
// the end of the path of a collection; else before the parameter at the end, such as
// {id}, or before the word that stands for one, such as me. A plural at the end of
// the path of an item, such as settings, is one thing and keeps its name.
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

// singulars are ends of plurals, of which the first that fits counts: words that the
// rules get wrong, then the rules.
var singulars = []struct{ many, one string }{
	{"aliases", "alias"}, {"caches", "cache"}, {"children", "child"}, {"cookies", "cookie"}, {"movies", "movie"}, {"people", "person"}, {"series", "series"},
	{"ies", "y"}, {"ches", "ch"}, {"shes", "sh"}, {"sses", "ss"}, {"xes", "x"}, {"ouses", "ouse"}, {"auses", "ause"}, {"uses", "us"}, {"s", ""},
}
