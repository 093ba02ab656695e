package registry

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// fieldNames are the contract's names of each noun's fields, at their numbers
// less one; a number that is no longer used has none.
var fieldNames = [...][]string{
	Exporters:   {"name", "title", "country", "city", "regions_served", "products", "contact", "", "ciio_periods", "free_trade_zones", "small_handlers", "volume_openings", "holds"},
	Recipients:  {"name", "title", "kind", "role", "role_answer", "natural_person", "country", "contact", "privacy_contact", "registration_number", "notices", "approve_time", "suspensions", "terminate_time", "due_diligence_until", "screenings", "usable_from", "sentence", "inbound_source", "incidents", "deal"},
	Deployments: {"name", "title", "storage_countries", "access_countries", "kind", "role", "hosting", "links"},
	Agreements:  {"name", "title", "type", "exporters", "recipients", "our_signature", "their_signature", "purposes", "categories", "covered_categories", "subject_groups", "hosting", "effective_time", "expire_time", "terminate_time", "terminate_reason", "scc_module", "terms", "document_digest", "amends", "deletion_certificate_time"},
	Transfers:   {"name", "title", "regime", "mechanism", "exporter", "recipients", "countries", "purposes", "categories", "covered_categories", "onward_recipients", "agreement", "valid_from", "valid_to", "recertified_until", "suspensions", "revoke_time", "revoke_reason", "evidence", "exemption", "derogation", "no_safeguards_reason", "occasional", "approved_scale", "check_time", "hr_coverage", "uk_extension", "sensitive_labelled", "importer_under_gdpr", "annexes", "supplementary_measures", "renewal_apply_time"},
	Assessments: {"name", "title", "type", "exporter", "recipients", "purposes", "categories", "covered_categories", "countries", "approved_by", "approve_time", "review_until", "document_digest", "recipient_kinds", "simplified"},
	SettingsOf:  {"name", "zone", "screening_age_days", "separate_consent_without_consent_basis", "gap_contact", "hmt_authority", "nonsensitive_tier", "statutory_duty_lifts_assessment", "count_exempt_flows", "agreement_deferral_off", "assessment_deferral_off"},
	Purposes:    {"name", "title", "sentence", "example", "service", "analytics", "tracking", "profiling", "interest_advertising", "high_risk", "clause", "automated_decision", "foreign_proceedings", "wind_down", "deletion"},
	Categories:  {"name", "title", "sentence", "example", "sensitive", "special", "direct_identifier", "credential", "identity_or_contact", "analytics", "non_personal", "important_data", "clause"},
	Policies:    {"name", "title", "subject_groups", "regions", "publish_time", "effective_time", "significant", "weakens_rights", "purposes", "kinds", "bases", "necessity", "retention", "serves_minors", "child_rules", "text_digest", "notices", "safeguards", "waivers", "exception_kinds"},
	Principals:  {"name", "title", "role", "observe_until", "observe_reason", "consent_source", "tokens"},
	Instruments: {"name", "title", "recipient", "exporters", "number", "citation", "regime", "categories", "covered_categories", "purposes", "issue_time", "expire_time", "revoke_time", "necessity_reason", "secrecy_citation", "orders_publication", "particular_inquiry", "treaty", "foreign_approval", "conflict_decision", "approved_by", "second_approved_by", "approve_time"},
	Exceptions:  {"name", "title", "exception", "exporters", "recipients", "purposes", "categories", "covered_categories", "citation", "regimes", "obliges_sharing", "organ", "demand", "declared_emergency", "case_number", "instrument", "interest", "why_impracticable", "emergency", "life_or_body", "incapable", "special_ground", "proofs", "reasonable_scope", "no_major_impact", "orders_publication", "secrecy_citation", "justification", "effective_time", "expire_time", "emergency_end_time", "approved_by", "second_approved_by", "approve_time"},
}

// changedFields compares two states of a noun by their canonical bytes and
// returns the contract's names of the fields that differ, in the order of their
// numbers. An expansion is not named: it differs only where its list does.
func changedFields(c Collection, before, after []byte) ([]string, error) {
	var was, is map[int]cbor.RawMessage
	for _, side := range []struct {
		b []byte
		m *map[int]cbor.RawMessage
	}{{before, &was}, {after, &is}} {
		if err := canonicalDecoder.Unmarshal(side.b, side.m); err != nil {
			return nil, fmt.Errorf("compare two states of %s: %w", c, err)
		}
	}
	var changed []string
	for i, f := range fieldNames[c] {
		if !bytes.Equal(was[i+1], is[i+1]) && !strings.HasPrefix(f, "covered_") {
			changed = append(changed, f)
		}
	}
	return slices.Clip(changed), nil
}
