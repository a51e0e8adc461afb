package jsonio_test

import (
	"os"
	"testing"

	"github.com/polarkit-go/polarkit/internal/sentence"
)

func TestMain(m *testing.M) { os.Exit(sentence.Main(m)) }
