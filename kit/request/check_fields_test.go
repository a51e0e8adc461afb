package request_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
	"github.com/polarkit-go/polarkit/pagination"
	"github.com/polarkit-go/polarkit/sorting"
)

type hidden struct {
	Z int `json:"z"`
}

type hiddenSize int

type hiddenParams struct {
	Z int `query:"z"`
}

type pageMixin struct {
	Page int `query:"page"`
}

type sorted struct {
	Sorting sorting.By[sortProperty] `query:"sorting"`
}

type rings []rings

// Fields that a request could never fill in, or not in the way they say.
func TestCheckRefusesFieldsThatCannotBeFilled(t *testing.T) {
	t.Parallel()

	const null = `\.A: a parameter has no null that a \*string could mean; use kit.Optional for a parameter that may be absent, or a plain type`
	for want, checks := range map[string][]func() error{
		null: {
			request.Check[struct {
				A *string `query:"a"`
			}],
			request.Check[struct {
				A *string `header:"a" validate:"max=3"`
			}],
		},
		`\.A: a parameter has no null that a \*string could mean; a path parameter is always there, so take the pointer away`: {
			request.Check[struct {
				A *string `path:"a"`
			}],
		},
		`\.A: a parameter has no null that a \*\[\]int could mean`: {
			request.Check[struct {
				A *[]int `query:"a"`
			}],
		},
		`embeds a pointer to request_test.hidden; embed the struct itself`: {
			request.Check[struct {
				kit.Schema
				*hidden
			}],
			request.Check[struct {
				kit.Schema
				A []struct{ *hidden }
			}],
			request.Check[struct {
				Body struct{ *hidden }
			}],
		},
		`embeds a pointer to request_test.hiddenParams; embed the struct itself`: {
			request.Check[struct{ *hiddenParams }],
			request.Check[struct {
				hiddenInside
			}],
		},
		`embeds a pointer to pagination.Params; embed the struct itself`: {
			request.Check[struct{ *pagination.Params }],
		},
		`\.(hidden|hiddenSize): has a json tag but is not exported; export the field or take the tag away`: {
			request.Check[struct {
				kit.Schema
				hidden `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				*hidden `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				hiddenSize `json:"a"`
			}],
		},
		`\.A(\[\]|\[key\])?: a time.Duration would be a number of nanoseconds on the wire; use an integer whose name says its unit`: {
			request.Check[struct {
				kit.Schema
				A time.Duration `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				A []*time.Duration `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				A map[time.Duration]int `json:"a"`
			}],
			request.Check[struct {
				A kit.Optional[time.Duration] `query:"a"`
			}],
		},
		`the fields Params and Page have the same wire name "page"; rename one`: {
			request.Check[struct {
				pagination.Params
				Page int `query:"page"`
			}],
			request.Check[struct {
				pageMixin
				pagination.Params
			}],
		},
		`the fields Params and Limit have the same wire name "limit"; rename one`: {
			request.Check[struct {
				Limit kit.Optional[string] `query:"limit"`
				pagination.Params
			}],
		},
		`the fields (Params|CursorParams) and Params have the same wire name "(page|limit)"; rename one`: {
			request.Check[struct {
				mixin
				pagination.Params
			}],
			request.Check[struct {
				pagination.CursorParams
				mixin
			}],
		},
		`the fields Sorting and (Sort|Sorting) have the same wire name "sorting"; rename one`: {
			request.Check[struct {
				sorted
				Sort string `query:"sorting"`
			}],
			request.Check[struct {
				sorted
				Sorting sorting.By[sortProperty] `query:"sorting"`
			}],
		},
		`the fields (A|B) and (A|B) have the same wire name "(?i:x-a)"; rename one`: {
			request.Check[struct {
				A string `header:"X-A"`
				B string `header:"x-a"`
			}],
		},
		`the type request_test.rings is made of itself alone; put a struct in between`: {
			request.Check[struct {
				kit.Schema
				A rings `json:"a"`
			}],
		},
	} {
		for i, check := range checks {
			err := check()
			require.Error(t, err, "%s, %d", want, i)
			require.Regexp(t, want, err.Error(), "%d", i)
		}
	}
	for _, check := range []func() error{
		request.Check[struct {
			A *string               `query:"a" default:"null"`
			B kit.Optional[*string] `header:"a"`
			C []*string             `query:"c"`
		}],
		request.Check[struct {
			kit.Schema
			*hidden `json:"-"`
			plainMixin
			a int
		}],
		request.Check[struct {
			mixin
			sorted
			Search string `header:"search"`
			Page   string `header:"page"`
		}],
	} {
		require.NoError(t, check())
	}
}

type plainMixin struct{ Y int }

type hiddenInside struct{ *hiddenParams }
