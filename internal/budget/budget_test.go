package budget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/budget"
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestBuckets(t *testing.T) {
	t.Parallel()
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	b := budget.New(2, 10*time.Second, 100, c.Now)
	require.Zero(t, b.Take("a"))
	require.Zero(t, b.Take("a"))
	require.Equal(t, 10*time.Second, b.Take("a"))
	require.Zero(t, b.Take("b"))
	c.now = c.now.Add(4 * time.Second)
	require.Equal(t, 6*time.Second, b.Take("a"))
	b.Return("a")
	require.Zero(t, b.Take("a"))
	c.now = c.now.Add(time.Hour)
	for range 5 {
		b.Return("a")
	}
	require.Zero(t, b.Take("a"))
	require.Zero(t, b.Take("a"))
	require.NotZero(t, b.Take("a"), "it holds no more than its size")
}

func TestPace(t *testing.T) {
	t.Parallel()
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	b := budget.New(1, time.Minute, 100, c.Now)
	pace := func() (time.Duration, bool) { return b.Pace("a", time.Second, 3*time.Second) }
	wait, turn := pace()
	require.True(t, turn)
	require.Zero(t, wait)
	require.Zero(t, b.Charge("a"))
	require.Equal(t, time.Minute, b.Charge("a"))
	for want := range 4 {
		wait, turn = pace()
		require.True(t, turn)
		require.Equal(t, time.Duration(want)*time.Second, wait)
	}
	wait, turn = pace()
	require.False(t, turn)
	require.Equal(t, time.Minute, wait)
	c.now = c.now.Add(time.Second)
	wait, turn = pace()
	require.True(t, turn)
	require.Equal(t, 3*time.Second, wait)
	c.now = c.now.Add(time.Minute)
	wait, turn = pace()
	require.True(t, turn)
	require.Zero(t, wait)
}

func TestBucketsAreBoundedInNumber(t *testing.T) {
	t.Parallel()
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	b := budget.New(3, time.Hour, 100, c.Now)
	for range 3 {
		require.Zero(t, b.Take("the worst"))
	}
	for i := range 10_000 {
		b.Take(strings.Repeat("x", 1000) + fmt.Sprint(i))
		require.LessOrEqual(t, b.Len(), 100)
	}
	require.NotZero(t, b.Take("the worst"), "who used up the most is remembered")
}
