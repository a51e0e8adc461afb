package request_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/internal/sentence"
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

	for name, checks := range map[string][]func() error{
		"hidden field that is required": {
			request.Check[struct {
				A int `query:"a" hidden:"true"`
			}],
		},
		"deprecated with a date": {
			request.Check[struct {
				A int `query:"a" deprecated:"2025-01-03"`
			}],
		},
		"null parameter": {
			request.Check[struct {
				A *string `query:"a"`
			}],
			request.Check[struct {
				A *string `header:"a" validate:"max=3"`
			}],
		},
		"null path parameter": {
			request.Check[struct {
				A *string `path:"a"`
			}],
		},
		"null list parameter": {
			request.Check[struct {
				A *[]int `query:"a"`
			}],
		},
		"embedded pointer": {
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
		"embedded pointer to parameters": {
			request.Check[struct{ *hiddenParams }],
			request.Check[struct {
				hiddenInside
			}],
		},
		"embedded pointer to Params": {
			request.Check[struct{ *pagination.Params }],
		},
		"json tag of an unexported field": {
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
		"Duration": {
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
		"Params and page": {
			request.Check[struct {
				pagination.Params
				Page int `query:"page"`
			}],
			request.Check[struct {
				pageMixin
				pagination.Params
			}],
		},
		"Params and limit": {
			request.Check[struct {
				Limit kit.Optional[string] `query:"limit"`
				pagination.Params
			}],
		},
		"Params twice": {
			request.Check[struct {
				mixin
				pagination.Params
			}],
			request.Check[struct {
				pagination.CursorParams
				mixin
			}],
		},
		"sorting twice": {
			request.Check[struct {
				sorted
				Sort string `query:"sorting"`
			}],
			request.Check[struct {
				sorted
				Sorting sorting.By[sortProperty] `query:"sorting"`
			}],
		},
		"header in two cases": {
			request.Check[struct {
				A string `header:"X-A"`
				B string `header:"x-a"`
			}],
		},
		"parameter in a body": {
			request.Check[struct {
				kit.Schema
				A kit.Filter[int] `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				A kit.MetadataFilter `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				A sorting.By[sortProperty] `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				pagination.Params
			}],
			request.Check[struct {
				kit.Schema
				A int `query:"a"`
			}],
			request.Check[struct {
				Body struct {
					A string `header:"X-A"`
				}
			}],
		},
		"nothing exported": {
			request.Check[struct {
				kit.Schema
				A atomic.Int64 `json:"a"`
			}],
			request.Check[struct {
				kit.Schema
				A []sync.Mutex `json:"a"`
			}],
		},
		"type made of itself": {
			request.Check[struct {
				kit.Schema
				A rings `json:"a"`
			}],
		},
	} {
		for i, check := range checks {
			sentence.Equal(t, fmt.Sprintf("Check: %s, %d", name, i+1), check())
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
			kit.Schema
			A int                `json:"a" query:"a"`
			B struct{}           `json:"b"`
			C kit.MetadataFilter `json:"-"`
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
