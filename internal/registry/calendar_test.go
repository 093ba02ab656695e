package registry

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// inShanghai reads an instant of Shanghai: 2026-09-30 15:04.
func inShanghai(t *testing.T, text string) Time {
	t.Helper()
	layout := "2006-01-02 15:04"
	v, err := time.ParseInLocation(layout[:len(text)], text, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return At(v)
}

// TestCalendarYears holds each year to sums that were not made from its days: the
// number of working days that follows from the statutory holidays (11 a year, 13
// from 2025 on) and the weekends, that no day is both free and worked, that what is
// worked is of a weekend, and that the days given for work are those taken for rest.
func TestCalendarYears(t *testing.T) {
	statutory := map[int]int{2024: 11, 2025: 13, 2026: 13}
	if len(arrangements) != LastYear-FirstYear+1 {
		t.Fatalf("%d years are arranged, %d are said to be covered", len(arrangements), LastYear-FirstYear+1)
	}
	for year := FirstYear; year <= LastYear; year++ {
		a, ok := arrangements[year]
		if !ok {
			t.Fatalf("%d is said to be covered and is not", year)
		}
		days, weekend, worked := 0, 0, 0
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, shanghai); d.Year() == year; d = d.AddDate(0, 0, 1) {
			days++
			if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
				weekend++
			}
			if w, err := workday(d); err != nil {
				t.Fatal(err)
			} else if w {
				worked++
			}
		}
		if want := days - weekend - statutory[year]; worked != want {
			t.Errorf("%d has %d working days, %d by its statutory holidays", year, worked, want)
		}
		last := monthDay(0)
		for _, o := range a.off {
			if o[0] <= last || o[1] < o[0] {
				t.Errorf("%d: the holidays from %d to %d are out of order", year, o[0], o[1])
			}
			last = o[1]
		}
		for _, w := range a.work {
			d := time.Date(year, time.Month(w/100), int(w%100), 0, 0, 0, 0, shanghai)
			if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				t.Errorf("%d: %d is worked and is no day of a weekend", year, w)
			}
			for _, o := range a.off {
				if o[0] <= w && w <= o[1] {
					t.Errorf("%d: %d is both free and worked", year, w)
				}
			}
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		n    int
		due  string
	}{
		// 2025: Sunday 28 September is worked, 1 to 8 October are free, Saturday 11 is worked.
		"the Friday before a holiday week": {"2025-09-26 17:00", 15, "2025-10-24"},
		"received on the holiday's eve":    {"2026-09-30 09:30", 15, "2026-10-28"},
		"received in the holiday":          {"2026-10-03 12:00", 1, "2026-10-09"},
		"a make-up Saturday counts":        {"2026-10-09 23:59", 1, "2026-10-11"},
		"a make-up Sunday counts":          {"2026-02-13 08:00", 1, "2026-02-15"},
		"a plain Friday":                   {"2026-03-06 10:00", 1, "2026-03-10"},
		"over the Spring Festival":         {"2025-01-24 10:00", 6, "2025-02-09"},
		"over the end of a year":           {"2025-12-30 10:00", 3, "2026-01-06"},
		"the eve of 2024 is worked":        {"2024-02-08 10:00", 1, "2024-02-10"},
		"the last day that is covered":     {"2026-12-30 10:00", 1, "2027-01-01"},
	} {
		t.Run(name, func(t *testing.T) {
			due, err := AddWorkingDays(inShanghai(t, c.from), c.n)
			if err != nil || due != inShanghai(t, c.due) {
				t.Errorf("%d working days from %s end at %s, %v; %s wanted", c.n, c.from, due, err, inShanghai(t, c.due))
			}
		})
	}
}

// TestDaysOfShanghai: an instant belongs to the day that it has in Shanghai.
func TestDaysOfShanghai(t *testing.T) {
	before := At(time.Date(2026, 3, 9, 15, 59, 59, 0, time.UTC)) // Monday, 23:59:59
	after := At(time.Date(2026, 3, 9, 16, 0, 0, 0, time.UTC))    // Tuesday, 00:00
	a, errA := AddWorkingDays(before, 1)
	b, errB := AddWorkingDays(after, 1)
	if errA != nil || errB != nil || a != inShanghai(t, "2026-03-11") || b != inShanghai(t, "2026-03-12") {
		t.Errorf("ends at %s (%v) and %s (%v)", a, errA, b, errB)
	}
}

func TestOutsideTheCalendar(t *testing.T) {
	year := func(err error) int {
		var u *UncoveredError
		if errors.As(err, &u) {
			return u.Year
		}
		return 0
	}
	for name, c := range map[string]struct {
		count func() (Time, error)
		year  int
	}{
		"received before":         {func() (Time, error) { return AddWorkingDays(inShanghai(t, "2023-12-31 10:00"), 1) }, 2023},
		"due after":               {func() (Time, error) { return AddWorkingDays(inShanghai(t, "2026-12-15 10:00"), 15) }, 2027},
		"received after":          {func() (Time, error) { return AddWorkingDays(inShanghai(t, "2031-05-05 10:00"), 1) }, 2031},
		"a window that begins in": {func() (Time, error) { return WorkingDaysBefore(inShanghai(t, "2027-01-02"), 60) }, 2027},
		"a window from before":    {func() (Time, error) { return WorkingDaysBefore(inShanghai(t, "2024-01-20"), 60) }, 2023},
	} {
		t.Run(name, func(t *testing.T) {
			due, err := c.count()
			if due != 0 || year(err) != c.year {
				t.Errorf("got %s, %v; an error of %d wanted", due, err, c.year)
			}
		})
	}
	for _, n := range []int{0, -1, maxWorkingDays + 1} {
		if _, err := AddWorkingDays(inShanghai(t, "2026-03-02"), n); err == nil || year(err) != 0 {
			t.Errorf("%d working days were counted: %v", n, err)
		}
	}
}

// TestCountsAgree holds the two counts to each other and to their own laws, from
// random instants.
func TestCountsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	from, to := inShanghai(t, "2024-01-01"), inShanghai(t, "2027-01-01")
	counted := 0
	for range 20_000 {
		begin := from + Time(r.Int64N(int64(to-from)))
		n := 1 + r.IntN(90)
		due, err := AddWorkingDays(begin, n)
		if err != nil {
			var u *UncoveredError
			if !errors.As(err, &u) || u.Year != LastYear+1 {
				t.Fatalf("%d from %s: %v", n, begin, err)
			}
			continue
		}
		counted++
		if due != At(midnight(due)) {
			t.Fatalf("%d from %s ends at %s, which is no midnight", n, begin, due)
		}
		// Between the midnights lie n working days, and the last day is one of them.
		worked := 0
		var last bool
		for d := midnight(begin).AddDate(0, 0, 1); At(d) < due; d = d.AddDate(0, 0, 1) {
			if last, err = workday(d); err != nil {
				t.Fatal(err)
			} else if last {
				worked++
			}
		}
		if worked != n || !last {
			t.Fatalf("%d from %s ends at %s: %d working days lie between, the last day is worked: %v", n, begin, due, worked, last)
		}
		// A receipt later never ends sooner, a longer clock never either.
		if later, err := AddWorkingDays(begin+Time(time.Hour.Microseconds()), n); err == nil && later < due {
			t.Fatalf("%d from %s: an hour later ends sooner", n, begin)
		}
		if longer, err := AddWorkingDays(begin, n+1); err == nil && longer <= due {
			t.Fatalf("%d from %s: a longer clock ends no later", n, begin)
		}
		// The window before that end begins with the first day that was counted.
		if due < to {
			window, err := WorkingDaysBefore(due, n)
			if err != nil {
				t.Fatal(err)
			}
			if first, err := AddWorkingDays(begin, 1); err != nil || window != At(midnight(first-1)) {
				t.Fatalf("%d from %s: the window before %s begins at %s", n, begin, due, window)
			}
		}
	}
	if counted < 10_000 {
		t.Fatalf("only %d counts were looked at", counted)
	}
}
