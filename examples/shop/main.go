// Command shop is the example service of polarkit: an API with organizations, users,
// customers and orders. Without arguments and configuration it starts a private
// PostgreSQL and adds demonstration data. It prints tokens and curl commands, and serves
// on 127.0.0.1:8080.
//
//	go run -C examples ./shop
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal begins the shutdown. A second signal ends the program at once.
	context.AfterFunc(ctx, stop)

	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "shop: %v\n", err)
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "shop: %v\n", err)
		os.Exit(1)
	}
}

// errUsage is the error of a command line that the program does not understand.
var errUsage = errors.New("see shop help")

type command struct {
	name, usage string
	run         func(ctx context.Context, c command, args []string, stdout, stderr io.Writer) error
}

// commands are all commands, the default one first.
func commands() []command {
	return []command{
		{"serve", "[--addr HOST:PORT] [--demo=false]\n\tmigrate the database, seed it if it is empty, and serve", serveShop},
		{"migrate", "\n\tbring the database's schema up to date", migrate},
		{"seed", "\n\tadd the demonstration data that is missing", seedDatabase},
		{"token create", "(--user EMAIL | --organization SLUG | --customer EMAIL) --scopes A,B\n\tprint a new token", createToken},
		{"openapi", "\n\tprint the OpenAPI document", printDocument},
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && (args[0] == "help" || args[0] == "-h" || args[0] == "--help") {
		help(stdout)
		return nil
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		args = append([]string{"serve"}, args...)
	}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.name {
			return c.run(ctx, c, args[len(words):], stdout, stderr)
		}
	}
	return fmt.Errorf("there is no command %q: %w", strings.Join(args, " "), errUsage)
}

func help(w io.Writer) {
	fmt.Fprint(w, "The example service of polarkit.\n\nCommands:\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "    shop %s %s\n", c.name, strings.ReplaceAll(c.usage, "\n\t", "\n        "))
	}
	fmt.Fprint(w, "\nEnvironment:\n\n", environment)
}

// parse reads the flags that set declares. Further arguments are an error.
func (c command) parse(args []string, stderr io.Writer, set func(flags *flag.FlagSet)) error {
	flags := flag.NewFlagSet("shop "+c.name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: shop %s %s\n\n", c.name, c.usage)
		flags.PrintDefaults()
	}
	set(flags)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", err, errUsage)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("shop %s does not take %q: %w", c.name, flags.Args(), errUsage)
	}
	return nil
}
