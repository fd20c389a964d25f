package hint

import "time"

// Period is a range of days, both ends in it, at midnight UTC. A zero end is open.
type Period struct{ Since, Until time.Time }

// Label names the period: 2023, 2023-09, 2023-09-07, or from – to.
func (p Period) Label() string {
	const day = time.DateOnly
	switch {
	case p.Since.IsZero() && p.Until.IsZero():
		return ""
	case p.Since.IsZero():
		return "– " + p.Until.Format(day)
	case p.Until.IsZero():
		return p.Since.Format(day) + " –"
	case p == date(p.Since):
		return p.Since.Format(day)
	case p == month(p.Since.Year(), int(p.Since.Month())):
		return p.Since.Format("2006-01")
	case p == year(p.Since.Year()):
		return p.Since.Format("2006")
	}
	return p.Since.Format(day) + " – " + p.Until.Format(day)
}

// dayOf is the day of t where t is, at midnight UTC.
func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func date(d time.Time) Period { return Period{d, d} }

// span is from the first day of one month to the last of another; months may lie
// outside 1 to 12.
func span(y, from, to int) Period {
	return Period{
		time.Date(y, time.Month(from), 1, 0, 0, 0, 0, time.UTC),
		time.Date(y, time.Month(to+1), 0, 0, 0, 0, 0, time.UTC),
	}
}

func year(y int) Period         { return span(y, 1, 12) }
func month(y, m int) Period     { return span(y, m, m) }
func quarter(y, q int) Period   { return span(y, 3*q-2, 3*q) }
func half(y, h int) Period      { return span(y, 6*h-5, 6*h) }
func quarterOf(t time.Time) int { return (int(t.Month()) + 2) / 3 }

// calendarDay is the day, if there is one: 2023-02-29 is none.
func calendarDay(y, m, d int) (Period, bool) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return date(t), t.Day() == d && int(t.Month()) == m
}

// week is the week, from Monday, that lies n weeks from today's.
func week(today time.Time, n int) Period {
	monday := today.AddDate(0, 0, 7*n-(int(today.Weekday())+6)%7)
	return Period{monday, monday.AddDate(0, 0, 6)}
}

// unit is a measure of time.
type unit int

const (
	days unit = iota
	weeks
	months
	quarters
	years
)

// back is the n units that end today: a week has seven days, a year ends on the eve
// of its anniversary.
func back(today time.Time, n int, u unit) Period {
	var since time.Time
	switch u {
	case days:
		since = today.AddDate(0, 0, 1-n)
	case weeks:
		since = today.AddDate(0, 0, 1-7*n)
	case months:
		since = monthsBefore(today, n).AddDate(0, 0, 1)
	case quarters:
		since = monthsBefore(today, 3*n).AddDate(0, 0, 1)
	default:
		since = monthsBefore(today, 12*n).AddDate(0, 0, 1)
	}
	return Period{since, today}
}

// monthsBefore is the same day n months before, or the last one of a shorter month.
func monthsBefore(t time.Time, n int) time.Time {
	last := time.Date(t.Year(), t.Month()-time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, min(t.Day(), last.Day())-last.Day())
}

// latest shifts a period of this year to the one before if it has not begun.
func latest(today time.Time, of func(year int) (Period, bool)) (Period, bool) {
	// Eight years reach a 29 February over a century without one.
	for y := today.Year(); y >= today.Year()-8; y-- {
		if p, ok := of(y); ok && !p.Since.After(today) {
			return p, true
		}
	}
	return Period{}, false
}
