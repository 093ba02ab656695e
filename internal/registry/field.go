package registry

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// fieldNames are the contract's names of each noun's fields, at their numbers
// less one.
var fieldNames = [...][]string{
	Exporters:   {"name", "title", "country", "city", "regions_served", "products", "contact", "ciio"},
	Recipients:  {"name", "title", "kind", "role", "role_answer", "natural_person", "country", "contact", "privacy_contact", "registration_number", "notices", "approve_time", "suspensions", "terminate_time", "due_diligence_until", "screenings", "usable_from", "sentence", "inbound_source"},
	Deployments: {"name", "title", "storage_countries", "access_countries", "kind", "role", "hosting", "links"},
	Agreements:  {"name", "title", "type", "exporters", "recipients", "our_signature", "their_signature", "purposes", "categories", "covered_categories", "subject_groups", "hosting", "effective_time", "expire_time", "terminate_time", "terminate_reason", "scc_module", "terms", "document_digest", "amends"},
	Transfers:   {"name", "title", "regime", "mechanism", "exporter", "recipients", "countries", "purposes", "categories", "covered_categories", "onward_recipients", "agreement", "valid_from", "valid_to", "recertified_until", "suspensions", "revoke_time", "revoke_reason", "evidence"},
	Assessments: {"name", "title", "type", "exporter", "recipients", "purposes", "categories", "covered_categories", "countries", "approved_by", "approve_time", "review_until", "document_digest"},
	SettingsOf:  {"name", "zone", "screening_age_days", "separate_consent_without_consent_basis", "gap_contact"},
	Purposes:    {"name", "title", "sentence", "example", "service", "analytics", "tracking", "profiling", "interest_advertising", "high_risk", "clause"},
	Categories:  {"name", "title", "sentence", "example", "sensitive", "special", "direct_identifier", "credential", "identity_or_contact", "analytics", "non_personal", "important_data", "clause"},
	Policies:    {"name", "title", "subject_groups", "regions", "publish_time", "effective_time", "significant", "weakens_rights", "purposes", "kinds", "bases", "necessity", "retention", "serves_minors", "child_rules", "text_digest", "notices"},
	Principals:  {"name", "title", "role", "observe_until", "observe_reason", "consent_source", "tokens"},
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
