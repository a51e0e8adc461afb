//go:build unix

package localpg_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/polarkit-go/polarkit/repository/localpg"
)

func Example() {
	ctx := context.Background()
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.Remove(parent) }()
	dir := filepath.Join(parent, "postgres")

	server, err := localpg.Start(ctx, localpg.Options{Dir: dir, Database: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	conn, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	var database, listens string
	err = conn.QueryRow(ctx, "SELECT current_database(), current_setting('listen_addresses')").Scan(&database, &listens)
	fmt.Printf("%s, listening on %q, %v\n", database, listens, err)

	fmt.Println(conn.Close(ctx), server.Stop(), localpg.Remove(ctx, dir))
	// Output:
	// shop, listening on "", <nil>
	// <nil> <nil> <nil>
}
