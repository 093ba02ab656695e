package registry

import (
	"fmt"
	"time"
)

// CalendarEdition numbers the working days below. It is raised whenever a year is
// added or a day of one changes; a duty keeps the edition that counted it.
const CalendarEdition = 1

// monthDay is a day of a year as month*100 + day, so that it reads as it is written.
type monthDay int

// arrangement is a year as the General Office of the State Council arranged it:
// the holidays as first and last day, and the days of a weekend that are worked.
// All other Saturdays and Sundays are free, all other weekdays are worked.
type arrangement struct {
	off  [][2]monthDay
	work []monthDay
}

// arrangements hold the notices of 2023-10-25, 2024-11-12 and 2025-11-04. That of
// 2024 asks employers to let staff rest on 9 February and arranges no holiday: it
// is worked, which is the earlier date for whoever owes.
var arrangements = map[int]arrangement{
	2024: {
		off:  [][2]monthDay{{101, 101}, {210, 217}, {404, 406}, {501, 505}, {610, 610}, {915, 917}, {1001, 1007}},
		work: []monthDay{204, 218, 407, 428, 511, 914, 929, 1012},
	},
	2025: {
		off:  [][2]monthDay{{101, 101}, {128, 204}, {404, 406}, {501, 505}, {531, 602}, {1001, 1008}},
		work: []monthDay{126, 208, 427, 928, 1011},
	},
	2026: {
		off:  [][2]monthDay{{101, 103}, {215, 223}, {404, 406}, {501, 505}, {619, 621}, {925, 927}, {1001, 1007}},
		work: []monthDay{104, 214, 228, 509, 920, 1010},
	},
}

// The covered years are consecutive, FirstYear to LastYear.
const (
	FirstYear = 2024
	LastYear  = 2026
)

// shanghai is the zone of every PRC clock. The mainland has had one offset since
// 1991, so no table of zones is needed.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// UncoveredError says that a count needs a day of a year that the calendar's
// edition does not have.
type UncoveredError struct{ Year int }

// Error names the year and those that are covered.
func (e *UncoveredError) Error() string {
	return fmt.Sprintf("edition %d of the working-day calendar covers %d to %d, not %d", CalendarEdition, FirstYear, LastYear, e.Year)
}

// maxWorkingDays is about one year: a longer count is a slip.
const maxWorkingDays = 250

// AddWorkingDays returns when n working days have passed: the midnight in Shanghai
// that ends the n-th working day after the day of from, to be read as a half-open
// bound. The day of from is not counted (Civil Code 201), the last day counts to its
// end (203). Every day looked at, that of from too, must be of a covered year,
// otherwise it returns an *UncoveredError.
func AddWorkingDays(from Time, n int) (Time, error) {
	day, err := start(from, n)
	if err != nil {
		return 0, err
	}
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		worked, err := workday(day)
		if err != nil {
			return 0, err
		}
		if worked {
			n--
		}
	}
	return At(day.AddDate(0, 0, 1)), nil
}

// WorkingDaysBefore returns the midnight in Shanghai that begins the n-th working
// day before the day of until, which is not counted. Every day looked at, that of
// until too, must be of a covered year, otherwise it returns an *UncoveredError.
func WorkingDaysBefore(until Time, n int) (Time, error) {
	day, err := start(until, n)
	if err != nil {
		return 0, err
	}
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		worked, err := workday(day)
		if err != nil {
			return 0, err
		}
		if worked {
			n--
		}
	}
	return At(day), nil
}

// start returns the midnight in Shanghai that begins the day of an instant.
func start(at Time, n int) (time.Time, error) {
	if n < 1 || n > maxWorkingDays {
		return time.Time{}, fmt.Errorf("count %d working days: a number from 1 to %d is expected", n, maxWorkingDays)
	}
	day := midnight(at)
	_, err := workday(day)
	return day, err
}

// midnight returns the midnight in Shanghai that begins the day of an instant.
func midnight(at Time) time.Time {
	y, m, d := at.Std().In(shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai)
}

// workday reports whether a day is worked.
func workday(day time.Time) (bool, error) {
	a, ok := arrangements[day.Year()]
	if !ok {
		return false, &UncoveredError{day.Year()}
	}
	md := monthDay(int(day.Month())*100 + day.Day())
	for _, w := range a.work {
		if md == w {
			return true, nil
		}
	}
	for _, o := range a.off {
		if o[0] <= md && md <= o[1] {
			return false, nil
		}
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday, nil
}
