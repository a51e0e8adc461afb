package repository

import (
	"time"

	"github.com/google/uuid"
)

// Record has the columns that each Polar-style table has. Row types embed it. The
// repository sets all three: ID (a UUIDv7) and CreatedAt when the row is created,
// UpdatedAt at each change.
type Record struct {
	ID        uuid.UUID  `db:"id"`
	CreatedAt time.Time  `db:"created_at"`
	UpdatedAt *time.Time `db:"updated_at"`
}
