// Package duty owns what somebody owes by a date: the kinds of duty, the clocks
// that they run on, and which duties follow from the registry as it stands. It is
// pure: time and registry come in, duties go out.
//
// It does not own the working-day calendar, which rules read too (internal/registry),
// where duties are kept (internal/store), who may close one (server), or which
// decision or fact opens one (internal/gate).
//
// Invariants: a clock of working days reads only the years of the calendar's
// edition, and outside them is an error, never a guess; the id of a duty that
// follows from the registry is a function of what it follows from, so that its
// closing sticks; a duty is closed by evidence or by the fact that it asks for.
package duty
