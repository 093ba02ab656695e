package wire

import (
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// LawRow is one code of the rule table as a lawyer reads it.
type LawRow struct {
	Rule     int
	Code     decision.Code
	Clause   string
	Regimes  []registry.Regime
	Severity string // hard: only a change of the registry cures it; curable: named evidence or an exception may
	Class    string // who can act: GAP, EVIDENCE or VIOLATION; several where the detail decides
	Cure     string
}

// Law returns the rule table of the newest edition, a row a code, in the order of
// the catalogue.
func Law() []LawRow {
	var rows []LawRow
	for _, r := range decision.Rules() {
		severity := "hard"
		if r.Severity == 'D' {
			severity = "curable"
		}
		for _, c := range r.Codes {
			rows = append(rows, LawRow{
				Rule: r.Number, Code: c, Clause: r.Clause, Regimes: decision.RegimesOf(r.Number), Severity: severity,
				Class: className(r.Class), Cure: plainCure(c),
			})
		}
	}
	return rows
}

func className(c decision.Class) string {
	switch c {
	case decision.Gap:
		return "GAP"
	case decision.EvidenceC:
		return "EVIDENCE"
	}
	return "VIOLATION"
}

// plainCure is a code's cure without the names of one answer.
func plainCure(c decision.Code) string {
	p := phraseOf(c, decision.NoDetail)
	field := p.field
	if strings.HasSuffix(field, ".") { // each detail has a field of its own
		field = "what the sentence names"
	}
	cure := strings.ReplaceAll(p.cure, "{field}", field)
	for {
		before, rest, ok := strings.Cut(cure, "{")
		if !ok {
			return cure
		}
		key, after, _ := strings.Cut(rest, "}")
		if _, none, ok := strings.Cut(key, "|"); ok {
			key = none
		}
		cure = before + key + after
	}
}

// OpenPoint is where the law is uncertain: what decides here, what stands unless it
// is set, and why.
type OpenPoint struct {
	Point, Setting, Default, Why string
}

// OpenPoints are the points that rules.md marks as open or unverified and that a
// decision turns on. A point without a setting is decided for good.
var OpenPoints = []OpenPoint{
	{"PIPL 23, 29 and 39 beyond consent: authors differ whether a separate consent is asked where the basis is another", "settings.separate_consent_without_consent_basis", "not asked, with an evidenced basis of PIPL 13", "PIPL 13, last sentence: where other provisions ask consent, items 2 to 7 need none; CN-SC 2(3) asks it of exports \"based on consent\""},
	{"Bodies of Hong Kong, Macau and Taiwan under PIPL 41", "settings.hmt_authority", "AS_FOREIGN", "the stricter reading: a judicial or enforcement body outside the mainland"},
	{"A flow without sensitive data once sensitive flows of the year demand the assessment", "settings.nonsensitive_tier", "ASSESSMENT", "CBDF 7(2) speaks of the exporter, not of the flow"},
	{"Whether the exemption of a statutory duty (NDSMR 35(6)) lifts the assessment of CBDF 7 too", "settings.statutory_duty_lifts_assessment", "no", "35(6) is a condition of the export, 37 a further duty"},
	{"Exempt flows in the yearly counts [unverified]", "settings.count_exempt_flows", "left out", "CBDF 7(2) and 8(2) refer to the exemptions"},
	{"Deferring the agreement (PIPL 21) for vital interests", "settings.agreement_deferral_off", "deferred five working days", "PIPL 21 knows no delay; a rescue is not to wait for a signature, and the obligation makes up for it"},
	{"Deferring the impact assessment (PIPL 55) for vital interests", "settings.assessment_deferral_off", "deferred five working days", "as above; a standing assessment of rescue avoids it"},
	{"What each exception waives (S4-3 is wider than PIPL 13)", "policies.waivers, policies.exception_kinds", "the matrix below", "a contract cannot be wider than the law; consent falls where PIPL 13 knows the case, everything else stands"},
	{"The simplified forms of small handlers [unverified detail]", "exporters.small_handlers, assessments.simplified", "a simplified assessment counts while the exporter is one", "nothing else is lifted: no article that does was read"},
	{"A volume cap of the GBA contract [unverified]", "", "it reaches the contract tier only", "the stricter reading: no text that lifts the assessment was read"},
	{"Publication on a site hosted in the mainland as export [unverified]", "", "no export; the countries named in the question are judged", "rules.md 2.4; EU: C-101/01 [unverified]"},
	{"The statutory limit of an IDTA [unverified]", "", "valid_to as recorded", "no term was read"},
	{"Counsel's decision on a conflict of laws under PIPL 41", "", "it cures under the GDPR and UK law, never under PIPL", "PIPL 41 and DSL 36 know only the approval of the competent authority"},
	{"The volume exemption of CBDF 5(1)(4)", "transfers of mechanism EXEMPTION, exemption VOLUME", "a record, judged against the counters", "who relies on an exemption shows it; a lapsed mechanism is not passed over in silence"},
	{"When a bidder counts as successor", "recipients.deal", "from close_time; before it an ordinary partner, and rule 43 stands", "PIPL 22 speaks of the transfer itself"},
	{"What falls under GDPR 18(2)", "", "nothing: a restriction denies every purpose, save an exception", "the caller cannot show the grounds of 18(2)"},
	{"Adequacy decisions: the hour at which one ends", "", "00:00 UTC of the day", "the decisions give a date"},
	{"What an amendment leaves of the agreement that it amends", "agreements.amends", "nothing, once it is signed and in effect; nor does it come back when the amendment ends", "the stricter reading: a share never rests on terms that the parties may have replaced"},
	{"Whether a standard contract that is amended or signed anew is filed anew (SCM 8 [unverified])", "", "yes: a filing before a signature is none", "the stricter reading: what was filed was another text"},
	{"Telling a recipient to delete the data of a person who was erased", "purposes.deletion", "rule 11 stands aside for the purpose itself and one person; all other rules run", "PIPL 47; GDPR 17(2), 19 ask for it; more would let an erased person's data go out again"},
	{"Who accepts a policy version for a child", "", "the guardian under 14, and below the age of GDPR 8 in the Union and the United Kingdom", "PIPL 31; an acceptance is a consent, and no text gives acceptance an age of its own"},
	{"Whether a consent under another version of the policy counts", "", "only if that version speaks to the person, wherever of the regions resolved it is", "PIPL 14, 17: who consents is told by the text that is his"},
	{"Which versions weaken rights beside new purposes, kinds, categories and longer retention", "", "also a new basis, a wider exception, and a schedule that is gone", "S10 asks explicit consent for what weakens; S1.2 promises consent, S3-1 the shortest time"},
}
