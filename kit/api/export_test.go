package api

// DecimalPatterns are the patterns of a decimal as it is taken and as it is given.
func DecimalPatterns(maxDigits, places *int) (taken, given string) {
	return decimalPattern(maxDigits, places, input), decimalPattern(maxDigits, places, output)
}
