package request_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// TestDurations holds what Pydantic reads as a timedelta and what it writes, and its errors.
func TestDurations(t *testing.T) {
	t.Parallel()

	type job struct {
		kit.Schema

		Wait kit.Duration `json:"wait"`
	}
	const days = "durations may not exceed 999,999,999 days"
	const hours = "durations may not exceed 999,999,999 hours"
	const dayWord = `"day" identifier in duration not correctly formatted`
	for _, test := range []struct{ value, want, fault string }{
		{value: `"P1Y2M3W4DT5H6M7.8S"`, want: "P1Y85DT5H6M7.8S"},
		{value: `"-PT0.5S"`, want: "-PT0.5S"},
		{value: `"P1,5D"`, want: "P1DT12H"},
		{value: `"PT1.S"`, want: "PT1S"},
		{value: `"PT1.1234567S"`, want: "PT1.123457S"},
		{value: `"PT0." + 400`, want: "PT0S"},
		{value: `"P999999999DT86399.999999S"`, want: "P2739726Y9DT23H59M59.999999S"},
		{value: `"-P999999999D"`, want: "-P2739726Y9D"},
		{value: `"01:02:03,123"`, want: "PT1H2M3.123S"},
		{value: `"01:00:00.1234567"`, want: "PT1H0.123456S"},
		{value: `"2400000000:00"`, want: "P273972Y220D"},
		{value: `":00:00"`, want: "PT0S"},
		{value: `"-1 day, 23:00:00"`, want: "-P1DT23H"},
		{value: `"1 dAYS01:02"`, want: "P1DT1H2M"},
		{value: `1.0000005`, want: "PT1.000001S"},
		{value: `-1.5`, want: "-PT1.5S"},
		{value: `1e12`, want: "P31709Y289DT1H46M40S"},
		{value: `true`, want: "PT1S"},
		{value: `false`, want: "PT0S"},
		{value: `""`, fault: "input is too short"},
		{value: `"-PT"`, fault: "input is too short"},
		{value: `"P1X"`, fault: "quantity invalid in date part of duration"},
		{value: `"PT1"`, fault: "quantity invalid in time part of duration"},
		{value: `"PTT1H"`, fault: "`t` character repeated in duration"},
		{value: `"PT1.5H1M"`, fault: "quantity fraction invalid in duration"},
		{value: `"P4294967296D"`, fault: "a numeric value in the duration is too large"},
		{value: `"PT4294967295S1S"`, fault: "a numeric value in the duration is too large"},
		{value: `"P١D"`, fault: "invalid digit in duration"},
		{value: `"P999999999DT86400S"`, fault: days},
		{value: `"-P999999999DT1S"`, fault: days},
		{value: `-1e20`, fault: days},
		{value: `123456789012345678901234567890`, fault: days},
		{value: `"2400000001:00"`, fault: hours},
		{value: `"1d 24:00"`, fault: hours},
		{value: `"60"`, fault: dayWord},
		{value: `"1 DaYS"`, fault: dayWord},
		{value: `"1 00:00:00"`, fault: "invalid character in hour"},
		{value: `"00:60"`, fault: "minute value is outside expected range of 0-59"},
		{value: `"01:00:00."`, fault: "second fraction digits missing after `.`"},
		{value: `"01:00Z"`, fault: "unexpected extra characters at the end of the input"},
	} {
		value := test.value
		if head, found := strings.CutSuffix(value, ` + 400`); found {
			value = strings.TrimSuffix(head, `"`) + strings.Repeat("1", 400) + `S"`
		}
		got, err := request.Decode[job](jsonRequest(`{"wait":` + value + `}`))
		if test.fault != "" {
			invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
			require.True(t, ok, value)
			e := invalid.Details()[0]
			require.Equal(t, "time_delta_parsing", e.Type, value)
			require.Equal(t, "Input should be a valid timedelta, "+test.fault, e.Msg, value)
			require.Equal(t, errors.Ctx{{Name: "error", Value: test.fault}}, e.Ctx, value)
			continue
		}
		require.NoError(t, err, value)
		require.Equal(t, test.want, got.Wait.String(), value)
		again, err := kit.ParseDuration(test.want)
		require.NoError(t, err, "what is written can be read")
		require.Zero(t, got.Wait.Compare(again), value)
	}
	for _, value := range []string{`null`, `[]`, `{}`, "1" + strings.Repeat("0", 400)} {
		_, err := request.Decode[job](jsonRequest(`{"wait":` + value + `}`))
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, value)
		require.Equal(t, "time_delta_type", invalid.Details()[0].Type, value)
	}
}

func TestBoundsOfDurations(t *testing.T) {
	t.Parallel()

	type job struct {
		kit.Schema

		Pause kit.Duration `json:"pause" default:"P1D"   validate:"gt=PT0S,lte=P7D"`
		Delay kit.Duration `json:"delay" default:"-PT1S" validate:"gte=-PT1.5S,lt=P1DT1H2M3.000004S"`
	}
	value, err := request.Decode[job](jsonRequest(`{}`))
	require.NoError(t, err)
	require.Equal(t, "P1D -PT1S", value.Pause.String()+" "+value.Delay.String())

	for body, want := range map[string]string{
		`{"pause":0}`:           `{"type":"greater_than","msg":"Input should be greater than 0 seconds","input":0,"bound":"0 seconds"}`,
		`{"pause":"-PT0.5S"}`:   `{"type":"greater_than","msg":"Input should be greater than 0 seconds","input":-0.5,"bound":"0 seconds"}`,
		`{"pause":604801}`:      `{"type":"less_than_equal","msg":"Input should be less than or equal to 7 days","input":604801,"bound":"7 days"}`,
		`{"delay":-2}`:          `{"type":"greater_than_equal","msg":"Input should be greater than or equal to -1 days and 23 hours and 59 minutes and 58 seconds and 500000 microseconds","input":-2,"bound":"-1 days and 23 hours and 59 minutes and 58 seconds and 500000 microseconds"}`,
		`{"delay":"P1DT1H30M"}`: `{"type":"less_than","msg":"Input should be less than 1 day and 1 hour and 2 minutes and 3 seconds and 4 microseconds","input":91800,"bound":"1 day and 1 hour and 2 minutes and 3 seconds and 4 microseconds"}`,
	} {
		_, err := request.Decode[job](jsonRequest(body))
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, body)
		e := invalid.Details()[0]
		got, err := json.Marshal(map[string]any{"type": e.Type, "msg": e.Msg, "input": e.Input, "bound": e.Ctx[0].Value})
		require.NoError(t, err)
		require.JSONEq(t, want, string(got), body)
	}
	type wrong struct {
		kit.Schema

		Pause kit.Duration `json:"pause" validate:"gt=7"`
	}
	require.ErrorContains(t, request.Check[wrong](), "the rule gt=7 needs a duration, such as PT30S or P7D")
}

func TestDurationsAsParametersAndKeys(t *testing.T) {
	t.Parallel()

	type query struct {
		Since kit.Duration `query:"since"`
	}
	got, err := request.Bind[query](httptest.NewRequest(http.MethodGet, "/?since=PT90S", nil))
	require.NoError(t, err)
	require.Equal(t, "PT1M30S", got.Since.String())

	keys, err := request.Decode[map[kit.Duration]int](jsonRequest(`{"P1W":1}`))
	require.NoError(t, err)
	text, err := json.Marshal(keys)
	require.NoError(t, err)
	require.Equal(t, `{"P7D":1}`, string(text))
}
