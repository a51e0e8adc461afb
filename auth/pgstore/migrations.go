package pgstore

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the migrations of the table, as files of plain SQL named by
// number, to be applied in the order of their names. A file that was released
// does not change any more.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return files // a constant path: it is there
	}
	return sub
}

// Schema is the text of all migrations in their order, for an empty database.
func Schema() string {
	var b strings.Builder
	migrations := Migrations()
	names, _ := fs.Glob(migrations, "*.sql") // sorted; the pattern is right
	for _, name := range names {
		text, _ := fs.ReadFile(migrations, name) // embedded: it is there
		b.Write(text)
	}
	return b.String()
}
