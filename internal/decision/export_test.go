package decision

// Rows is how many rows the catalogue has.
func Rows() int { return len(catalogue) }

// RowCodes returns the codes of a row (1-based) and whether it judges.
func RowCodes(row int) ([]Code, bool) { return catalogue[row-1].codes, catalogue[row-1].judged() }

// CheckWithout decides without one row of the catalogue (1-based).
func (s *Snapshot) CheckWithout(row int, q *Question, in *Inputs, d *Decision) {
	s.check(activate(catalogue, row), q, in, d)
}
