package repository

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth/owner"
	"github.com/polarkit-go/polarkit/kit"
)

// column is one column of a row type.
type column struct {
	name     string
	quoted   string
	wire     string // the field of a request that it comes from; empty for none
	index    []int
	typ      reflect.Type
	nullable bool
	key      bool // part of the primary key
	readonly bool // generated or set by the database: read, never written
	version  bool
	union    bool // holds an interface of kit.DefineUnion: JSON that package jsonio reads and writes
	numbers  numbers
}

// plan is what a row type and its options compile to, once.
type plan struct {
	row     reflect.Type
	table   string // as it is named in the database, perhaps with a schema
	quoted  string
	alias   string // the quoted name of the table inside statements
	columns []column
	byName  map[string]int

	key        []int
	version    int // index into columns, -1 for none
	created    int
	updated    int
	softDelete string // a column of the table, perhaps not of the row

	owners  map[owner.Kind]string // column names
	sorts   map[string]sortKey
	unique  Fields
	refs    Fields
	checks  Fields
	maxPage int64
	from    *fragment // a query in place of the table
	// schemaNamed finds the table's name after a schema, in queries in place of the table.
	schemaNamed *regexp.Regexp
	types       atomic.Pointer[columnTypes]
	shapes      atomic.Pointer[map[string]*shape] // as they were last read
	// hasOpaque: a column's values do not say whether they are an array or JSON.
	hasOpaque bool

	// Parts of statements, written once.
	list      string // "t"."a", "t"."b"
	selects   string // SELECT list
	returning string //  RETURNING list
	inserts   string // INSERT INTO table (columns)
	orderKey  [2]string
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	timePtrType  = reflect.TypeFor[*time.Time]()
	uuidType     = reflect.TypeFor[uuid.UUID]()
	metadataType = reflect.TypeFor[kit.Metadata]()
)

// addColumns walks the fields of a row type; embedded structs without a tag
// are taken apart.
func (p *plan) addColumns(typ reflect.Type, path []int) (wrong mistakes) {
	for field := range typ.Fields() {
		index := append(slices.Clip(path), field.Index...)
		tag, tagged := field.Tag.Lookup("db")
		switch {
		case tag == "-":
		case !tagged && field.Anonymous && field.Type.Kind() == reflect.Struct:
			wrong = append(wrong, p.addColumns(field.Type, index)...)
		case !tagged && field.IsExported():
			wrong.add(fmt.Errorf("the field %s has no db tag: name its column, or write db:\"-\"", field.Name))
		case !tagged:
		case !field.IsExported():
			wrong.add(fmt.Errorf("the field %s has a db tag and must be exported", field.Name))
		default:
			wrong.add(p.addColumn(field, tag, index))
		}
	}
	return wrong
}

func (p *plan) addColumn(field reflect.StructField, tag string, index []int) error {
	name, options, _ := strings.Cut(tag, ",")
	if !isIdentifier(name) {
		return fmt.Errorf("the field %s has the tag db:%q: a column is named in letters, digits and underscores", field.Name, tag)
	}
	if first, ok := p.byName[name]; ok {
		return fmt.Errorf("the column %q is named twice, by %s and by %s", name, p.row.FieldByIndex(p.columns[first].index).Name, field.Name)
	}
	switch field.Type.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr:
		return fmt.Errorf("the field %s is a %s, which no column holds", field.Name, field.Type)
	}
	c := column{name: name, quoted: quote(name), wire: wireName(field, name), index: index, typ: field.Type, nullable: isNullable(field.Type), union: holdsUnion(field.Type), numbers: numbersOf(field.Type)}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "":
		case "pk":
			c.key = true
		case "readonly":
			c.readonly = true
		case "version":
			c.version = true
			if k := field.Type.Kind(); k != reflect.Int && k != reflect.Int32 && k != reflect.Int64 {
				return fmt.Errorf("the version column %q must be an int, int32 or int64, not %s", name, field.Type)
			}
			if p.version >= 0 {
				return fmt.Errorf("there are two version columns, %q and %q", p.columns[p.version].name, name)
			}
			p.version = len(p.columns)
		default:
			return fmt.Errorf("the field %s has the tag db:%q: the options are pk, readonly and version", field.Name, tag)
		}
	}
	p.byName[name] = len(p.columns)
	p.columns = append(p.columns, c)
	p.hasOpaque = p.hasOpaque || isOpaque(c.typ)
	return nil
}

// wireName is the name of a field on the wire, where the row is a read schema
// too, and otherwise that of its column.
func wireName(field reflect.StructField, column string) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return cmp.Or(name, column)
}

// isNullable reports whether a field can hold NULL: a pointer, a slice, a map, or a type
// such as sql.Null and those of pgtype.
func isNullable(typ reflect.Type) bool {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Interface:
		return true
	case reflect.Map:
		return typ != metadataType
	case reflect.Struct:
		valid, ok := typ.FieldByName("Valid")
		return ok && valid.Type.Kind() == reflect.Bool
	default:
		return false
	}
}

// compile settles what the options say about the columns.
func (p *plan) compile(options Options) error {
	var wrong mistakes
	wrong.add(p.compileKey())
	wrong = append(wrong, p.compileTimes(options)...)
	wrong = append(wrong, p.compileOwners(options.Owners)...)
	if options.MaxPage < 0 {
		wrong.add(fmt.Errorf("MaxPage is %d: it must be positive, or 0 for no ceiling", options.MaxPage))
	}
	p.maxPage = options.MaxPage
	for _, fields := range []Fields{options.Unique, options.References, options.Checks} {
		for _, constraint := range slices.Sorted(maps.Keys(fields)) {
			if len(fields[constraint]) == 0 {
				wrong.add(fmt.Errorf(`the constraint %q has no place in the request; name one, such as {"body", "email"}`, constraint))
			}
		}
	}
	p.unique, p.refs, p.checks = maps.Clone(options.Unique), maps.Clone(options.References), maps.Clone(options.Checks)
	wrong = append(wrong, p.compileSorting(options.Sorting)...)
	p.schemaNamed = schemaNamed(strings.Trim(p.alias, `"`))
	if options.From != nil {
		from, err := p.ownQuery(options.From)
		if err != nil {
			wrong.add(fmt.Errorf("the query in From: %w", err))
		}
		p.from = from
	}
	if err := wrong.err(); err != nil {
		return err
	}
	p.write()
	return nil
}

func (p *plan) compileKey() error {
	for i, c := range p.columns {
		if c.key {
			p.key = append(p.key, i)
		}
	}
	if len(p.key) == 0 {
		id, ok := p.byName["id"]
		if !ok {
			return fmt.Errorf("there is no primary key: tag its columns with db:\"…,pk\", or name one id")
		}
		p.columns[id].key = true
		p.key = []int{id}
	}
	for _, i := range p.key {
		if p.columns[i].nullable {
			return fmt.Errorf("the primary key %q must not take NULL", p.columns[i].name)
		}
	}
	return nil
}

func (p *plan) compileOwners(owners Owners) (wrong mistakes) {
	p.owners = make(map[owner.Kind]string, len(owners))
	for _, kind := range slices.Sorted(maps.Keys(owners)) {
		name := owners[kind]
		i, ok := p.byName[name]
		if !ok {
			wrong.add(fmt.Errorf("the owner column %q of %q is not a column of the row type; add a field with the tag db:%q, or name another column in Options.Owners", name, kind, name))
			continue
		}
		if typ := p.columns[i].typ; typ != uuidType && typ != reflect.PointerTo(uuidType) {
			wrong.add(fmt.Errorf("the owner column %q must be a uuid.UUID, not %s", name, typ))
		}
		p.owners[kind] = name
	}
	return wrong
}

func (p *plan) compileSorting(sorting Sorting) (wrong mistakes) {
	if sorting == nil {
		return nil
	}
	expressions, err := sorting.sortExpressions()
	if err != nil {
		return mistakes{err}
	}
	p.sorts = make(map[string]sortKey, len(expressions))
	for _, name := range slices.Sorted(maps.Keys(expressions)) {
		key, err := p.compileSortKey(expressions[name])
		wrong.add(err)
		p.sorts[name] = key
	}
	return wrong
}

func (p *plan) compileTimes(options Options) (wrong mistakes) {
	find := func(what, named, standard string, types ...reflect.Type) int {
		name := cmp.Or(named, standard)
		i, ok := p.byName[name]
		switch {
		case !ok && named == "":
			return -1
		case !ok:
			wrong.add(fmt.Errorf("the %s column %q is not a column of the row type; add a field with the tag db:%q, or name another column in Options.%s", what, named, named, what))
			return -1
		case !slices.Contains(types, p.columns[i].typ):
			wrong.add(fmt.Errorf("the %s column %q must be a %s, not %s", what, name, types[0], p.columns[i].typ))
		}
		return i
	}
	p.created = find("CreatedAt", options.CreatedAt, "created_at", timeType)
	p.updated = find("UpdatedAt", options.UpdatedAt, "updated_at", timePtrType, timeType)
	deleted := find("SoftDelete", "", "deleted_at", timePtrType)
	switch {
	case options.SoftDelete != "" && !isIdentifier(options.SoftDelete):
		wrong.add(fmt.Errorf("the SoftDelete column %q is not named in letters, digits and underscores", options.SoftDelete))
	case options.SoftDelete != "":
		p.softDelete = options.SoftDelete
	case deleted >= 0:
		p.softDelete = "deleted_at"
	}
	return wrong
}

// write prepares the parts of statements that never change.
func (p *plan) write() {
	quoted := make([]string, len(p.columns))
	for i, c := range p.columns {
		quoted[i] = p.qualified(c.name)
	}
	p.list = strings.Join(quoted, ", ")
	p.selects = "SELECT " + p.list
	p.returning = " RETURNING " + p.list
	p.inserts = p.insertHead()
	for direction, word := range []string{"", " DESC"} {
		keys := make([]string, len(p.key))
		for i, k := range p.key {
			keys[i] = quoted[k] + word
		}
		p.orderKey[direction] = strings.Join(keys, ", ")
	}
}

// qualified is a column of the table as statements name it.
func (p *plan) qualified(name string) string { return p.alias + "." + quote(name) }

func (p *plan) isOwner(name string) bool {
	for _, owner := range p.owners {
		if owner == name {
			return true
		}
	}
	return false
}

// isKey reports whether a column alone is the primary key.
func (p *plan) isKey(i int) bool { return p.columns[i].key && len(p.key) == 1 }

func quoteTable(table string) (quoted, alias string) {
	parts := strings.Split(table, ".")
	for i, part := range parts {
		parts[i] = quote(part)
	}
	return strings.Join(parts, "."), parts[len(parts)-1]
}

func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

func isTable(name string) bool {
	schema, table, qualified := strings.Cut(name, ".")
	return isIdentifier(schema) && (!qualified || isIdentifier(table))
}
