// Package repository reads and writes the rows of a PostgreSQL table for
// subjects that may see some of them.
//
// A model is a table with its row type, made in a package variable and checked
// as the program starts:
//
//	type customerRow struct {
//		repository.Record
//
//		Email          string       `db:"email"`
//		Name           *string      `db:"name"`
//		OrganizationID uuid.UUID    `db:"organization_id"`
//		Metadata       kit.Metadata `db:"metadata"`
//	}
//
//	var customers = repository.MustNew[customerRow]("customers", repository.Options{
//		Owners:     repository.Owners{auth.OrganizationKind: "organization_id", auth.CustomerKind: "id"},
//		Sorting:    repository.SortMap[SortProperty]{CreatedAt: "created_at", Name: "lower(name)"},
//		Unique:     repository.Fields{"customers_organization_id_email_key": {"body", "email"}},
//		SoftDelete: "deleted_at",
//	})
//	var customerChanges = repository.ChangesOf[CustomerUpdate](customers)
//
// The only way to its rows is a reach: [Model.For] gives a [Rows], whose methods
// are the verbs.
//
//	reach, err := subject.Reach(ctx)
//	page, err := customers.For(reach).Page(ctx, reader, repository.Query{
//		Where:   squirrel.And{repository.OneOf("organization_id", in.OrganizationID), repository.IfSet("email", in.Email)},
//		Sorting: in.Sorting,
//		Params:  in.Params,
//	})
//	row, err := customers.For(reach).Get(ctx, reader, id)
//
//	owner, err := reach.Own(ctx, auth.OrganizationKind, organizationID)
//	row, err := customers.For(reach).Create(ctx, writer, owner, customerRow{Email: in.Email, Metadata: in.Metadata})
//	row, err := customers.For(reach).Update(ctx, writer, id, customerChanges(in.Body))
//	err := customers.For(reach).SoftDelete(ctx, writer, id)
//
// # Scope
//
// In every verb the rows are those that are not deleted and whose owner is in
// reach. Both conditions are joined with AND outside the caller's own
// predicate, which stands in brackets and is refused if it tries to leave them.
// The zero reach reaches nothing, and a verb then does not even ask. A write
// with an empty predicate is refused.
//
// # Predicates
//
// Filters are plain squirrel predicates (Eq, And, Expr, …) with squirrel's
// default placeholders. The statement around them is written here, from parts
// computed once per model, so that its text is the same for every page and every
// length of a list and the database's plan is found again. What squirrel gets
// wrong by itself is put right or refused: see docs/decisions. A filter that is
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
// # Errors
//
// What a client should be told comes back as an error of package errors
// (ResourceNotFound, ResourceAlreadyExists, ServiceUnavailable, a 422 at a
// field, …) that wraps an [*Error] with the constraint and the driver's own
// error for the log.
package repository
