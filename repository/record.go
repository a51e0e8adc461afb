package repository

import (
	"time"

	"github.com/google/uuid"
)

// Record is what a row of a Polar-style table begins with; row types embed it.
// The repository sets all three: ID, a UUIDv7 made here, and CreatedAt when the
// row is created, UpdatedAt at every change.
type Record struct {
	ID        uuid.UUID  `db:"id"`
	CreatedAt time.Time  `db:"created_at"`
	UpdatedAt *time.Time `db:"updated_at"`
}
