package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"log/slog"
	"strings"
	"sync"

	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/errors"
)

// Key is a secret of the application. A token is hashed with it before it is
// stored.
type Key struct {
	// ID names the key beside each hash: 1 to 64 letters, digits, dots, dashes
	// and underscores. It is not secret, and must not change.
	ID string
	// Secret is at least 32 random bytes.
	Secret []byte
}

// String returns the ID, so that no log holds the secret.
func (k Key) String() string { return "auth.Key(" + k.ID + ")" }

// GoString is like String.
func (k Key) GoString() string { return k.String() }

// Format is like String for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue is like String, for log/slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Keys are the keys of an application: the current one, which hashes tokens, and
// older ones. A hash of an older key still matches, and is replaced when its token is
// used. The zero value has no key and is refused. Keys are safe for concurrent use.
type Keys struct{ keys []*hashKey }

type hashKey struct {
	id     string
	hashes sync.Pool
}

// NewKeys makes a set of keys. It fails for a secret that is too short, for an ID
// that is not valid, and for an ID that is given twice.
func NewKeys(current Key, older ...Key) (Keys, error) { return newKeys("NewKeys", current, older) }

// newKeys makes the keys for the function of that name.
func newKeys(name string, current Key, older []Key) (Keys, error) {
	all := append([]Key{current}, older...)
	keys := make([]*hashKey, 0, len(all))
	seen := map[string]bool{}
	for _, k := range all {
		switch {
		case !isKeyID(k.ID):
			return Keys{}, fmt.Errorf("auth: %s: key %q: the ID must be 1 to 64 letters, digits, dots, dashes or underscores", name, k.ID)
		case len(k.Secret) < 32:
			return Keys{}, fmt.Errorf("auth: %s: key %q: the secret has %d bytes; it must have at least 32 from a random source", name, k.ID, len(k.Secret))
		case seen[k.ID]:
			return Keys{}, fmt.Errorf("auth: %s: key %q is given twice", name, k.ID)
		}
		seen[k.ID] = true
		keys = append(keys, newHashKey(k))
	}
	return Keys{keys: keys}, nil
}

// ParseKeys reads keys from a setting, the current one first: pairs of an ID
// and a secret in base64, separated by commas, such as
//
//	2025-06:mHq0Zl…=,2024-06:k1yT9v…=
func ParseKeys(text string) (Keys, error) {
	if strings.TrimSpace(text) == "" {
		return Keys{}, errors.New("auth: ParseKeys: no keys; set ID:SECRET, with a secret of at least 32 bytes in base64 (openssl rand -base64 32)")
	}
	var keys []Key
	for n, pair := range strings.Split(text, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(pair), ":")
		if !ok {
			return Keys{}, fmt.Errorf("auth: ParseKeys: key %d must be an ID, a colon and a secret in base64", n+1)
		}
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			// The decoder's error would quote a byte of the secret.
			return Keys{}, fmt.Errorf("auth: ParseKeys: key %q: the secret is not base64", id)
		}
		keys = append(keys, Key{ID: id, Secret: secret})
	}
	return newKeys("ParseKeys", keys[0], keys[1:])
}

func isKeyID(id string) bool {
	for i := range len(id) {
		c := id[i]
		if !isLower(c) && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return id != "" && len(id) <= 64
}

func newHashKey(k Key) *hashKey {
	secret := append([]byte(nil), k.Secret...)
	h := &hashKey{id: k.ID}
	// A hash that is reset keeps the state after its key blocks, so each further
	// token costs half as much.
	h.hashes.New = func() any { return hmac.New(sha256.New, secret) }
	return h
}

func (k *hashKey) hash(token string) credential.Hash {
	mac := k.hashes.Get().(hash.Hash)
	mac.Reset()
	_, _ = mac.Write([]byte(token))
	h := credential.Hash{KeyID: k.id}
	mac.Sum(h.Sum[:0])
	k.hashes.Put(mac)
	return h
}

// current returns the hash of a token with the current key.
func (k Keys) current(token string) credential.Hash { return k.keys[0].hash(token) }

// all returns the hashes of a token, that of the current key first.
func (k Keys) all(token string) []credential.Hash {
	hashes := make([]credential.Hash, len(k.keys))
	for i, key := range k.keys {
		hashes[i] = key.hash(token)
	}
	return hashes
}
