package api_test

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
)

// written is what an export makes of one row.
func written(t testing.TB, cells ...string) string {
	t.Helper()
	row := func(yield func([]string, error) bool) { yield(cells, nil) }
	w := call(exporting(io.Discard, func() api.CSV { return api.CSV{Rows: iter.Seq2[[]string, error](row)} }), "GET", "/v1/customers/export", "")
	require.Equal(t, 200, w.Code)
	return w.Body.String()
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1":            "'=1+1",
		"+1+1":            "'+1+1",
		"-1+1":            "'-1+1",
		"@SUM(A1)":        "'@SUM(A1)",
		"＝1":              "'＝1",
		"＋1":              "'＋1",
		"－1":              "'－1",
		"＠A1":             "'＠A1",
		"\tx":             "'\tx",
		"\rx":             "\"'x\"", // a lone carriage return is dropped where lines end with CRLF
		"\nx":             "\"'\r\nx\"",
		" =1":             "' =1",
		"\u00a0=1":        "'\u00a0=1",
		"\ufeff=1":        "'\ufeff=1",
		"\x00=1":          "'\x00=1",
		`"=1`:             `"'""=1"`,
		"x;=1+1":          "x;'=1+1",
		"x; =1+1":         "x;' =1+1",
		`x;"=1+1"`:        `"x;'""=1+1"""`,
		"x\t=1":           "x\t'=1",
		"x\n=1":           "\"x\r\n'=1\"",
		"x;＠A1":           "x;'＠A1",
		";;=1":            ";;'=1",
		"x;-5":            "x;'-5",
		"-cmd|' /C'!A0":   "'-cmd|' /C'!A0",
		"-":               "'-",
		"+":               "'+",
		"-.5":             "'-.5",
		"-5.":             "'-5.",
		"--5":             "'--5",
		"-5e":             "'-5e",
		"-5e+":            "'-5e+",
		"-5 ":             "'-5 ",
		"-1,5":            "\"'-1,5\"",
		"-٣":              "'-٣",
		"-5":              "-5",
		"+5":              "+5",
		"-5.25":           "-5.25",
		"-1e5":            "-1e5",
		"+1.5E-3":         "+1.5E-3",
		"1":               "1",
		"":                "",
		"ada@example.com": "ada@example.com",
		"a=b; c":          "a=b; c",
		"Ada - Lovelace":  "Ada - Lovelace",
		"'=1":             "'=1",
		"2025-01-03":      "2025-01-03",
	} {
		require.Equal(t, "x,"+want+"\r\n", written(t, "x", cell), "%q", cell)
	}
}

func TestCSVHeaderIsNoFormula(t *testing.T) {
	t.Parallel()
	w := call(exporting(io.Discard, func() api.CSV { return api.CSV{Header: []string{"=id"}} }), "GET", "/v1/customers/export", "")
	require.Equal(t, "'=id\r\n", w.Body.String())
}

// FuzzCSVCell splits a cell at everything that separates cells in some
// spreadsheet. No part is a formula, and nothing but apostrophes is added.
func FuzzCSVCell(f *testing.F) {
	for _, seed := range []string{"=1", "x;=1+1", "\n=1", "＝1", ` "=1`, "-5", "-5;-5", "\t\t\r\n=", "a\u200b;\u200b@", "';'=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if strings.Contains(cell, "\r") || strings.ToValidUTF8(cell, "") != cell {
			return // lines end with CRLF, and the package reads them as LF
		}
		rows, err := csv.NewReader(strings.NewReader(written(t, "x", cell))).ReadAll()
		require.NoError(t, err)
		got := rows[0][1]
		require.Equal(t, strings.ReplaceAll(cell, "'", ""), strings.ReplaceAll(got, "'", ""))
		if _, err := strconv.ParseFloat(cell, 64); err == nil && got == cell {
			return
		}
		for part := range strings.FieldsFuncSeq(got, func(r rune) bool { return strings.ContainsRune(";\t\n", r) }) {
			part = strings.TrimLeftFunc(part, func(r rune) bool {
				return r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
			})
			require.False(t, part != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]), "%q: %q", cell, part)
		}
		require.False(t, got != "" && strings.ContainsRune("\t\n", rune(got[0])), "%q", got)
	})
}
