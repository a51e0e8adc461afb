// Package repository reads and writes the rows of a PostgreSQL table for
// subjects that may see some of them.
//
// A model is a table with its row type. It is made in a package variable and
// checked as the program starts. Where the API gives what the table holds, the
// read schema is the row type:
//
//	type Customer struct {
//		kit.TimestampedSchema `doc:"A customer."`
//
//		ID             uuid.UUID    `json:"id"              db:"id"`
//		OrganizationID uuid.UUID    `json:"organization_id" db:"organization_id"`
//		Email          string       `json:"email"           db:"email"`
//		Name           *string      `json:"name"            db:"name"`
//		Metadata       kit.Metadata `json:"metadata"        db:"metadata"`
//	}
//
//	var (
//		customers = repository.MustNew[Customer]("customers", repository.Options{
//			Owners:     repository.Owners{auth.OrganizationKind: "organization_id", auth.CustomerKind: "id"},
//			Sorting:    repository.SortMap[SortProperty]{CreatedAt: "created_at", Name: "lower(name)"},
//			Unique:     repository.Fields{"customers_organization_id_email_key": {"body", "email"}},
//			SoftDelete: "deleted_at",
//		})
//		created = repository.RowOf[CustomerCreate](customers)
//		changed = repository.ChangesOf[CustomerUpdate](customers)
//	)
//
// A row type of its own embeds [Record].
//
// [Model.For] gives the [Rows] that somebody may touch. Their methods are the
// verbs:
//
//	page, err := customers.For(subject).OwnedBy(auth.OrganizationKind, in.OrganizationID).Page(ctx, db, repository.Query{
//		Where: repository.IfSet("email", in.Email), Sorting: in.Sorting, Params: in.Params,
//	})
//	customer, err := customers.For(subject).Get(ctx, db, id)
//	customer, err := customers.For(subject).Update(ctx, db, id, changed(in.Body))
//	err := customers.For(subject).SoftDelete(ctx, db, id)
//
//	owner, err := subject.Own(ctx, in.OrganizationID)
//	customer, err := customers.For(owner).Create(ctx, db, created(in))
//
// # Reach
//
// In every verb the rows are those that are not deleted and whose owner is in
// reach. Both conditions are joined with AND outside the caller's own
// predicate. That stands in brackets and is refused if it tries to leave them.
// The zero reach reaches nothing, and a verb then sends no statement. A write
// with an empty predicate is refused.
//
// # Predicates
//
// Filters are plain squirrel predicates (Eq, And, Expr, …) with squirrel's
// default placeholders. The statement around them is written here, from parts
// computed once per model. So its text is the same for every page and every
// length of a list, and the database finds its plan again. What squirrel does
// wrong by itself is corrected or refused: see docs/decisions. A filter that is
// absent from a request ([OneOf], [IfSet], [Contains], [MetadataMatches]) is no
// condition, also inside of And, Or and [Not]. Keys are names of columns, which
// are quoted, or expressions; numbers are compared by value.
//
// # Handles
//
// Verbs that read take a [Reader], a [Writer] or a [Tx]; those that write a
// Writer or a Tx; those that lock a Tx. [InTx] runs a function in a transaction.
// [Configure] prepares the configuration of a pool.
//
// # JSON
//
// Columns of json and jsonb hold maps, lists, structs and kit.Metadata. They also
// hold an interface of kit.DefineUnion, alone or inside such a type: package
// kit/jsonio then writes the value and reads it with all of its rules. A stored
// value that does not fit is an error of the service.
//
// # Errors
//
// What a client is to know comes back as an error of package errors
// (ResourceNotFound, ResourceAlreadyExists, ServiceUnavailable, a 422 at a
// field, …). It wraps an [*Error] with the constraint and the driver's own
// error for the log.
package repository
