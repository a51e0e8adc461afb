package repository

// PlaceOf is what [Rows.Page] makes of what was counted and what was read.
var PlaceOf = placeOf

// LooksAhead reports whether a mode reads one row more than the page.
func LooksAhead(count CountMode) bool { return count.looksAhead() }
