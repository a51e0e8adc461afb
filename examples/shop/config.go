package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/auth"
)

const environment = `    DATABASE_URL    the PostgreSQL to use; without it a private one is started
    SHOP_AUTH_KEYS  the keys with which tokens are hashed, the current one first:
                    ID:SECRET,… with secrets of at least 32 bytes in base64;
                    without it a key is made and kept
    SHOP_HOME       where the private PostgreSQL and the key are kept
                    (default: the user's cache folder)
`

// config is the configuration from the environment.
type config struct {
	database *pgxpool.Config // nil: a private PostgreSQL
	authKeys string          // empty: the key in home
	home     string
}

func configFromEnvironment() (config, error) {
	c := config{
		authKeys: os.Getenv("SHOP_AUTH_KEYS"),
		home:     os.Getenv("SHOP_HOME"),
	}
	if url := os.Getenv("DATABASE_URL"); url != "" {
		// As a pool reads it, with parameters such as pool_max_conns. A single
		// connection would send those to the server, which refuses them.
		database, err := pgxpool.ParseConfig(url)
		if err != nil {
			return config{}, fmt.Errorf("DATABASE_URL: %w", err)
		}
		c.database = database
	}
	if c.home == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return config{}, fmt.Errorf("set SHOP_HOME: %w", err)
		}
		c.home = filepath.Join(cache, "polarkit", "shop")
	}
	return c, nil
}

// keys are the configured keys. Without configuration it is the key in the home folder,
// which the first start makes.
func (c config) keys() (auth.Keys, error) {
	if c.authKeys != "" {
		keys, err := auth.ParseKeys(c.authKeys)
		if err != nil {
			return auth.Keys{}, fmt.Errorf("SHOP_AUTH_KEYS: %w", err)
		}
		return keys, nil
	}
	path := filepath.Join(c.home, "auth.keys")
	text, err := os.ReadFile(path) //nolint:gosec // the folder is the user's own setting
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return auth.Keys{}, err
	}
	keys, err := auth.ParseKeys(strings.TrimSpace(string(text)))
	if err != nil {
		return auth.Keys{}, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// makeKey writes a new key and returns the content of the file. That is the key of
// another program if it was written first.
func makeKey(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	rand.Read(secret)

	// A link appears with its whole content, and it never replaces another file.
	temporary, err := os.CreateTemp(filepath.Dir(path), ".auth.keys-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(temporary.Name())
	_, err = fmt.Fprintf(temporary, "local:%s\n", base64.StdEncoding.EncodeToString(secret))
	if err = errors.Join(err, temporary.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // as above
}
