package duty

import (
	"time"

	"waybill/internal/registry"
)

// clock is how long somebody has; the zero clock has run out when it begins.
type clock struct {
	working, hours int
	day            bool // to the end of the day in Shanghai on which it begins
}

func workingDays(n int) clock { return clock{working: n} }
func hours(n int) clock       { return clock{hours: n} }

var (
	sameDay = clock{day: true}
	atOnce  = clock{}
)

func (c clock) end(begin registry.Time) (registry.Time, error) {
	switch {
	case c.working > 0:
		return registry.AddWorkingDays(begin, c.working)
	case c.day:
		y, m, d := begin.Std().In(shanghai).Date()
		return registry.At(time.Date(y, m, d+1, 0, 0, 0, 0, shanghai)), nil
	}
	return begin + registry.Time(c.hours)*hour, nil
}

// shanghai is the zone of a PRC clock; the mainland has one offset.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// hour and day are of the clock, not of a calendar: 24 hours.
const (
	hour = registry.Time(60 * 60 * 1_000_000)
	day  = 24 * hour
)

// Due returns when a duty of the kind is due whose clock begins at a time: the end
// of the span, half-open. It returns an *registry.UncoveredError where the calendar does not
// reach.
func Due(k Kind, begin registry.Time) (registry.Time, error) { return kinds[k].clock.end(begin) }

// AnswerDue returns until when a request or complaint that was received then is to
// be answered: within 15 working days (S6-7), or, where the person is owed an answer
// under the GDPR, of the Union or the United Kingdom, within one month of its receipt, three
// where it was extended (12(3)). The months are counted in UTC from the instant to the same time of the
// same day, or to the last day of a month that has none such.
func AnswerDue(regime registry.Regime, received registry.Time, extended bool) (registry.Time, error) {
	if !Monthly(regime) {
		return Due(AnswerComplaint, received)
	}
	if extended {
		return addMonths(received, 3), nil
	}
	return addMonths(received, 1), nil
}

// Monthly reports whether an answer under a regime is owed within a month, and can be
// put off.
func Monthly(regime registry.Regime) bool {
	return regime == registry.RegimeEu || regime == registry.RegimeUk
}

// addMonths moves by months; a day that the month has not is its last.
func addMonths(at registry.Time, n int) registry.Time {
	from := at.Std()
	to := from.AddDate(0, n, 0)
	if to.Day() != from.Day() {
		to = to.AddDate(0, 0, -to.Day()) // it ran over by the days that the month has not
	}
	return registry.At(to)
}
