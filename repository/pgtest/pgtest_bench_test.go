package pgtest_test

import "testing"

// A database for a test, from nothing to dropped again, with one query.
func BenchmarkDatabase(b *testing.B) {
	warm := notes.Pool(b) // builds the template
	if err := warm.Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		test := newScope(b)
		if err := notes.Pool(test).Ping(b.Context()); err != nil {
			b.Fatal(err)
		}
		test.end()
		if test.failure != "" {
			b.Fatal(test.failure)
		}
	}
}

// The same by four tests at a time.
func BenchmarkDatabaseParallel(b *testing.B) {
	if err := notes.Pool(b).Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			test := newScope(b)
			if err := notes.Pool(test).Ping(b.Context()); err != nil {
				b.Error(err)
			}
			test.end()
			if test.failure != "" {
				b.Error(test.failure)
			}
		}
	})
}
