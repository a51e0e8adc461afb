package kit

import "time"

// Schema is the base of every body that an API takes or gives. It is embedded,
// and its doc tag describes the schema:
//
//	type CustomerCreate struct {
//		kit.Schema `doc:"A customer to create."`
//
//		Email string `json:"email" validate:"email" doc:"The email address of the customer." example:"john@example.com"`
//	}
//
// Unknown keys of a body are ignored; extra:"forbid" on the embedded field has
// them refused. U+0000 is refused in every text of a schema, since PostgreSQL
// has no such text. sensitive:"true" on a field keeps its value out of replies.
//
// It promotes no methods. What it marks is found when a type's plan is compiled.
type Schema struct{}

// TimestampedSchema is the base of read schemas: a [Schema] with the times of
// creation and of the last change (Polar guideline: every resource has both).
// Its db tags name the columns that a row of such a resource has.
type TimestampedSchema struct {
	Schema

	CreatedAt time.Time  `json:"created_at" db:"created_at" doc:"Creation timestamp of the object."          example:"2025-01-03T13:37:00Z"`
	UpdatedAt *time.Time `json:"updated_at" db:"updated_at" doc:"Last modification timestamp of the object." example:"2025-01-03T13:38:00Z"`
}
