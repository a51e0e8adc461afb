package sentence

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const header = "# The sentences that tests compare. Written by POLARKIT_SENTENCES=update go test ./...; see sentence.go.\n"

// format writes the file: a line with the key, below it the sentence, each line
// of it behind a tab. Empty lines inside a sentence stay empty.
func format(sentences map[string]string) string {
	var file strings.Builder
	file.WriteString(header)
	for _, key := range slices.Sorted(maps.Keys(sentences)) {
		file.WriteString("\n" + key + "\n")
		for line := range strings.SplitSeq(sentences[key], "\n") {
			if line != "" {
				line = "\t" + line
			}
			file.WriteString(line + "\n")
		}
	}
	return file.String()
}

// parse reads what format has written. It refuses a key that stands there twice,
// as after a merge.
func parse(file string) (map[string]string, error) {
	sentences := map[string]string{}
	var key string
	empty := 0
	for i, line := range strings.Split(file, "\n") {
		part, isPart := strings.CutPrefix(line, "\t")
		switch {
		case line == "":
			empty++
			continue
		case strings.HasPrefix(line, "#"):
		case !isPart:
			key = line
			if _, twice := sentences[key]; twice {
				return nil, fmt.Errorf("line %d: the key %q is there twice", i+1, key)
			}
			if !strings.Contains(key, ": ") {
				return nil, fmt.Errorf("line %d: %q is no key: it begins with the folder of its package and a colon", i+1, key)
			}
			sentences[key] = ""
		case key == "":
			return nil, fmt.Errorf("line %d: a sentence without a key", i+1)
		case sentences[key] == "":
			sentences[key] = part
		default:
			sentences[key] += strings.Repeat("\n", empty+1) + part
		}
		empty = 0
	}
	return sentences, nil
}
