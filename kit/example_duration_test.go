package kit_test

import (
	"fmt"
	"time"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

func ExampleDuration() {
	type Job struct {
		kit.Schema

		Wait kit.Duration `json:"wait" validate:"gt=PT0S,lte=P7D"`
	}
	job, err := request.Decode[Job](post(`{"wait":"PT1H30M"}`))
	wait, fits := job.Wait.Std()
	fmt.Println(job.Wait, wait, fits, err)

	_, err = request.Decode[Job](post(`{"wait":"P1W1D"}`))
	if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok {
		fmt.Println(invalid.Details()[0].Msg)
	}
	fmt.Println(kit.DurationOf(-1500 * time.Millisecond))
	// Output:
	// PT1H30M 1h30m0s true <nil>
	// Input should be less than or equal to 7 days
	// -PT1.5S
}
