package kit

import (
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
)

// ParseInt reads an integer as Pydantic reads one from a query parameter. Outer white
// space, a sign, underscores between digits and a fraction of zeros are allowed. A number
// beyond 64 bits is valid and becomes the nearest int64. The error has no Loc and no
// Input; the caller sets them.
func ParseInt(text string) (int64, *errors.ValidationError) {
	value, _, issue := lax.Int(text)
	if issue != nil {
		return 0, &errors.ValidationError{Type: issue.Type, Msg: issue.Msg, Ctx: issue.Ctx}
	}
	return value, nil
}
