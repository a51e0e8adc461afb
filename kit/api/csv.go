package api

import (
	"encoding/csv"
	"io"
	"iter"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

// CSV is the output of an endpoint that exports rows as comma-separated values
// (RFC 4180: UTF-8, lines end with CRLF), one after the other:
//
//	return api.CSV{Filename: "customers.csv", Header: []string{"id", "email"}, Rows: rows}, nil
//
// A cell that a spreadsheet would take for a formula gets an apostrophe before it, as
// OWASP advises against CSV injection. It is a cell that begins with =, +, -, @, one of
// their full-width forms, a tab or a line end, also after blanks and quotes. Some
// spreadsheets separate cells at a semicolon, a tab or a line end too, so a part of a
// cell that begins like this behind one of them gets an apostrophe as well. A cell that
// is a plain number, such as -5 or +1.5e3, stays one.
type CSV struct {
	// Filename lets a browser save the body under the name. Default: it is shown.
	Filename string
	// Header is the first line. Default: none.
	Header []string
	// Rows are the lines. They are read once, and not at all for HEAD. An error before
	// the first row is answered like an error of the handler. An error after it is logged
	// and the connection is cut.
	Rows iter.Seq2[[]string, error]
}

// WriteResponse makes CSV a [Response].
func (c CSV) WriteResponse(w http.ResponseWriter, r *http.Request) error {
	return Stream{ContentType: csvType, Filename: c.Filename, WriteTo: c.writeTo}.WriteResponse(w, r)
}

// DescribeResponse makes CSV a [Described].
func (CSV) DescribeResponse() (int, openapi.Response) {
	return http.StatusOK, file("text/csv", &openapi.Schema{Type: openapi.Types{"string"}})
}

const csvType = "text/csv; charset=utf-8"

func (c CSV) writeTo(w io.Writer) error {
	lines := csv.NewWriter(w)
	lines.UseCRLF = true
	var cells []string
	write := func(row []string) error {
		cells = cells[:0]
		for _, cell := range row {
			cells = append(cells, plainCell(cell))
		}
		return lines.Write(cells)
	}
	header := func() error {
		if c.Header == nil {
			return nil
		}
		return write(c.Header)
	}
	begun := false
	if c.Rows != nil {
		for row, err := range c.Rows {
			if err != nil {
				return err
			}
			if !begun {
				if err := header(); err != nil {
					return err
				}
				begun = true
			}
			if err := write(row); err != nil {
				return err
			}
		}
	}
	if !begun {
		if err := header(); err != nil {
			return err
		}
	}
	lines.Flush()
	if err := lines.Error(); err != nil {
		return err
	}
	_, err := w.Write(nil) // the headers of an empty body
	return err
}

// plainCell is the cell in a form that no spreadsheet takes for a formula. It reads the
// text backwards, so at a separator it knows whether the part behind it would be a
// formula, and the time is linear in the length.
func plainCell(cell string) string {
	if cell == "" || isPlainNumber(cell) {
		return cell
	}
	var marks []int // where an apostrophe goes, the last one first
	formula := false
	for at := len(cell); at > 0; {
		r, size := utf8.DecodeLastRuneInString(cell[:at])
		if formula && (r == ';' || r == '\t' || r == '\n' || r == '\r') {
			marks = append(marks, at)
		}
		at -= size
		switch {
		case strings.ContainsRune("=+-@＝＋－＠", r):
			formula = true
		case !isInvisible(r):
			formula = false
		}
	}
	if formula || strings.IndexByte("\t\n\r", cell[0]) >= 0 {
		marks = append(marks, 0)
	}
	if marks == nil {
		return cell
	}
	var b strings.Builder
	b.Grow(len(cell) + len(marks))
	from := 0
	for i := len(marks) - 1; i >= 0; i-- {
		b.WriteString(cell[from:marks[i]])
		b.WriteByte('\'')
		from = marks[i]
	}
	b.WriteString(cell[from:])
	return b.String()
}

// isInvisible recognizes what a spreadsheet may drop before it looks for a formula:
// blanks, control and format characters, and quotes.
func isInvisible(r rune) bool {
	return r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
}

// isPlainNumber reports whether the text is a number as spreadsheets and strconv write
// it: a sign, digits, a fraction and an exponent.
func isPlainNumber(text string) bool {
	rest := strings.TrimLeft(text, "+-")
	if len(text)-len(rest) > 1 {
		return false
	}
	whole := len(rest)
	rest = strings.TrimLeft(rest, "0123456789")
	if len(rest) == whole {
		return false
	}
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(fraction, "0123456789")
		if len(rest) == len(fraction) {
			return false
		}
	}
	if rest == "" {
		return true
	}
	exponent := strings.TrimLeft(rest[1:], "+-")
	return (rest[0] == 'e' || rest[0] == 'E') && len(rest)-1-len(exponent) <= 1 &&
		exponent != "" && strings.TrimLeft(exponent, "0123456789") == ""
}
