package repository

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
)

// Create inserts a row and returns it as the database has it.
//
// Whose row it is comes from [Model.For] alone, never from a request: For takes
// an [owner.Owner] here, which the method Own of a reach or of an
// auth.AuthSubject makes. The owner column may be left zero in the row and must
// not name anybody else. Where a model has several owner columns, the row has the
// others: Create fails where one of them is the zero UUID.
//
//	owner, err := subject.Own(ctx, in.OrganizationID)
//	…
//	row, err := customers.For(owner).Create(ctx, db, newCustomer(in))
//
// With an [owner.System] reach the row says whose it is, and Create fails for a
// row without an owner. With any other reach Create fails, since a reach may hold
// many owners.
//
// The repository sets the primary key (a UUIDv7) and the time of creation,
// unless the row has them, and the version; the time of the last change and that
// of deletion are NULL. Everything else is written as it is in the row: also the
// zero value. A nil [kit.Metadata] is the empty object.
func (s Rows[Row]) Create(ctx context.Context, to Writable, row Row) (Row, error) {
	var none Row
	s, h, v, err := s.toCreate(ctx, to, &row)
	if err != nil {
		return none, err
	}
	p := s.plan
	st, err := p.writes(ctx, h)
	if err != nil {
		return none, err
	}
	p.insert(st, v)
	st.write(p.returning)
	return queryOne[Row](s.named(ctx, "create"), p, h, st, s.writing(func() []written { return p.written(v) }))
}

// toCreate checks and completes a new row.
func (s Rows[Row]) toCreate(ctx context.Context, to Writable, row *Row) (Rows[Row], *handle, reflect.Value, error) {
	v := reflect.ValueOf(row).Elem()
	s, h, err := s.writer(ctx, to)
	if err != nil {
		return s, nil, v, err
	}
	own, err := s.ownerOfNew()
	if err == nil {
		err = s.plan.complete(v, own, now())
	}
	return s, h, v, err
}

// now is what the database keeps of the time.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// writer is the handle for a verb that writes, and the rows with their reach.
func (s Rows[Row]) writer(ctx context.Context, to Writable) (Rows[Row], *handle, error) {
	if err := s.made(); err != nil {
		return s, nil, err
	}
	if s.source() != nil {
		return s, nil, s.onlyRead()
	}
	h, err := writerOf(to)
	if err != nil {
		return s, nil, err
	}
	s, err = s.ask(ctx)
	return s, h, err
}

func (s Rows[Row]) onlyRead() error {
	return fmt.Errorf("repository: %s: the rows of a query in From can only be read", s.plan.table)
}

// ownerOfNew is the owner of new rows. It is zero for a system reach, where the
// row names its owner.
func (s Rows[Row]) ownerOfNew() (owner.Owner, error) {
	p := s.plan
	if s.narrowed.kind != "" {
		return owner.Owner{}, fmt.Errorf("repository: %s: the owner of a new row is that of For: leave OwnedBy out", p.table)
	}
	own, ok := s.by.(owner.Owner)
	if !ok && s.reach.IsSystem() {
		return owner.Owner{}, nil
	}
	if !ok || own.IsZero() {
		return owner.Owner{}, fmt.Errorf("repository: %s: a new row needs an owner: get one with the method Own of the subject or the reach, and call For with it", p.table)
	}
	column, ok := p.owners[own.Kind()]
	if !ok {
		return owner.Owner{}, fmt.Errorf("repository: %s: a %s cannot own a row: the model has no column for it", p.table, own.Kind())
	}
	switch i := p.byName[column]; {
	case p.isKey(i):
		return owner.Owner{}, fmt.Errorf("repository: %s: a row that is its owner (%s) cannot be created by it", p.table, own.Kind())
	case p.columns[i].readonly:
		return owner.Owner{}, fmt.Errorf("repository: %s: the column %q is read-only, so the owner of a new row cannot be written", p.table, column)
	}
	return own, nil
}

// complete sets what the repository sets in a new row.
func (p *plan) complete(row reflect.Value, own owner.Owner, at time.Time) error {
	if !own.IsZero() {
		if err := p.setOwner(row, own); err != nil {
			return err
		}
	}
	if err := p.namesOwners(row, own); err != nil {
		return err
	}
	if len(p.key) == 1 {
		key := row.FieldByIndex(p.columns[p.key[0]].index)
		if key.Type() == uuidType && key.IsZero() && !p.columns[p.key[0]].readonly {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("repository: %s: a new ID: %w", p.table, err)
			}
			key.Set(reflect.ValueOf(id))
		}
	}
	if p.created >= 0 {
		created := row.FieldByIndex(p.columns[p.created].index)
		if created.IsZero() {
			created.Set(reflect.ValueOf(at))
		}
	}
	if p.updated >= 0 {
		updated := row.FieldByIndex(p.columns[p.updated].index)
		if updated.Type() == timeType {
			updated.Set(reflect.ValueOf(at))
		} else {
			updated.SetZero()
		}
	}
	if i, ok := p.byName[p.softDelete]; ok {
		row.FieldByIndex(p.columns[i].index).SetZero()
	}
	if p.version >= 0 {
		row.FieldByIndex(p.columns[p.version].index).SetInt(1)
	}
	return nil
}

// namesOwners refuses a row that has no owner in a column that is never NULL. It passes
// a key, which complete sets. The owner of For, if there is one, is in the row already.
func (p *plan) namesOwners(row reflect.Value, own owner.Owner) error {
	var missing owner.Kind
	for kind, name := range p.owners {
		i := p.byName[name]
		c := &p.columns[i]
		if !p.isKey(i) && !c.nullable && !c.readonly && row.FieldByIndex(c.index).IsZero() && (missing == "" || kind < missing) {
			missing = kind
		}
	}
	switch {
	case missing == "":
		return nil
	case own.IsZero():
		return fmt.Errorf("repository: %s: the row names no %s: with a system reach the row says whose it is", p.table, missing)
	default:
		return fmt.Errorf("repository: %s: the row names no %s: For sets only its %s, so set the other owner columns in the row", p.table, missing, own.Kind())
	}
}

// setOwner refuses a row that names another owner, rather than move it.
func (p *plan) setOwner(row reflect.Value, own owner.Owner) error {
	name := p.owners[own.Kind()]
	field := row.FieldByIndex(p.columns[p.byName[name]].index)
	id := own.ID()
	switch named := field.Interface().(type) {
	case uuid.UUID:
		if named != uuid.Nil && named != id {
			return fmt.Errorf("repository: %s: the row names another %s than its owner", p.table, own.Kind())
		}
		field.Set(reflect.ValueOf(id))
	case *uuid.UUID:
		if named != nil && *named != id {
			return fmt.Errorf("repository: %s: the row names another %s than its owner", p.table, own.Kind())
		}
		field.Set(reflect.ValueOf(&id))
	}
	return nil
}

// insert writes an INSERT of one row, up to its end.
func (p *plan) insert(st *statement, row reflect.Value) {
	st.write(p.inserts, " VALUES (")
	first := true
	for i := range p.columns {
		if p.columns[i].readonly {
			continue
		}
		if !first {
			st.write(", ")
		}
		first = false
		st.bindColumn(p, i, p.columns[i].value(row))
	}
	st.write(")")
}

// value is a column's value as it is written.
func (c *column) value(row reflect.Value) any {
	return c.written(row.FieldByIndex(c.index).Interface())
}

// written is a value as it is written: metadata is never NULL, and a value with a union
// is JSON that can be read again.
func (c *column) written(value any) any {
	if metadata, ok := value.(kit.Metadata); ok && metadata == nil {
		return kit.Metadata{}
	}
	if c.union && value != nil && reflect.TypeOf(value).AssignableTo(c.typ) && !isNilField(reflect.ValueOf(value)) {
		return unionValue{value}
	}
	return value
}

// written are the values of a new row, for the error of a field.
func (p *plan) written(row reflect.Value) []written {
	values := make([]written, 0, len(p.columns))
	for i := range p.columns {
		c := &p.columns[i]
		if c.readonly {
			continue
		}
		value := written{column: c, value: c.value(row), own: p.isOwn(i)}
		if !value.own {
			value.field = c.wire
		}
		values = append(values, value)
	}
	return values
}

// insertHead is the constant beginning of every INSERT.
func (p *plan) insertHead() string {
	names := make([]string, 0, len(p.columns))
	for _, c := range p.columns {
		if !c.readonly {
			names = append(names, quote(c.name))
		}
	}
	return "INSERT INTO " + p.quoted + " (" + strings.Join(names, ", ") + ")"
}
