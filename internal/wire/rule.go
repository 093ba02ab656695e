package wire

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a date means the same instant on a machine without zone files

	"waybill/internal/registry"
)

// check is what a field of a noun is held to.
type check uint8

const (
	byType     check = iota // bool, enum, instant, message: the type says it all
	ownName                 // the noun's name
	nameOf                  // the name of another noun
	grantOf                 // a category, or x.* for those below it
	titleText               // one line, kept in NFC
	shortText               // one line
	longText                // lines
	countryOf               // ISO 3166-1 alpha-2
	digestOf                // SHA-256 in hex
	idOf                    // an id within the noun
	cityOf                  // a city as the rules compare it
	zoneOf                  // an IANA zone
	numberUpTo              // 0 to max
	outputOnly              // ignored when given
)

// rule is a check with its arguments.
type rule struct {
	check      check
	collection registry.Collection
	unknown    bool  // UNKNOWN is a value
	every      bool  // "*" is a value
	max        int64 // of a number
}

func ref(c registry.Collection) rule { return rule{check: nameOf, collection: c} }
func own(c registry.Collection) rule { return rule{check: ownName, collection: c} }
func upTo(n int64) rule              { return rule{check: numberUpTo, max: n} }

var (
	title     = rule{check: titleText}
	short     = rule{check: shortText}
	text      = rule{check: longText}
	digest    = rule{check: digestOf}
	ignored   = rule{check: outputOnly}
	grant     = rule{check: grantOf, collection: registry.Categories}
	country   = rule{check: countryOf}
	orUnknown = rule{check: countryOf, unknown: true}
)

const maxDays = 36_500

// maxPersons is more than there are: a greater number is a slip of the pen.
const maxPersons = 10_000_000_000

// rules holds the rule of every string and number of a noun by message and field
// as the contract has them. Bools, enums, instants and messages need none of their own.
var rules = map[string]rule{
	"Exporter.name": own(registry.Exporters), "Exporter.title": title, "Exporter.country": country,
	"Exporter.city": {check: cityOf}, "Exporter.regions_served": country, "Exporter.contact": text,
	"Product.id": {check: idOf}, "Product.title": title, "Product.purposes": ref(registry.Purposes),
	"FreeTradeZone.zone": title, "FreeTradeZone.negative_list": short, "FreeTradeZone.listed_categories": grant,
	"FreeTradeZone.covered_categories": ignored, "FreeTradeZone.approved_by": short,
	"SmallHandler.persons": upTo(maxPersons), "SmallHandler.evidence": text,
	"VolumeOpening.year": upTo(9999), "VolumeOpening.persons": upTo(maxPersons), "VolumeOpening.sensitive_persons": upTo(maxPersons),
	"VolumeOpening.source": text,
	"LegalHold.citation":   short, "LegalHold.purposes": ref(registry.Purposes), "LegalHold.categories": grant,
	"LegalHold.covered_categories": ignored, "LegalHold.approved_by": short,

	"Recipient.name": own(registry.Recipients), "Recipient.title": title, "Recipient.role_answer": text,
	"Recipient.country": orUnknown, "Recipient.contact": text, "Recipient.privacy_contact": text,
	"Recipient.registration_number": short, "Recipient.sentence": text,
	"Notice.recipient_title": title, "Notice.contact": text, "Notice.purposes": ref(registry.Purposes), "Notice.method": text,
	"Notice.categories": grant, "Notice.rights_route": text, "Notice.covered_categories": ignored,
	"Screening.source": text, "Period.reason": text,
	"Incident.id": {check: idOf}, "Incident.sentence": text, "Incident.categories": ref(registry.Categories), "Incident.cause": text,
	"Incident.harm": text, "Incident.measures": text, "Deal.id": {check: idOf}, "Deal.purposes": ref(registry.Purposes),

	"Deployment.name": own(registry.Deployments), "Deployment.title": title,
	"Deployment.storage_countries": orUnknown, "Deployment.access_countries": orUnknown,
	"SubprocessorLink.recipient": ref(registry.Recipients), "SubprocessorLink.deployment": ref(registry.Deployments),
	"SubprocessorLink.service": ref(registry.Purposes), "SubprocessorLink.sub_agreement": ref(registry.Agreements),

	"Agreement.name": own(registry.Agreements), "Agreement.title": title, "Agreement.exporters": ref(registry.Exporters),
	"Agreement.recipients": ref(registry.Recipients), "Agreement.purposes": ref(registry.Purposes), "Agreement.categories": grant,
	"Agreement.covered_categories": ignored, "Agreement.terminate_reason": text, "Agreement.scc_module": upTo(4),
	"Agreement.document_digest": digest, "Agreement.amends": ref(registry.Agreements), "Signature.signatory": short,
	"Terms.confidentiality": text, "Terms.purpose": text, "Terms.period": text, "Terms.method": text, "Terms.categories": text,
	"Terms.measures": text, "Terms.audit": text, "Terms.subprocessor_notice_days": upTo(maxDays), "Terms.delete_or_return": text,
	"Terms.instructions": text, "Terms.staff_confidentiality": text, "Terms.assist_rights": text, "Terms.assist_security": text,
	"Terms.infringement_warning": text, "Terms.breach_notice": text, "Terms.allocation": text, "Terms.contact": text,
	"Terms.entrusting": text, "Terms.retention_limit_days": upTo(maxDays), "Terms.storage_countries": country,
	"Terms.access_countries": country, "Terms.subject_matter": text,

	"Transfer.name": own(registry.Transfers), "Transfer.title": title, "Transfer.exporter": ref(registry.Exporters),
	"Transfer.recipients": ref(registry.Recipients), "Transfer.countries": country, "Transfer.purposes": ref(registry.Purposes),
	"Transfer.categories": grant, "Transfer.covered_categories": ignored, "Transfer.onward_recipients": ref(registry.Recipients),
	"Transfer.agreement": ref(registry.Agreements), "Transfer.revoke_reason": text, "Transfer.no_safeguards_reason": text,
	"Transfer.approved_scale": upTo(maxPersons), "Transfer.supplementary_measures": text,
	"Annexes.parties": short, "Annexes.transfer": short, "Annexes.authority": short, "Annexes.measures": short, "Annexes.subprocessors": short,
	"Evidence.reference": short, "Evidence.issuer": short, "Evidence.filing_number": short, "Evidence.document_digest": digest,

	"Assessment.name": own(registry.Assessments), "Assessment.title": title, "Assessment.exporter": ref(registry.Exporters),
	"Assessment.recipients": ref(registry.Recipients), "Assessment.purposes": ref(registry.Purposes), "Assessment.categories": grant,
	"Assessment.covered_categories": ignored, "Assessment.countries": country, "Assessment.approved_by": short,
	"Assessment.document_digest": digest,

	"Settings.name": own(registry.SettingsOf), "Settings.zone": {check: zoneOf}, "Settings.screening_age_days": upTo(maxDays),
	"Settings.gap_contact": short,

	"Purpose.name": own(registry.Purposes), "Purpose.title": title, "Purpose.sentence": text, "Purpose.example": text, "Purpose.clause": short,

	"Category.name": own(registry.Categories), "Category.title": title, "Category.sentence": text, "Category.example": text, "Category.clause": short,

	"Policy.name": own(registry.Policies), "Policy.title": title, "Policy.regions": {check: countryOf, every: true},
	"Policy.purposes": ref(registry.Purposes), "Policy.child_rules": text, "Policy.text_digest": digest,
	"KindList.purposes": ref(registry.Purposes), "KindList.categories": grant, "KindList.covered_categories": ignored,
	"BasisEntry.purpose": ref(registry.Purposes), "BasisEntry.special_ground": text,
	"Necessity.purpose": ref(registry.Purposes), "Necessity.categories": grant, "Necessity.covered_categories": ignored,
	"Necessity.approved_by": short, "Necessity.reason": text,
	"Safeguard.purpose": ref(registry.Purposes), "Safeguard.categories": grant, "Safeguard.covered_categories": ignored,
	"Safeguard.specific_purpose": text, "Safeguard.necessity": text, "Safeguard.protection": text, "Safeguard.notice": text,
	"Safeguard.approved_by": short,
	"Retention.purpose":     ref(registry.Purposes), "Retention.categories": ref(registry.Categories), "Retention.days": upTo(maxDays),
	"PolicyNotice.channel": short,

	"Principal.name": own(registry.Principals), "Principal.title": title, "Principal.observe_reason": text, "Principal.tokens": ignored,
	"Token.id": ignored, "ConsentSource.max_age_seconds": upTo(30 * 24 * 3600),

	"Instrument.name": own(registry.Instruments), "Instrument.title": title, "Instrument.recipient": ref(registry.Recipients),
	"Instrument.exporters": ref(registry.Exporters), "Instrument.number": short, "Instrument.citation": short, "Instrument.categories": grant,
	"Instrument.covered_categories": ignored, "Instrument.purposes": ref(registry.Purposes), "Instrument.necessity_reason": text,
	"Instrument.secrecy_citation": short, "Instrument.treaty": short, "Instrument.approved_by": short, "Instrument.second_approved_by": short,
	"ForeignApproval.number": short, "ForeignApproval.authority": short,
	"ConflictDecision.binding_law": short, "ConflictDecision.forbidding_law": short, "ConflictDecision.reason": text,
	"ConflictDecision.approved_by": short, "ConflictDecision.second_approved_by": short,

	"ExceptionRecord.name": own(registry.Exceptions), "ExceptionRecord.title": title, "ExceptionRecord.exporters": ref(registry.Exporters),
	"ExceptionRecord.recipients": ref(registry.Recipients), "ExceptionRecord.purposes": ref(registry.Purposes), "ExceptionRecord.categories": grant,
	"ExceptionRecord.covered_categories": ignored, "ExceptionRecord.citation": short, "ExceptionRecord.organ": short, "ExceptionRecord.demand": short,
	"ExceptionRecord.declared_emergency": short, "ExceptionRecord.case_number": short, "ExceptionRecord.instrument": ref(registry.Instruments),
	"ExceptionRecord.interest": text, "ExceptionRecord.why_impracticable": text, "ExceptionRecord.special_ground": text,
	"ExceptionRecord.reasonable_scope": text, "ExceptionRecord.no_major_impact": text, "ExceptionRecord.secrecy_citation": short,
	"ExceptionRecord.justification": text, "ExceptionRecord.approved_by": short, "ExceptionRecord.second_approved_by": short,
	"PublicationProof.category": ref(registry.Categories), "PublicationProof.reference": short,
}

// forms says how the names of a collection look.
var forms = map[registry.Collection]string{
	registry.Exporters: "exporters/{id}", registry.Recipients: "recipients/{id}", registry.Deployments: "recipients/{id}/deployments/{id}",
	registry.Agreements: "agreements/{id}", registry.Transfers: "transfers/{id}", registry.Assessments: "assessments/{id}",
	registry.SettingsOf: "settings", registry.Purposes: "purposes/{id}", registry.Categories: "categories/{dotted.id}",
	registry.Policies: "policies/{id}", registry.Principals: "principals/{id}",
	registry.Instruments: "instruments/{id}", registry.Exceptions: "exceptions/{id}",
}

const (
	idForm       = "ids are lower-case letters, digits and hyphens, at most 64"
	categoryForm = "parts are lower-case letters, digits and underscores, at most 64 each, joined by dots"
)

// nameExpected says how a name of the collection looks.
func nameExpected(c registry.Collection) string {
	switch c {
	case registry.SettingsOf:
		return `"settings"`
	case registry.Categories:
		return forms[c] + "; " + categoryForm
	}
	return forms[c] + "; " + idForm
}

// isName reports whether s is a well-formed name of the collection.
func isName(c registry.Collection, s string) bool {
	if len(s) > maxName {
		return false
	}
	got, ok := registry.CollectionOf(s)
	return ok && got == c
}

// isID reports whether s is a well-formed id.
func isID(s string) bool { return isName(registry.Exporters, registry.Exporters.Prefix()+s) }

// string holds a string that is given to the rule. It returns the string to keep
// and what was expected instead, "" when it passes.
func (u rule) string(s string) (keep, expected string) {
	switch u.check {
	case ownName, nameOf:
		if !isName(u.collection, s) {
			return s, nameExpected(u.collection)
		}
	case grantOf:
		if !isName(u.collection, strings.TrimSuffix(s, ".*")) {
			return s, nameExpected(u.collection) + ", or x.* for those below x"
		}
	case titleText:
		s = composed(s)
		return s, textExpected(s, maxTitle, false)
	case shortText:
		return s, textExpected(s, maxTitle, false)
	case longText:
		return s, textExpected(s, maxText, true)
	case countryOf:
		if !(isCountry(s) || u.unknown && s == unknownCountry || u.every && s == "*") {
			return s, countryExpected(s, u.unknown, u.every)
		}
	case digestOf:
		if !isDigest(s) {
			return s, "a SHA-256 as 64 digits 0-9 and a-f, lower case"
		}
	case idOf:
		if !isID(s) {
			return s, idForm
		}
	case cityOf:
		if !isID(s) {
			return s, "a city in lower-case Latin letters, such as shenzhen"
		}
	case zoneOf:
		if _, err := loadZone(s); err != nil {
			return s, "an IANA zone such as Asia/Shanghai"
		}
	}
	return s, ""
}

// textExpected says what is wrong with a text, "" when nothing is.
func textExpected(s string, limit int, lines bool) string {
	switch {
	case len(s) > limit:
		return fmt.Sprintf("at most %d bytes", limit)
	case clean(s, lines):
		return ""
	case lines:
		return "text in UTF-8 without control characters"
	}
	return "one line in UTF-8 without control characters"
}

// loadZone returns an IANA zone. "Local" is none: it differs by machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") || len(name) > 64 {
		return nil, fmt.Errorf("load zone: not an IANA zone")
	}
	return time.LoadLocation(name)
}

// fieldErrors gathers what is wrong with one message, up to maxErrors fields.
type fieldErrors struct {
	list []registry.FieldError
	more int
}

func (f *fieldErrors) add(field, expected string) {
	if len(f.list) == maxErrors {
		f.more++
		return
	}
	f.list = append(f.list, registry.FieldError{Field: field, Expected: expected})
}

// err returns one Invalid error of the reason for all of them, or nil.
func (f *fieldErrors) err(reason, message string) error {
	if len(f.list) == 0 {
		return nil
	}
	if f.more > 0 {
		message += fmt.Sprintf(" (and %d fields more)", f.more)
	}
	return &registry.Error{Kind: registry.Invalid, Reason: reason, Message: message, Fields: f.list}
}
