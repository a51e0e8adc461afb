package plan

import "github.com/polarkit-go/polarkit/kit/internal/pyjson"

// refuseSurrogates refuses the texts inside of a value that hold half a surrogate pair,
// which is no character. It reports whether there are none.
func (d *decoder) refuseSurrogates(tok pyjson.Token) bool {
	good := true
	switch d.doc.First(tok) {
	case '"':
		if d.doc.HasSurrogate(tok) {
			d.at(tok)
			return d.fail(issueUnicode)
		}
	case '[':
		i := 0
		for k, end := tok+1, d.doc.After(tok); k < end && !d.full(); k, i = d.doc.After(k), i+1 {
			d.pushIndex(i)
			good = d.refuseSurrogates(k) && good
			d.pop()
		}
	case '{':
		for _, e := range d.doc.Entries(tok) {
			d.push(e.Key)
			if d.doc.HasSurrogate(e.Name) {
				d.push("[key]")
				d.at(e.Name)
				good = d.fail(issueUnicode)
				d.pop()
			}
			good = d.refuseSurrogates(e.Value) && good
			d.pop()
			if d.full() {
				break
			}
		}
	}
	return good
}
