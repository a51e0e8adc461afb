// Package user holds the people who sign in.
package user

import "github.com/polarkit-go/polarkit/repository"

// Row is a user as the database has it.
type Row struct {
	repository.Record

	Email        string  `db:"email"`
	PasswordHash *string `db:"password_hash"` // nil: signs in by other means, or not at all
}

// Repository is the table of users. Nobody owns users: only the program itself
// reaches them.
var Repository = repository.MustNew[Row]("users", repository.Options{SoftDelete: "deleted_at"})
