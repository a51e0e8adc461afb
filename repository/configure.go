package repository

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/kit"
)

// Configure prepares the configuration of a pool for repositories:
//
//   - uuid.UUID is read and written in binary, not as text;
//   - metadata is read in one pass;
//   - times are in UTC;
//   - the integers of json and jsonb stay integers in values of the type any;
//   - the types of this module are known in the modes of pgx that do not ask the server
//     for types (exec, simple protocol).
//
// In pgx's default mode repositories work without it, but slower. Integers then become
// floats in values of the type any, except in a map[string]any and a []any. A function
// that the configuration has for AfterConnect runs first.
//
//	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
//	…
//	repository.Configure(config)
//	pool, err := pgxpool.NewWithConfig(ctx, config)
func Configure(config *pgxpool.Config) {
	before := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if before != nil {
			if err := before(ctx, conn); err != nil {
				return err
			}
		}
		Register(conn.TypeMap())
		return nil
	}
}

// Register is [Configure] for the types of one connection.
func Register(types *pgtype.Map) {
	element := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: uuidCodec{}}
	types.RegisterType(element)
	types.RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: &pgtype.ArrayCodec{ElementType: element}})
	instant := &pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}}
	types.RegisterType(instant)
	types.RegisterType(&pgtype.Type{Name: "_timestamptz", OID: pgtype.TimestamptzArrayOID, Codec: &pgtype.ArrayCodec{ElementType: instant}})
	registerJSON(types, pgtype.JSONOID, pgtype.JSONArrayOID)
	registerJSON(types, pgtype.JSONBOID, pgtype.JSONBArrayOID)
	// For the modes in which pgx does not ask the server for the types.
	types.RegisterDefaultPgType(uuid.UUID{}, "uuid")
	types.RegisterDefaultPgType([]uuid.UUID(nil), "_uuid")
	types.RegisterDefaultPgType(kit.Metadata(nil), "jsonb")
	types.RegisterDefaultPgType(map[string]any(nil), "jsonb")
}

// uuidCodec is pgtype's codec with plans for uuid.UUID. Without them pgx uses
// sql.Scanner and driver.Valuer, and so text.
type uuidCodec struct{ pgtype.UUIDCodec }

func (c uuidCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return scanUUID{}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

func (c uuidCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeUUID{}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

type scanUUID struct{}

func (scanUUID) Scan(src []byte, dst any) error {
	id, ok := dst.(*uuid.UUID)
	if !ok {
		return fmt.Errorf("repository: a uuid is scanned into %T", dst)
	}
	if src == nil {
		return fmt.Errorf("repository: cannot scan NULL into %T", dst)
	}
	if len(src) != len(id) {
		return fmt.Errorf("repository: a uuid of %d bytes", len(src))
	}
	copy(id[:], src)
	return nil
}

type encodeUUID struct{}

func (encodeUUID) Encode(value any, buf []byte) ([]byte, error) {
	id, ok := value.(uuid.UUID)
	if !ok {
		return nil, fmt.Errorf("repository: a %T is no uuid", value)
	}
	return append(buf, id[:]...), nil
}
