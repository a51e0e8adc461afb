package plan

import (
	"fmt"
	"slices"
	"strings"
)

// ruleTag is one rule of a validate tag.
type ruleTag struct {
	name, param string
	raw         string
}

// ruleSet is a validate tag. The rules after dive are those of the items.
type ruleSet struct {
	required bool
	own      []ruleTag
	keys     *ruleSet
	items    *ruleSet
}

var noRules = &ruleSet{}

// key and elem are the rules of a map's keys and of what a slice or map holds.
func (r *ruleSet) key() *ruleSet {
	if r.keys == nil {
		return noRules
	}
	return r.keys
}

func (r *ruleSet) elem() *ruleSet {
	if r.items == nil {
		return noRules
	}
	return r.items
}

// parseRules parses a validate tag. Words about presence, such as omitempty, are not
// rules: the type of the field decides what may be absent.
func parseRules(tag string) (*ruleSet, error) {
	if tag == "" || tag == "-" {
		return noRules, nil
	}
	return parseLevel(strings.Split(tag, ","))
}

func parseLevel(parts []string) (*ruleSet, error) {
	set := new(ruleSet)
	for i, part := range parts {
		name, param, _ := strings.Cut(part, "=")
		if strings.Contains(part, "|") {
			name, param = part, ""
		}
		switch builtins[name].word {
		case wordRequired:
			set.required = true
		case wordIgnored:
		case wordOtherFields:
			return nil, fmt.Errorf("the rule %s looks at other fields; write a Validate(ctx) error method on the schema instead", name)
		case wordDive:
			return set, set.dive(parts[i+1:])
		case wordKeys:
			return nil, fmt.Errorf("the rule %s belongs right after dive, as in dive,keys,…,endkeys", name)
		default:
			if name == "" {
				return nil, fmt.Errorf("the validate tag %q has an empty rule", strings.Join(parts, ","))
			}
			param = strings.ReplaceAll(strings.ReplaceAll(param, "0x2C", ","), "0x7C", "|")
			set.own = append(set.own, ruleTag{name: name, param: param, raw: part})
		}
	}
	return set, nil
}

func (r *ruleSet) dive(rest []string) (err error) {
	if len(rest) > 0 && rest[0] == "keys" {
		end := slices.Index(rest, "endkeys")
		if end < 0 {
			return fmt.Errorf("the rule keys has no endkeys")
		}
		if r.keys, err = parseLevel(rest[1:end]); err != nil {
			return err
		}
		rest = rest[end+1:]
	}
	r.items, err = parseLevel(rest)
	return err
}
