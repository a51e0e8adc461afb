// Package owner says whose rows a statement may touch.
//
// A [Reach] is a union of grants. A [Grant] is a [Set] of owners of one [Kind],
// such as some organizations. An [Owner] is one of them, and owns a new row.
// Package auth makes a reach from the subject of a request; package repository
// turns it into a predicate:
//
//	reach, err := subject.Reach(ctx)                          // what the subject may touch
//	own, err := reach.Own(ctx, auth.OrganizationKind, id)     // the owner of a new row
//	some := reach.Restrict(auth.OrganizationKind, ids...)     // a filter: never more than reach
//
// All values are immutable and safe for concurrent use. Whatever a method hands
// out is a copy: a change to it changes no set and no reach. The zero value of
// each type holds nobody.
//
// A program can make a reach of its own with [ReachOf] and [System]. The types
// do not prevent that, so a reach is no proof that a subject asked. These two
// names say it where it happens. A linter rule can keep them out of handlers and
// services, as the one of this module's examples does, and package repository
// writes the reason of [System] into the name of each statement.
package owner
