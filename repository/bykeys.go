package repository

import (
	"context"
	"fmt"
	"reflect"

	"github.com/Masterminds/squirrel"
)

// ByIDs returns those of the rows that have these primary keys. It sends one statement
// for any number of keys. A key without a row in reach is not in the map.
//
//	customersByID, err := repository.ByIDs(ctx, db, customers.For(subject), ids)
func ByIDs[K comparable, Row any](ctx context.Context, from Readable, of Rows[Row], ids []K) (map[K]Row, error) {
	if err := of.made(); err != nil {
		return nil, err
	}
	p := of.plan
	if len(p.key) != 1 {
		return nil, fmt.Errorf("repository: %s: ByIDs needs a primary key of one column", p.table)
	}
	rows, keys, err := relatedRows(ctx, from, of, "by_ids", p.key[0], ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[K]Row, len(rows))
	for i, row := range rows {
		byID[keys[i]] = row
	}
	return byID, nil
}

// Related returns those of the rows whose column has one of these keys, grouped by
// the key, in the order of the primary key. A list of resources gets the rows of
// another table that belong to it with one statement.
//
//	ordersOf, err := repository.Related(ctx, db, orders.For(subject), "customer_id", customerIDs)
func Related[K comparable, Row any](ctx context.Context, from Readable, of Rows[Row], column string, keys []K) (map[K][]Row, error) {
	if err := of.made(); err != nil {
		return nil, err
	}
	p := of.plan
	i, ok := p.byName[column]
	if !ok {
		return nil, fmt.Errorf("repository: %s: Related: there is no column %q", p.table, column)
	}
	rows, keysOf, err := relatedRows(ctx, from, of, "related", i, keys)
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
func relatedRows[K comparable, Row any](ctx context.Context, from Readable, of Rows[Row], verb string, i int, keys []K) ([]Row, []K, error) {
	c := &of.plan.columns[i]
	typ := c.typ
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ != reflect.TypeFor[K]() {
		return nil, nil, fmt.Errorf("repository: %s: the column %q is a %s, and the keys are %s", of.plan.table, c.name, typ, reflect.TypeFor[K]())
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
	rows, err := of.list(ctx, from, verb, Query{Where: squirrel.Eq{of.plan.qualified(c.name): distinct}}, NoLimit, nil)
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
