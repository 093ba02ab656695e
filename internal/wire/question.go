package wire

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// Limits of one question.
const (
	maxConsents = 100
	maxChain    = 64
	maxRegions  = 300
	maxBases    = 8
	// MaxSubjects is how many subjects one bulk question may list.
	MaxSubjects = 1000
)

// Question reads a question into dst, whose slices are used again. Names may
// lack their collection ("sf" is "recipients/sf", "eu" the recipient's deployment
// of that id). Text that is no name of the registry's grammar is kept: it asks of
// an unknown record, which is a denial and not an error. dst shares src's strings.
//
// It returns one registry.Error, Invalid with FIELD_INVALID, that names every
// wrong field (question.categories[2]). A list of subjects is not read here: the
// question of each is made by OfSubject.
func Question(src *waybillv1.ShareQuestion, dst *decision.Question) error {
	return question(src, dst, false)
}

// Pair reads a question that may leave out its categories: what it would need is
// asked, and nothing decided. Its errors are those of Question.
func Pair(src *waybillv1.ShareQuestion, dst *decision.Question) error {
	return question(src, dst, true)
}

func question(src *waybillv1.ShareQuestion, dst *decision.Question, bare bool) error {
	if src == nil {
		return &registry.Error{Kind: registry.Invalid, Reason: "FIELD_INVALID", Message: "the question is refused",
			Fields: []registry.FieldError{{Field: "question", Expected: "a question"}}}
	}
	var a asker
	resetQuestion(dst)
	if len(src.ProtoReflect().GetUnknown()) > 0 {
		a.wrong("question", "only fields that this version knows")
	}
	dst.Exporter = a.name("question.exporter", registry.Exporters, src.Exporter, false)
	dst.Recipient = a.name("question.recipient", registry.Recipients, src.Recipient, true)
	dst.Deployment = a.deployment("question.deployment", dst.Recipient, src.Deployment)
	dst.Purpose = a.name("question.purpose", registry.Purposes, src.Purpose, true)
	dst.ServedPurpose = a.name("question.served_purpose", registry.Purposes, src.ServedPurpose, false)
	if !bare || len(src.Categories) > 0 {
		dst.Categories = a.categories("question.categories", dst.Categories, src.Categories, decision.MaxCategories)
	}
	dst.Subject = a.text("question.subject", src.Subject, maxSubject)
	if a.known("question.subject_group", int32(src.SubjectGroup), waybillv1.SubjectGroup_name, false) {
		dst.SubjectGroup = registry.SubjectGroup(src.SubjectGroup)
	}
	dst.SubjectRegions = a.countries("question.subject_regions", dst.SubjectRegions, src.SubjectRegions)
	dst.Product = a.text("question.product", src.Product, maxName)
	if a.known("question.age_band", int32(src.AgeBand), waybillv1.AgeBand_name, false) {
		dst.AgeBand = decision.AgeBand(src.AgeBand)
	}
	if src.Origin != "" {
		dst.Origin = a.country("question.origin", -1, src.Origin)
	}
	dst.DestinationCountries = a.countries("question.destination_countries", dst.DestinationCountries, src.DestinationCountries)
	if dst.Quantity = src.Quantity; src.Quantity < 0 {
		a.wrong("question.quantity", "a number of persons, at least 1; absent means 1")
	}
	a.bases(src.Bases, dst)
	if o := src.Order; o != nil {
		dst.OrderRef = a.text("question.order.reference", o.Reference, maxSubject)
		dst.OrderSubject = a.text("question.order.subject", o.Subject, maxSubject)
	}
	dst.HRReference = a.text("question.hr_reference", src.HrReference, maxTitle)
	dst.Citation = a.text("question.citation", src.Citation, maxTitle)
	dst.Assessment = a.name("question.assessment", registry.Assessments, src.Assessment, false)
	a.consents(src.Consents, dst)
	dst.ToOwnAddress = src.ToOwnAddress
	dst.Deidentified = src.Deidentified
	a.chain(src.Chain, dst)
	if e := src.Exception; e != nil {
		if a.known("question.exception.exception", int32(e.Exception), waybillv1.Exception_name, true) {
			dst.Exception = decision.Exception(e.Exception)
		}
		dst.ExceptionRecord = a.name("question.exception.record", registry.Exceptions, e.Record, false)
	}
	dst.DoNotTrack, dst.OptedOutAds = src.DoNotTrack, src.OptedOutInterestAds
	dst.Restricted, dst.Objected, dst.Erased = src.Restricted, src.Objected, src.Erased
	if src.CollectTime != nil {
		var ok bool
		if dst.CollectTime, ok = instant(src.CollectTime); !ok {
			a.wrong("question.collect_time", instantExpected)
		}
	}
	dst.AuthorityInstrument = a.name("question.authority_instrument", registry.Instruments, src.AuthorityInstrument, false)
	dst.AcceptedPolicy = a.name("question.accepted_policy", registry.Policies, src.AcceptedPolicy, false)
	dst.Publication = a.publication("question.publication", src.Publication)
	a.cohort(src, dst)
	if dst.CountKey = a.text("question.count_key", src.CountKey, maxName); src.CountKey != "" && src.Quantity <= 1 {
		a.wrong("question.count_key", "nothing: it is of a bulk share, whose quantity is above 1")
	}
	return a.errs.err("FIELD_INVALID", "the question is refused")
}

// publication reads the id of a publication.
func (a *asker) publication(field, s string) string {
	if s != "" && !isID(s) {
		a.wrong(field, "an id of a publication; "+idForm)
		return ""
	}
	return s
}

// cohort reads the attestation of a bulk share.
func (a *asker) cohort(src *waybillv1.ShareQuestion, dst *decision.Question) {
	c := src.Cohort
	if c == nil {
		return
	}
	const field = "question.cohort"
	into := &dst.Cohort
	*into = decision.Cohort{Types: into.Types[:0]}
	if len(c.ProtoReflect().GetUnknown()) > 0 {
		a.wrong(field, "only fields that this version knows")
	}
	if into.ID = a.text(field+".id", c.Id, maxName); c.Id == "" {
		a.wrong(field+".id", "the id of the cohort; it is needed")
	}
	if into.Size = c.Size; c.Size < 1 {
		a.wrong(field+".size", "a number of persons, at least 1")
	}
	into.Purpose = a.name(field+".purpose", registry.Purposes, c.Purpose, true)
	into.Recipient = a.name(field+".recipient", registry.Recipients, c.Recipient, true)
	into.Policy = a.name(field+".policy", registry.Policies, c.Policy, true)
	if len(c.ConsentTypes) == 0 {
		a.wrong(field+".consent_types", "at least one type of consent")
	}
	for i, t := range c.ConsentTypes {
		switch {
		case !a.known(at(field+".consent_types", i, ""), int32(t), waybillv1.ConsentType_name, true):
		case slices.Contains(into.Types, decision.ConsentType(t)):
			a.wrong(at(field+".consent_types", i, ""), "each type once")
		default:
			into.Types = append(into.Types, decision.ConsentType(t))
		}
	}
	slices.Sort(into.Types)
	var ok bool
	if into.AttestTime, ok = instant(c.AttestTime); c.AttestTime == nil || !ok {
		a.wrong(field+".attest_time", instantExpected+"; it is needed")
	}
	for _, n := range []struct {
		name  string
		given *int64
		into  *int64
	}{
		{".withdrawn_excluded", c.WithdrawnExcluded, &into.WithdrawnExcluded}, {".minors_excluded", c.MinorsExcluded, &into.MinorsExcluded},
		{".objected_excluded", c.ObjectedExcluded, &into.ObjectedExcluded},
	} {
		if *n.into = decision.None; n.given != nil {
			if *n.into = *n.given; *n.given < 0 {
				a.wrong(field+n.name, "how many were left out; 0 for none")
			}
		}
	}
}

// OfSubject returns the question of one subject of a bulk question: with its own
// consents, and the order only if it is party to it. It shares what is alike.
func OfSubject(src *waybillv1.ShareQuestion, i int) *waybillv1.ShareQuestion {
	q := &waybillv1.ShareQuestion{}
	src.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		q.ProtoReflect().Set(fd, v)
		return true
	})
	q.Subjects, q.Subject, q.Consents = nil, src.Subjects[i], nil
	if q.Order.GetSubject() != q.Subject {
		q.Order = nil
	}
	for _, c := range src.Consents {
		if c.GetSubject() == q.Subject {
			q.Consents = append(q.Consents, c)
		}
	}
	return q
}

// Subjects checks the list of subjects of a bulk question, and what may not stand
// beside it. Its error is of the kind of Question's.
func Subjects(src *waybillv1.ShareQuestion) error {
	var a asker
	const field = "question.subjects"
	if len(src.Subjects) > MaxSubjects {
		a.wrong(field, fmt.Sprintf("at most %d subjects; ask for a cohort, or in parts", MaxSubjects))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"subject", src.Subject != ""}, {"quantity", src.Quantity > 1}, {"cohort", src.Cohort != nil}, {"count_key", src.CountKey != ""},
		{"age_band", src.AgeBand != 0}, {"accepted_policy", src.AcceptedPolicy != ""},
	} {
		if f.given {
			a.wrong("question."+f.name, "nothing: the question lists its subjects, and this is of one of them, or of a cohort")
		}
	}
	seen := make(map[string]bool, len(src.Subjects))
	for i, s := range src.Subjects {
		switch {
		case s == "" || len(s) > maxSubject || !clean(s, false):
			a.wrong(at(field, i, ""), fmt.Sprintf("1 to %d bytes of text without control characters", maxSubject))
		case seen[s]:
			a.wrong(at(field, i, ""), "each subject once")
		}
		seen[s] = true
	}
	for i, c := range src.Consents {
		if !seen[c.GetSubject()] {
			a.wrong(at("question.consents", i, ".subject"), "one of the subjects; each consent is of one person")
		}
	}
	return a.errs.err("FIELD_INVALID", "the question is refused")
}

// resetQuestion empties q and keeps the capacity of its slices.
func resetQuestion(q *decision.Question) {
	*q = decision.Question{Categories: q.Categories[:0], SubjectRegions: q.SubjectRegions[:0],
		DestinationCountries: q.DestinationCountries[:0], Consents: q.Consents[:0], Chain: q.Chain[:0],
		Cohort: decision.Cohort{Types: q.Cohort.Types[:0]}}
}

// asker gathers what is wrong with one question. It allocates nothing while
// nothing is wrong, so paths are put together only for an error.
type asker struct{ errs fieldErrors }

func (a *asker) wrong(field, expected string) { a.errs.add(field, expected) }

func at(field string, i int, rest string) string {
	if i < 0 {
		return field + rest
	}
	return fmt.Sprintf("%s[%d]%s", field, i, rest)
}

// given checks the text of a name and reports whether it can be looked for.
func (a *asker) given(field string, i int, rest, s string, required bool) bool {
	switch {
	case s == "" && required:
		a.wrong(at(field, i, rest), "a name; it is needed")
		return false
	case s == "":
		return false
	case len(s) > maxName:
		a.wrong(at(field, i, rest), "a name of at most 200 bytes")
		return false
	case !clean(s, false):
		a.wrong(at(field, i, rest), "a name without control characters")
		return false
	}
	return true
}

func (a *asker) name(field string, c registry.Collection, s string, required bool) string {
	if !a.given(field, -1, "", s, required) {
		return ""
	}
	return prefixed(c, s)
}

// prefixed returns the name with its collection.
func prefixed(c registry.Collection, s string) string {
	if p := c.Prefix(); !strings.HasPrefix(s, p) {
		return p + s
	}
	return s
}

func (a *asker) deployment(field, recipient, s string) string {
	if !a.given(field, -1, "", s, false) {
		return ""
	}
	return deploymentName(recipient, s)
}

// deploymentName returns the full name of a deployment: "eu" is one of the recipient's.
func deploymentName(recipient, s string) string {
	if strings.HasPrefix(s, "recipients/") {
		return s
	}
	return recipient + "/deployments/" + strings.TrimPrefix(s, "deployments/")
}

func (a *asker) categories(field string, dst, src []string, limit int) []string {
	return a.categoriesAt(field, -1, "", dst, src, limit)
}

// categoriesAt reads the categories of field[i]rest, or of field when i is negative.
func (a *asker) categoriesAt(field string, i int, rest string, dst, src []string, limit int) []string {
	if len(src) == 0 || len(src) > limit {
		a.wrong(at(field, i, rest), fmt.Sprintf("1 to %d categories", limit))
		return dst
	}
	for j, s := range src {
		if s == "" || len(s) > maxName || !clean(s, false) {
			a.given(at(field, i, rest), j, "", s, true)
			continue
		}
		s = prefixed(registry.Categories, s)
		for _, other := range dst {
			if other == s {
				a.wrong(at(at(field, i, rest), j, ""), "each category once")
				break
			}
		}
		dst = append(dst, s)
	}
	return dst
}

func (a *asker) text(field, s string, limit int) string {
	if s != "" && (len(s) > limit || !clean(s, false)) {
		a.wrong(field, fmt.Sprintf("at most %d bytes of text without control characters", limit))
		return ""
	}
	return s
}

// known reports whether an enum's number is one of the contract's.
func (a *asker) known(field string, n int32, names map[int32]string, required bool) bool {
	if _, ok := names[n]; ok && (n != 0 || !required) {
		return true
	}
	prefix := strings.TrimSuffix(names[0], "UNSPECIFIED")
	var list []string
	for i := int32(1); i < int32(len(names)); i++ {
		list = append(list, strings.TrimPrefix(names[i], prefix))
	}
	a.wrong(field, "one of "+strings.Join(list, ", "))
	return false
}

func (a *asker) country(field string, i int, s string) string {
	if !isCountry(s) && s != unknownCountry {
		a.wrong(at(field, i, ""), countryExpected(s, true, false))
	}
	return s
}

func (a *asker) countries(field string, dst, src []string) []string {
	if len(src) > maxRegions {
		a.wrong(field, fmt.Sprintf("at most %d countries", maxRegions))
		return dst
	}
	for i, s := range src {
		dst = append(dst, a.country(field, i, s))
	}
	return dst
}

// consentCountries reads the countries that a consent names, each once.
func (a *asker) consentCountries(field string, dst, src []string) []string {
	if len(src) > maxRegions {
		a.wrong(field, fmt.Sprintf("at most %d countries", maxRegions))
		return dst
	}
	for i, c := range src {
		switch {
		case !isCountry(c):
			a.wrong(at(field, i, ""), "an ISO 3166-1 alpha-2 code, such as HK: who consents knows the country")
		case slices.Contains(src[:i], c):
			a.wrong(at(field, i, ""), "each country once")
		}
		dst = append(dst, c)
	}
	return dst
}

func (a *asker) bases(src []*waybillv1.BasisClaim, dst *decision.Question) {
	const field = "question.bases"
	if len(src) > maxBases {
		a.wrong(field, "each regime once")
		return
	}
	for i, b := range src {
		r, basis := b.GetRegime(), b.GetBasis()
		switch {
		case r < waybillv1.Regime_REGIME_CN || r > waybillv1.Regime_REGIME_UK:
			a.wrong(at(field, i, ".regime"), "CN, CN_SZ, EU or UK, the regimes that know a basis")
			continue
		case dst.Bases[r] != 0:
			a.wrong(at(field, i, ".regime"), "each regime once")
			continue
		}
		if _, ok := waybillv1.Basis_name[int32(basis)]; !ok || basis == 0 {
			a.known(at(field, i, ".basis"), int32(basis), waybillv1.Basis_name, true)
			continue
		}
		if basis == waybillv1.Basis_BASIS_LEGITIMATE_INTERESTS && r != waybillv1.Regime_REGIME_EU && r != waybillv1.Regime_REGIME_UK {
			a.wrong(at(field, i, ".basis"), "a basis that PIPL 13 knows; legitimate interests are the GDPR's alone")
			continue
		}
		dst.Bases[r] = registry.Basis(basis)
	}
}

func (a *asker) consents(src []*waybillv1.Consent, dst *decision.Question) {
	const field = "question.consents"
	if len(src) > maxConsents {
		a.wrong(field, fmt.Sprintf("at most %d consents", maxConsents))
		return
	}
	for i, c := range src {
		n := len(dst.Consents)
		if n < cap(dst.Consents) {
			dst.Consents = dst.Consents[:n+1]
		} else {
			dst.Consents = append(dst.Consents, decision.Consent{})
		}
		a.consent(i, c, &dst.Consents[n])
	}
}

// consent reads one presented consent. It is never a bundle: one purpose, its
// categories by name, and its recipient where the law asks that it be named.
func (a *asker) consent(i int, c *waybillv1.Consent, into *decision.Consent) {
	const field = "question.consents"
	*into = decision.Consent{Categories: into.Categories[:0], Countries: into.Countries[:0]}
	if c == nil {
		a.wrong(at(field, i, ""), "a consent")
		return
	}
	if len(c.ProtoReflect().GetUnknown()) > 0 {
		a.wrong(at(field, i, ""), "only fields that this version knows")
	}
	if _, ok := waybillv1.ConsentType_name[int32(c.Type)]; !ok || c.Type == 0 {
		a.known(at(field, i, ".type"), int32(c.Type), waybillv1.ConsentType_name, true)
	} else {
		into.Type = decision.ConsentType(c.Type)
	}
	name := func(rest string, collection registry.Collection, s string, required bool) string {
		if !a.given(field, i, rest, s, required) {
			return ""
		}
		return prefixed(collection, s)
	}
	into.Purpose = name(".purpose", registry.Purposes, c.Purpose, true)
	into.Policy = name(".policy", registry.Policies, c.Policy, true)
	named := into.Type.ToRecipient()
	into.Recipient = name(".recipient", registry.Recipients, c.Recipient, named)
	into.Categories = a.categoriesAt(field, i, ".categories", into.Categories, c.Categories, maxNested)
	for j, s := range into.Categories {
		if strings.HasSuffix(s, "*") {
			a.wrong(at(at(field, i, ".categories"), j, ""), "a category by its own name; a consent knows no wildcard")
		}
	}
	into.GiveTime = a.instant(i, ".give_time", c.GiveTime, true)
	into.ExpireTime = a.instant(i, ".expire_time", c.ExpireTime, false)
	into.WithdrawTime = a.instant(i, ".withdraw_time", c.WithdrawTime, false)
	into.CheckTime = a.instant(i, ".check_time", c.CheckTime, true)
	if into.ExpireTime != 0 && into.ExpireTime <= into.GiveTime {
		a.wrong(at(field, i, ".expire_time"), "later than give_time")
	}
	if into.WithdrawTime != 0 && into.WithdrawTime < into.GiveTime {
		a.wrong(at(field, i, ".withdraw_time"), "not before give_time")
	}
	for _, t := range []struct {
		rest, s string
		into    *string
		limit   int
	}{
		{".method", c.Method, &into.Method, maxTitle}, {".evidence", c.Evidence, &into.Evidence, maxTitle},
		{".subject", c.Subject, &into.Subject, maxSubject}, {".child_interest", c.ChildInterest, &into.ChildInterest, maxText},
	} {
		if *t.into = t.s; len(t.s) > t.limit || !clean(t.s, false) {
			a.wrong(at(field, i, t.rest), fmt.Sprintf("at most %d bytes of text without control characters", t.limit))
		}
	}
	if c.Method == "" {
		a.wrong(at(field, i, ".method"), "how it was given; it is needed")
	}
	if len(c.Countries) > 0 {
		into.Countries = a.consentCountries(at(field, i, ".countries"), into.Countries, c.Countries)
	}
	into.ByGuardian = c.ByGuardian
	if into.Publication = c.Publication; c.Publication != "" && !isID(c.Publication) {
		a.wrong(at(field, i, ".publication"), "an id of a publication; "+idForm)
	}
	if c.Publication == "" && into.Type == decision.ConsentSeparatePublic {
		a.wrong(at(field, i, ".publication"), "the publication consented to; it is needed: one consent is of one publication")
	}
}

func (a *asker) instant(i int, rest string, ts *timestamppb.Timestamp, required bool) registry.Time {
	if ts == nil {
		if required {
			a.wrong(at("question.consents", i, rest), instantExpected+"; it is needed")
		}
		return 0
	}
	t, ok := instant(ts)
	if !ok {
		a.wrong(at("question.consents", i, rest), instantExpected)
	}
	return t
}

func (a *asker) chain(src []*waybillv1.ChainLink, dst *decision.Question) {
	const field = "question.chain"
	if len(src) > maxChain {
		a.wrong(field, fmt.Sprintf("at most %d links", maxChain))
		return
	}
	for i, l := range src {
		var link decision.ChainLink
		if a.given(field, i, ".recipient", l.GetRecipient(), true) {
			link.Recipient = prefixed(registry.Recipients, l.GetRecipient())
		}
		if a.given(field, i, ".deployment", l.GetDeployment(), false) {
			link.Deployment = deploymentName(link.Recipient, l.GetDeployment())
		}
		dst.Chain = append(dst.Chain, link)
	}
}
