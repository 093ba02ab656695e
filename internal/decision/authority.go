package decision

import "waybill/internal/registry"

// conflicts reports whether a reason denies under one law what the instrument of
// another demands: reading R60.
func (e *scratch) conflicts(code Code, r registry.Regime) bool {
	return (code == ForeignAuthorityApprovalMissing || code == TransferNoMechanism) &&
		e.under(e.instrument.regime) && r != e.instrument.regime
}
