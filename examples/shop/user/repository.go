// Package user has the users who sign in.
package user

import "github.com/polarkit-go/polarkit/repository"

// Row is a user as the database has it.
type Row struct {
	repository.Record

	Email        string  `db:"email"`
	PasswordHash *string `db:"password_hash"` // nil: the user cannot sign in with a password
}

// Repository is the table of users. Users have no owner: only the program itself reaches
// them.
var Repository = repository.MustNew[Row]("users", repository.Options{SoftDelete: "deleted_at"})
