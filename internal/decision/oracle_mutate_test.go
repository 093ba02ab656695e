package decision_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// cloneNoun copies a noun by its canonical bytes.
func cloneNoun[N registry.Noun](n N) N {
	b, err := registry.Encode(n)
	if err != nil {
		panic(err)
	}
	c, err := registry.Decode(n.Collection(), b)
	if err != nil {
		panic(err)
	}
	return c.(N)
}

// mutable lists the fields that a mutation may touch, by struct.
var mutable = map[string][]string{
	"Settings": {"Zone", "ScreeningAgeDays", "SeparateConsentWithoutConsentBasis", "HmtAuthority", "NonsensitiveTier", "StatutoryDutyLiftsAssessment", "CountExemptFlows",
		"AgreementDeferralOff", "AssessmentDeferralOff"},
	"Exporter":      {"Country", "City", "RegionsServed", "Products", "CIIOPeriods", "FreeTradeZones", "SmallHandlers", "VolumeOpenings", "Holds"},
	"Product":       {"Minors", "CeaseTime", "Purposes"},
	"FreeTradeZone": {"StartTime", "EndTime", "CoveredCategories", "ApprovedBy", "ApproveTime"},
	"SmallHandler":  {"StartTime", "EndTime"},
	"VolumeOpening": {"Year", "Persons", "SensitivePersons"},
	"LegalHold":     {"Citation", "Purposes", "CoveredCategories", "StartTime", "EndTime", "ApprovedBy"},
	"Recipient": {"Kind", "Role", "NaturalPerson", "Country", "Notices", "ApproveTime", "Suspensions", "TerminateTime", "DueDiligenceUntil", "Screenings", "Screenings", "UsableFrom",
		"Incidents", "Deal"},
	"Incident":         {"DiscoverTime", "ResolveTime", "Suspends"},
	"Deal":             {"CloseTime", "Purposes", "MethodChanged"},
	"Period":           {"StartTime", "EndTime"},
	"Screening":        {"ScreenTime", "Result", "Source"},
	"Notice":           {"RecipientTitle", "Contact", "Purposes", "Method", "CoveredCategories", "RightsRoute", "SubjectGroups", "NotifyTime"},
	"Deployment":       {"StorageCountries", "AccessCountries", "Kind", "Role", "Hosting", "Links"},
	"SubprocessorLink": {"Recipient", "Authorisation", "AuthoriseTime", "NoticeUntil", "ObjectTime", "SubAgreement"},
	"Agreement":        {"Type", "Exporters", "Recipients", "OurSignature", "TheirSignature", "Purposes", "CoveredCategories", "SubjectGroups", "Hosting", "EffectiveTime", "ExpireTime", "TerminateTime", "TerminateTime", "SCCModule", "Amends", "Terms", "Terms", "Terms"},
	"Signature":        {"SignTime"},
	"Terms": {"Confidentiality", "Purpose", "Period", "Method", "Categories", "Measures", "Audit", "SubprocessorMode", "DeleteOrReturn", "Instructions",
		"StaffConfidentiality", "AssistRights", "AssistSecurity", "Allocation", "Contact", "Entrusting", "RetentionLimitDays"},
	"Transfer": {"Mechanism", "Recipients", "Countries", "Purposes", "CoveredCategories", "OnwardRecipients", "ValidFrom", "ValidTo", "RecertifiedUntil", "Suspensions", "RevokeTime", "Evidence", "Evidence",
		"Exemption", "Derogation", "NoSafeguardsReason", "Occasional", "ApprovedScale", "ApprovedScale", "HRCoverage", "UKExtension", "SensitiveLabelled", "ImporterUnderGDPR", "Annexes", "Annexes"},
	"Evidence":   {"IssueTime", "FilingNumber", "FilingTime"},
	"Annexes":    {"Parties", "Transfer", "Authority", "Measures", "Subprocessors"},
	"Assessment": {"Type", "Recipients", "Purposes", "CoveredCategories", "Countries", "ApprovedBy", "ApproveTime", "ReviewUntil", "RecipientKinds", "Simplified"},
	"Purpose":    {"Service", "Profiling", "InterestAdvertising", "HighRisk", "Analytics", "Tracking", "ForeignProceedings", "WindDown", "Deletion"},
	"Category":   {"Sensitive", "Special", "DirectIdentifier", "Credential", "NonPersonal", "IdentityOrContact", "Analytics", "ImportantData"},
	"Policy": {"SubjectGroups", "Regions", "EffectiveTime", "Significant", "WeakensRights", "Purposes", "Kinds", "Bases", "Necessity", "Retention", "ServesMinors", "ChildRules", "Notices",
		"Safeguards", "Waivers", "ExceptionKinds"},
	"Safeguard":      {"CoveredCategories", "SpecificPurpose", "Necessity", "Protection", "Notice", "ApprovedBy", "ApproveTime", "ReviewUntil"},
	"WaiverCell":     {"Exception", "Group", "Effect"},
	"ExceptionKinds": {"Exception", "Kinds"},
	"Instrument": {"Recipient", "Exporters", "Number", "Citation", "Regime", "CoveredCategories", "Purposes", "IssueTime", "ExpireTime", "RevokeTime", "NecessityReason", "SecrecyCitation",
		"OrdersPublication", "ParticularInquiry", "Treaty", "ForeignApproval", "ForeignApproval", "ConflictDecision", "ConflictDecision", "ApprovedBy", "SecondApprovedBy", "ApproveTime"},
	"ForeignApproval":  {"Number", "Authority", "ApproveTime"},
	"ConflictDecision": {"BindingLaw", "ForbiddingLaw", "Reason", "ApprovedBy", "SecondApprovedBy", "ApproveTime"},
	"ExceptionRecord": {"Exception", "Exporters", "Recipients", "Purposes", "CoveredCategories", "Citation", "Regimes", "ObligesSharing", "Organ", "Demand", "DeclaredEmergency", "CaseNumber",
		"Instrument", "Interest", "WhyImpracticable", "Emergency", "LifeOrBody", "Incapable", "SpecialGround", "Proofs", "Proofs", "ReasonableScope", "NoMajorImpact", "OrdersPublication", "SecrecyCitation",
		"EffectiveTime", "ExpireTime", "EmergencyEndTime", "ApprovedBy", "SecondApprovedBy", "ApproveTime"},
	"PublicationProof": {"Category", "Reference", "CaptureTime"},
	"KindList":         {"Purposes", "CoveredCategories", "AnyCategory"},
	"BasisEntry":       {"Regimes", "Basis", "SpecialGround", "Kind"},
	"Necessity":        {"CoveredCategories", "ApprovedBy", "ApproveTime", "ReviewUntil"},
	"Retention":        {"Days", "Categories"},
	"PolicyNotice":     {"SendTime"},
	"Principal":        {"ConsentSource"},
	"ConsentSource":    {"MaxAgeSeconds"},
}

// mutate changes one thing of the registry.
func (w *scene) mutate(r *rand.Rand) {
	saved := w.Rand
	w.Rand = r
	defer func() { w.Rand = saved }()
	// What concerns one recipient is met less often than what concerns all.
	c := pick(r, registry.Recipients, registry.Recipients, registry.Recipients, registry.Deployments, registry.Deployments, registry.Deployments,
		registry.Agreements, registry.Agreements, registry.Agreements, registry.Transfers, registry.Transfers, registry.Transfers,
		registry.Assessments, registry.Assessments, registry.Instruments, registry.Instruments, registry.Exceptions, registry.Exceptions, registry.Policies, registry.Policies, registry.Exporters, registry.Purposes, registry.Categories, registry.SettingsOf, registry.Principals)
	names := w.names(c)
	if len(names) == 0 {
		return
	}
	name := pick(r, names...)
	if c == registry.Agreements && w.chance(70) { // those that are judged, not those that other nouns rest on
		name = pick(r, slices.DeleteFunc(names, func(n string) bool {
			return len(names) > 1 && (strings.HasPrefix(n, "agreements/sc-") || strings.HasPrefix(n, "agreements/sub-"))
		})...)
	}
	w.touch(w.nouns[name])
	switch {
	case w.chance(10) && w.mayGo(name):
		w.drop(name)
	case c == registry.Categories && w.chance(30): // a leaf becomes an inner node, or gets a sibling
		w.put(&registry.Category{Name: name + ".new", Title: "a", Sentence: "b", Example: "c"})
	case c == registry.Policies && w.chance(30):
		w.addPolicy(w.nouns[name].(*registry.Policy), 10+w.IntN(10))
	default:
		n := cloneNoun(w.nouns[name])
		w.alter(reflect.ValueOf(n).Elem())
		w.repair(n)
		w.put(n)
	}
}

// touch remembers the recipients that a mutated noun concerns.
func (w *scene) touch(n registry.Noun) {
	switch n := n.(type) {
	case *registry.Recipient:
		w.touched = append(w.touched, n.Name)
	case *registry.Deployment:
		w.touched = append(w.touched, registry.RecipientOf(n.Name))
	case *registry.Agreement:
		w.touched = append(w.touched, n.Recipients...)
	case *registry.Transfer:
		w.touched = append(w.touched, n.Recipients...)
	case *registry.Assessment:
		w.touched = append(w.touched, n.Recipients...)
	case *registry.Instrument:
		w.touched = append(w.touched, n.Recipient)
	case *registry.ExceptionRecord:
		w.touched = append(w.touched, n.Recipients...)
	}
}

// mayGo reports whether a noun can be deleted: nothing names it.
func (w *scene) mayGo(name string) bool {
	c := w.nouns[name].Collection()
	switch c {
	case registry.Agreements, registry.Deployments, registry.Transfers, registry.Assessments, registry.Policies, registry.Instruments, registry.Exceptions:
	default:
		return false
	}
	for _, n := range w.nouns {
		switch n := n.(type) {
		case *registry.Transfer:
			if n.Agreement == name {
				return false
			}
		case *registry.Agreement:
			if n.Amends == name {
				return false
			}
		case *registry.ExceptionRecord:
			if n.Instrument == name {
				return false
			}
		case *registry.Deployment:
			if slices.ContainsFunc(n.Links, func(l registry.SubprocessorLink) bool { return l.SubAgreement == name || l.Deployment == name }) {
				return false
			}
		}
	}
	return true
}

// repair brings back what the registry would refuse to write.
func (w *scene) repair(n registry.Noun) {
	switch n := n.(type) {
	case *registry.Exporter:
		if len(n.Country) != 2 {
			n.Country = w.nouns[n.Name].(*registry.Exporter).Country
		}
		if n.Country != "CN" {
			n.City = ""
		} else if n.City == "" {
			n.City = "beijing"
		}
		w.repairProofs(n)
	case *registry.Agreement:
		n.Categories = n.CoveredCategories
		for o := n; o != nil; o, _ = w.nouns[o.Amends].(*registry.Agreement) {
			if o.Amends == n.Name { // a circle
				n.Amends = ""
				break
			}
		}
		if len(n.Recipients) == 0 {
			n.Recipients = w.nouns[n.Name].(*registry.Agreement).Recipients
		}
		switch n.Type {
		case registry.AgreementTypeEuScc:
			n.SCCModule = max(n.SCCModule, 1)
		case registry.AgreementTypeUkAddendum:
		default:
			n.SCCModule = 0
		}
	case *registry.Assessment:
		n.Categories = n.CoveredCategories
		if n.Type != registry.AssessmentTypePipia && n.Type != registry.AssessmentTypeDpia {
			n.RecipientKinds = nil
		}
	case *registry.Instrument:
		n.Categories = n.CoveredCategories
		n.Regime = max(n.Regime, registry.RegimeCn)
	case *registry.ExceptionRecord:
		n.Categories = n.CoveredCategories
		n.Exception = max(n.Exception, 1)
		n.Regimes = slices.DeleteFunc(n.Regimes, func(g registry.Regime) bool { return g == registry.RegimePolicy })
		n.Regimes = once(n.Regimes)
		proved := map[string]bool{}
		n.Proofs = slices.DeleteFunc(n.Proofs, func(p registry.PublicationProof) bool {
			again := p.Category == "" || proved[p.Category]
			proved[p.Category] = true
			return again
		})
	case *registry.Recipient:
		for i := range n.Incidents {
			n.Incidents[i].ID = fmt.Sprintf("i%d", i)
			if n.Incidents[i].DiscoverTime == 0 {
				n.Incidents[i].DiscoverTime = w.ago(9)
			}
		}
		if n.Kind != registry.RecipientKindSuccessor {
			n.Deal = nil
		} else if n.Deal != nil {
			n.Deal.ID = "d"
		}
		for i := range n.Notices {
			n.Notices[i].Categories = n.Notices[i].CoveredCategories
		}
	case *registry.Policy:
		for i := range n.Kinds {
			k := &n.Kinds[i]
			if k.AnyCategory && (k.Kind == registry.RecipientKindCloud || k.Kind == registry.RecipientKindLogistics) {
				k.AnyCategory = false
			}
			if k.AnyCategory {
				k.CoveredCategories = nil
			}
			k.Categories = k.CoveredCategories
		}
		for i := range n.Necessity {
			n.Necessity[i].Categories = n.Necessity[i].CoveredCategories
		}
		for i := range n.Safeguards {
			n.Safeguards[i].Categories = n.Safeguards[i].CoveredCategories
		}
		w.repairWaivers(n)
		if len(n.Regions) == 0 {
			n.Regions = []string{"*"}
		}
		if len(n.SubjectGroups) == 0 {
			n.SubjectGroups = w.groups
		}
		if len(n.Regions) > 1 {
			n.Regions = slices.DeleteFunc(n.Regions, func(s string) bool { return s == "*" })
		}
	case *registry.Deployment:
		for i := range n.Links {
			l := &n.Links[i]
			if l.Deployment != "" && registry.RecipientOf(l.Deployment) != l.Recipient {
				l.Deployment = ""
			}
		}
	case *registry.Transfer:
		n.Categories = n.CoveredCategories
		was := w.nouns[n.Name].(*registry.Transfer)
		contract := func(m registry.Mechanism) bool {
			return m == registry.MechanismStandardContract || m == registry.MechanismGbaContract || m == registry.MechanismScc || m == registry.MechanismIdta || m == registry.MechanismUkAddendum
		}
		may := append(slices.Clone(mechanismsOf[n.Regime]), map[registry.Regime][]registry.Mechanism{
			registry.RegimeEu: {registry.MechanismDpf, registry.MechanismAdequacy}, registry.RegimeUk: {registry.MechanismUkBridge, registry.MechanismUkAdequacy}}[n.Regime]...)
		if !slices.Contains(may, n.Mechanism) || contract(n.Mechanism) && n.Mechanism != was.Mechanism {
			n.Mechanism = was.Mechanism
		}
		w.repairDetails(n)
		w.keepCountries(n)
	}
}

// repairProofs brings back what of an exporter's proofs the registry would refuse.
func (w *scene) repairProofs(n *registry.Exporter) {
	begin := func(at *registry.Time) {
		if *at == 0 {
			*at = w.ago(9)
		}
	}
	for i := range n.CIIOPeriods {
		begin(&n.CIIOPeriods[i].StartTime)
	}
	for i := range n.FreeTradeZones {
		z := &n.FreeTradeZones[i]
		begin(&z.StartTime)
		if len(z.CoveredCategories) == 0 {
			z.CoveredCategories = w.leaves()[:1]
		}
		z.ListedCategories = z.CoveredCategories
	}
	for i := range n.SmallHandlers {
		begin(&n.SmallHandlers[i].StartTime)
	}
	for i := range n.Holds {
		begin(&n.Holds[i].StartTime)
		n.Holds[i].Categories = n.Holds[i].CoveredCategories
	}
	years := map[int32]bool{}
	n.VolumeOpenings = slices.DeleteFunc(n.VolumeOpenings, func(v registry.VolumeOpening) bool {
		again := years[v.Year]
		years[v.Year] = true
		return again
	})
}

// repairWaivers leaves only cells and kinds that a version may state.
func (w *scene) repairWaivers(n *registry.Policy) {
	cells := map[registry.WaiverCell]bool{}
	n.Waivers = slices.DeleteFunc(n.Waivers, func(c registry.WaiverCell) bool {
		at := registry.WaiverCell{Exception: c.Exception, Group: c.Group}
		may := c.Exception != 0 && c.Group != 0 && (c.Effect == registry.WaiverEffectNo || c.Effect == registry.DefaultWaiver(c.Group, c.Exception) ||
			c.Group == registry.WaiverGroupKindLists && c.Effect == registry.WaiverEffectYes)
		again := cells[at]
		cells[at] = cells[at] || may
		return again || !may
	})
	seen := map[registry.Exception]bool{}
	n.ExceptionKinds = slices.DeleteFunc(n.ExceptionKinds, func(k registry.ExceptionKinds) bool {
		bad := k.Exception == 0 || seen[k.Exception] || len(k.Kinds) == 0
		seen[k.Exception] = true
		return bad
	})
	for i := range n.ExceptionKinds {
		n.ExceptionKinds[i].Kinds = once(n.ExceptionKinds[i].Kinds)
	}
	kept := map[string]bool{}
	for i := range n.Retention {
		e := &n.Retention[i]
		e.Categories = slices.DeleteFunc(slices.Clone(e.Categories), func(c string) bool {
			again := kept[e.Purpose+" "+c]
			kept[e.Purpose+" "+c] = true
			return again
		})
		e.Days = max(e.Days, 1)
	}
	n.Retention = slices.DeleteFunc(n.Retention, func(e registry.Retention) bool { return len(e.Categories) == 0 })
}

// repairDetails leaves a transfer only what belongs to its mechanism.
func (w *scene) repairDetails(n *registry.Transfer) {
	listed := n.Mechanism == registry.MechanismDpf || n.Mechanism == registry.MechanismUkBridge
	if n.Mechanism != registry.MechanismExemption {
		n.Exemption = 0
	} else if n.Exemption == 0 {
		n.Exemption = registry.ExemptionVolume
	}
	if n.Mechanism != registry.MechanismDerogation {
		n.Derogation, n.NoSafeguardsReason, n.Occasional = 0, "", false
	} else if n.Derogation == 0 {
		n.Derogation = registry.DerogationPublicRegister
	}
	if n.Mechanism != registry.MechanismScc && n.Mechanism != registry.MechanismUkAddendum {
		n.Annexes = nil
	}
	n.HRCoverage = n.HRCoverage && listed
	n.UKExtension = n.UKExtension && n.Mechanism == registry.MechanismUkBridge
	n.SensitiveLabelled = n.SensitiveLabelled && n.Mechanism == registry.MechanismUkBridge
}

// once leaves the first of each.
func once[E comparable](list []E) []E {
	var out []E
	for _, e := range list {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// keepCountries keeps only the countries that a mechanism may name.
func (w *scene) keepCountries(t *registry.Transfer) {
	may := map[registry.Mechanism][]string{
		registry.MechanismGbaContract: {"HK", "MO"}, registry.MechanismDpf: {"US"}, registry.MechanismUkBridge: {"US"}, registry.MechanismAdequacy: {"JP", "BR", "GB"},
		registry.MechanismUkAdequacy: {"DE", "FR", "JP"},
	}[t.Mechanism]
	if may != nil {
		t.Countries = slices.DeleteFunc(t.Countries, func(c string) bool { return !slices.Contains(may, c) })
		if len(t.Countries) == 0 {
			t.Countries = may[:1]
		}
	}
}

// alter changes one field of a struct, or of a struct within it.
func (w *scene) alter(v reflect.Value) {
	fields := mutable[v.Type().Name()]
	if len(fields) == 0 {
		return
	}
	name := pick(w.Rand, fields...)
	f := v.FieldByName(name)
	switch f.Kind() {
	case reflect.Int64:
		f.SetInt(int64(w.instant()))
		if f.Type() != reflect.TypeFor[registry.Time]() {
			f.SetInt(pick(w.Rand, 0, 1, 16, 17, w.volume()))
		}
	case reflect.Int32:
		f.SetInt(int64(pick(w.Rand, 0, 1, 2, 3, 40)))
		switch name {
		case "SCCModule":
			f.SetInt(int64(1 + w.IntN(4)))
		case "Year":
			f.SetInt(int64(w.year()) - int64(w.IntN(2)))
		}
	case reflect.Bool:
		f.SetBool(!f.Bool())
	case reflect.Uint8:
		f.SetUint(uint64(w.IntN(valuesOf(f.Type()))))
	case reflect.String:
		w.alterText(f, name)
	case reflect.Pointer:
		switch {
		case f.IsNil():
			f.Set(reflect.New(f.Type().Elem()))
		case w.chance(15):
			f.SetZero()
		default:
			w.alter(f.Elem())
		}
	case reflect.Slice:
		w.alterList(f, name)
	}
}

// valuesOf returns how many values an enum has, zero included.
func valuesOf(t reflect.Type) int {
	return len(reflect.Zero(t).Interface().(interface{ Values() []string }).Values())
}

// instant is a time on or around now, or none.
func (w *scene) instant() registry.Time {
	return pick(w.Rand, 0, w.now-1, w.now, w.now, w.now+1, w.now-aDay, w.now+aDay, w.now+4*second,
		w.ago(365), w.ago(365)+1, w.ago(500), w.ago(1095), w.ago(1096), w.ago(1096)+1, w.ago(1097), w.ago(3000), w.now+90*aDay+pick(w.Rand, registry.Time(-1), 1))
}

func (w *scene) alterText(f reflect.Value, name string) {
	var pool []string
	switch name {
	case "Country":
		pool = append(slices.Clone(sceneCountries), "UNKNOWN", "")
	case "City":
		pool = []string{"shenzhen", "beijing"}
	case "Zone":
		pool = []string{"Asia/Shanghai", "America/New_York", "UTC"}
	case "Recipient":
		pool = w.names(registry.Recipients)
	case "Instrument":
		pool = append(w.names(registry.Instruments), "")
	case "Category":
		pool = w.leaves()
	case "ApprovedBy", "SecondApprovedBy":
		pool = []string{"", " ", "legal", "Legal", "board"}
	case "Interest", "WhyImpracticable", "ReasonableScope", "NoMajorImpact", "NecessityReason":
		pool = []string{"", " ", "x"}
	case "Source":
		pool = screeningSources
	case "SubAgreement", "Amends":
		pool = append(w.names(registry.Agreements), "")
	default:
		pool = []string{"", "", "x"}
	}
	f.SetString(pick(w.Rand, pool...))
}

func (w *scene) alterList(f reflect.Value, name string) {
	n := f.Len()
	if f.Type().Elem().Kind() == reflect.Struct {
		switch {
		case n == 0 || w.chance(15) && name != "Kinds" && name != "Retention":
			e := reflect.New(f.Type().Elem()).Elem()
			if n > 0 {
				e.Set(f.Index(w.IntN(n)))
			}
			if name == "Links" || name == "Products" {
				return // each stands once
			}
			w.alter(e)
			f.Set(reflect.Append(f, e))
		case w.chance(20):
			i := w.IntN(n)
			f.Set(reflect.AppendSlice(f.Slice3(0, i, i), f.Slice(i+1, n)))
		default:
			w.alter(f.Index(w.IntN(n)))
		}
		return
	}
	switch {
	case n > 0 && w.chance(10):
		f.SetZero()
	case n > 0 && w.chance(60): // a part of it
		places := w.Perm(n)[:w.IntN(n)]
		slices.Sort(places)
		part := reflect.MakeSlice(f.Type(), 0, n)
		for _, p := range places {
			part = reflect.Append(part, f.Index(p))
		}
		f.Set(part)
	case f.Type().Elem().Kind() == reflect.Uint8:
		e := reflect.New(f.Type().Elem()).Elem()
		e.SetUint(uint64(1 + w.IntN(valuesOf(e.Type())-1)))
		f.Set(reflect.Append(f, e))
	default:
		e := w.element(name)
		for i := range n {
			if f.Index(i).String() == e {
				return
			}
		}
		f.Set(reflect.Append(f, reflect.ValueOf(e)))
	}
}

// element is something that a list of names may hold.
func (w *scene) element(field string) string {
	switch field {
	case "Purposes":
		return pick(w.Rand, w.names(registry.Purposes)...)
	case "CoveredCategories":
		return pick(w.Rand, w.leaves()...)
	case "Categories":
		return pick(w.Rand, w.names(registry.Categories)...)
	case "Recipients", "OnwardRecipients":
		return pick(w.Rand, w.names(registry.Recipients)...)
	case "Exporters":
		return pick(w.Rand, w.names(registry.Exporters)...)
	case "Countries":
		return pick(w.Rand, sceneCountries...)
	case "RegionsServed":
		return pick(w.Rand, "CN", "DE", "FR", "SE", "SG", "GB", "RE", "AX")
	case "Regions":
		return pick(w.Rand, "CN", "DE", "FR", "SE", "SG", "RE", "*")
	}
	return pick(w.Rand, append([]string{"UNKNOWN"}, sceneCountries...)...) // storage and access
}

// edits makes up to n random edits and returns them as the changes of one revision.
func (w *scene) edits(r *rand.Rand, revision int64, n int) []registry.Change {
	before := map[string]registry.Noun{}
	numbers := map[string]uint32{}
	for name, noun := range w.nouns {
		before[name], numbers[name] = noun, w.numbers[name]
	}
	for range n {
		if r.IntN(8) == 0 {
			saved := w.Rand
			w.Rand = r
			w.addRecipient(fmt.Sprintf("recipients/new%d", r.IntN(4)))
			w.Rand = saved
			continue
		}
		w.mutate(r)
	}
	var out []registry.Change
	add := func(op registry.Operation, name string, number uint32, noun registry.Noun) {
		out = append(out, registry.Change{Revision: revision, Index: revision*1000 + int64(len(out)), Operation: op, Name: name, Number: number, Author: "operator", Time: w.now, Noun: noun})
	}
	for name, number := range numbers { // a name that returned, with a new number
		if w.nouns[name] != nil && w.numbers[name] != number {
			add(registry.Delete, name, number, nil)
		}
	}
	for _, c := range registry.Collections { // what is named comes first
		for _, name := range w.names(c) {
			if w.nouns[name] != before[name] {
				add(registry.Put, name, w.numbers[name], w.nouns[name])
			}
		}
	}
	for _, c := range slices.Backward(registry.Collections) {
		for name, noun := range before {
			if noun.Collection() == c && w.nouns[name] == nil {
				add(registry.Delete, name, numbers[name], nil)
			}
		}
	}
	return out
}

// step is one revision of a random history: the changes that made it (none in the
// first), the whole fold after them, and questions to ask of it.
type step struct {
	changes []registry.Change
	records []registry.Record
	head    registry.Head
	asked   []asking
}

// randomHistory returns a random registry and, after it, revisions of one to four
// random edits each, with questions of each.
func randomHistory(seed uint64, revisions, questions int) []step {
	w := newScene(seed, nil)
	r := newRand(seed, 3)
	var out []step
	for i := range revisions {
		s := step{head: w.head(int64(i + 1))}
		if i > 0 {
			for len(s.changes) == 0 { // an edit may change nothing; a revision has a change
				s.changes = w.edits(r, int64(i+1), 1+r.IntN(4))
			}
			s.head = w.head(int64(i + 1))
		}
		s.records = w.records()
		for k := range questions {
			s.asked = append(s.asked, w.ask(seed*1000+uint64(i*questions+k), seedsFor(seed, r.IntN(3))))
		}
		out = append(out, s)
	}
	return out
}
