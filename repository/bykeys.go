package repository

import (
	"context"
	"fmt"
	"reflect"

	"github.com/Masterminds/squirrel"
)

// ByIDs returns the rows of a scope with these primary keys. It sends one statement
// for any number of keys. A key without a row in scope is not in the map.
//
//	customersByID, err := repository.ByIDs(ctx, reader, customers.For(reach), ids)
func ByIDs[K comparable, Row any](ctx context.Context, from Readable, scope Rows[Row], ids []K) (map[K]Row, error) {
	if err := scope.made(); err != nil {
		return nil, err
	}
	p := scope.plan
	if len(p.key) != 1 {
		return nil, fmt.Errorf("repository: %s: ByIDs needs a primary key of one column", p.table)
	}
	rows, keys, err := relatedRows(ctx, from, scope, "by_ids", p.key[0], ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[K]Row, len(rows))
	for i, row := range rows {
		byID[keys[i]] = row
	}
	return byID, nil
}

// Related returns the rows of a scope whose column has one of these keys, grouped by
// the key, in the order of the primary key. A list of resources gets the rows of
// another table that belong to it with one statement.
//
//	ordersOf, err := repository.Related(ctx, reader, orders.For(reach), "customer_id", customerIDs)
func Related[K comparable, Row any](ctx context.Context, from Readable, scope Rows[Row], column string, keys []K) (map[K][]Row, error) {
	if err := scope.made(); err != nil {
		return nil, err
	}
	p := scope.plan
	i, ok := p.byName[column]
	if !ok {
		return nil, fmt.Errorf("repository: %s: Related: there is no column %q", p.table, column)
	}
	rows, keysOf, err := relatedRows(ctx, from, scope, "related", i, keys)
	if err != nil {
		return nil, err
	}
	groups := make(map[K][]Row, len(keys))
	for i, row := range rows {
		groups[keysOf[i]] = append(groups[keysOf[i]], row)
	}
	return groups, nil
}

// relatedRows returns the rows whose column has one of the keys, and the key of each
// row.
func relatedRows[K comparable, Row any](ctx context.Context, from Readable, scope Rows[Row], verb string, i int, keys []K) ([]Row, []K, error) {
	c := &scope.plan.columns[i]
	typ := c.typ
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ != reflect.TypeFor[K]() {
		return nil, nil, fmt.Errorf("repository: %s: the column %q is a %s, and the keys are %s", scope.plan.table, c.name, typ, reflect.TypeFor[K]())
	}
	if len(keys) == 0 {
		return nil, nil, nil
	}
	distinct := make([]K, 0, len(keys))
	seen := make(map[K]struct{}, len(keys))
	for _, key := range keys {
		if _, ok := seen[key]; !ok {
			seen[key] = struct{}{}
			distinct = append(distinct, key)
		}
	}
	rows, err := scope.list(ctx, from, verb, Query{Where: squirrel.Eq{scope.plan.qualified(c.name): distinct}}, NoLimit, nil)
	if err != nil {
		return nil, nil, err
	}
	keysOf := make([]K, len(rows))
	for j := range rows {
		field := reflect.ValueOf(&rows[j]).Elem().FieldByIndex(c.index)
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		keysOf[j], _ = field.Interface().(K)
	}
	return rows, keysOf, nil
}
