package localpg

import "context"

// WithoutSocket is the options for a system that has no Unix sockets.
func WithoutSocket(o Options) Options {
	o.tcp = true
	return o
}

// FindIn is Find in other places.
func FindIn(ctx context.Context, only, path string, places []string) ([]Binaries, error) {
	return find(ctx, only, path, places)
}

// UsualPlaces are the patterns of Find.
var UsualPlaces = usualPlaces

// HowToInstall is the advice of ErrNoBinaries.
var HowToInstall = howToInstall
