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
// Unknown keys of a body are ignored. With extra:"forbid" on the embedded field they are
// errors. U+0000 is an error in every text of a schema, because PostgreSQL stores no such
// text. With sensitive:"true" on a field, errors do not show its value.
//
// Schema has no fields and no methods.
type Schema struct{}

// TimestampedSchema is the base of read schemas: a [Schema] with the times of creation
// and of the last change. Every resource has both (Polar guideline). The db tags name
// their columns.
type TimestampedSchema struct {
	Schema

	CreatedAt time.Time  `json:"created_at" db:"created_at" doc:"Creation timestamp of the object."          example:"2025-01-03T13:37:00Z"`
	UpdatedAt *time.Time `json:"updated_at" db:"updated_at" doc:"Last modification timestamp of the object." example:"2025-01-03T13:38:00Z"`
}
