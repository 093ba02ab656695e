package wire

import (
	"cmp"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// sentenceCategories is how many categories a sentence names before it counts the rest.
const sentenceCategories = 5

// nearestNames is how many names stand in for an unknown one; deployments are
// looked for among more, since only the recipient's own count.
const (
	nearestNames       = 3
	nearestDeployments = 100
)

// voice puts the catalogue's words into sentences for one answer. It names what
// the registry holds, and never what a caller wrote.
type voice struct {
	names names
	q     *waybillv1.ShareQuestion
	d     *decision.Decision
	r     *decision.Reason
	known []string // the reason's categories that the registry holds
}

// reason fills one reason of the answer.
func (v *voice) reason(r *decision.Reason, out *waybillv1.Reason) {
	v.r = r
	v.known = v.known[:0]
	for _, c := range categoriesOf(v.q, r.Categories) {
		if v.names.Number(c) != 0 {
			v.known = append(v.known, c)
		}
	}
	info := decision.Info(r.Code)
	class := decision.ClassOf(r.Code, r.Detail)
	p := phraseOf(r.Code, r.Detail)
	out.Code, out.Class, out.Rule = waybillv1.ReasonCode(r.Code), waybillv1.ReasonClass(class), int32(info.Number)
	out.Clause, out.Regime = info.Clause, waybillv1.Regime(r.Regime)
	out.Categories = append([]string(nil), v.known...)
	if r.Record != 0 {
		out.Record = v.names.Name(r.Record)
	}
	out.Field = p.field
	if unknown := r.Categories; r.Code == decision.CategoryUnknown && bits.OnesCount64(unknown) == 1 {
		out.Field = at(p.field, bits.TrailingZeros64(unknown), "")
	}
	out.Sentence = v.say(p.sentence) + source(info)
	out.Cure = v.say(strings.ReplaceAll(p.cure, "{field}", out.Field))
	if contact := v.names.GapContact(); contact != "" && class == decision.Gap {
		out.Cure += " Ask: " + contact
	}
}

// phraseOf returns what the catalogue says of a code and a detail, with the field.
func phraseOf(c decision.Code, detail decision.Detail) phrase {
	e := catalogue[c]
	p, ok := e.details[detail]
	if !ok {
		p = e.phrase
	}
	if p.field == "" {
		p.field = fieldOf(detail)
	}
	if p.field == "" {
		p.field = cmp.Or(e.field, "question")
	}
	return p
}

// source says where a reason comes from: "(PIPL 21; rule 26)".
func source(info decision.RuleInfo) string {
	var parts []string
	if info.Clause != "" {
		parts = append(parts, info.Clause)
	}
	if info.Number != 0 {
		parts = append(parts, "rule "+strconv.Itoa(info.Number))
	}
	if len(parts) == 0 {
		return "."
	}
	return " (" + strings.Join(parts, "; ") + ")."
}

// say fills the braces of a phrase.
func (v *voice) say(words string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(words, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		key, after, _ := strings.Cut(rest, "}")
		key, none, _ := strings.Cut(key, "|")
		if s := v.word(key); s != "" {
			none = s
		}
		b.WriteString(none)
		words = after
	}
}

func (v *voice) word(key string) string {
	one := func(number uint32) string {
		if number == 0 {
			return ""
		}
		return v.names.Name(number)
	}
	number := func(singular, plural string) string {
		if len(v.known) > 1 {
			return plural
		}
		return singular
	}
	switch key {
	case "record":
		return one(v.r.Record)
	case "recipient":
		return one(v.d.Recipient)
	case "kind":
		kind := v.names.Kind(v.d.Deployment)
		if kind == 0 {
			kind = v.names.Kind(v.d.Recipient)
		}
		return strings.ToLower(kind.String())
	case "exporter":
		return one(v.d.Exporter)
	case "purpose":
		return one(v.d.Purpose)
	case "served":
		if v.d.Served == 0 {
			return one(v.d.Purpose)
		}
		return one(v.d.Served)
	case "policy":
		return one(v.d.Policy)
	case "cats":
		return listed(v.known)
	case "are":
		return number("is", "are")
	case "go":
		return number("goes", "go")
	case "identify":
		return number("identifies", "identify")
	case "term":
		if t := terms[v.r.Detail]; t != "" {
			return t
		}
		return "mandatory"
	case "under":
		switch v.r.Regime {
		case registry.RegimeCn:
			return " under PIPL"
		case registry.RegimeCnSz:
			return " under the Shenzhen data regulations"
		case registry.RegimeEu:
			return " under the GDPR"
		}
	case "nearest":
		return v.nearest()
	case "unknown":
		return v.unknown()
	}
	return ""
}

// listed names categories without their collection, and counts those past five.
func listed(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == sentenceCategories {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.TrimPrefix(n, registry.Categories.Prefix()))
	}
	return b.String()
}

// nearest names what the registry holds that is nearest to the text asked for.
func (v *voice) nearest() string {
	var c registry.Collection
	var text string
	switch v.r.Detail {
	case decision.DetailExporter:
		c, text = registry.Exporters, v.q.Exporter
	case decision.DetailServedPurpose:
		c, text = registry.Purposes, v.q.ServedPurpose
	case decision.DetailDeployment:
		c, text = registry.Deployments, v.q.Deployment
		if text != "" {
			text = deploymentName(prefixed(registry.Recipients, v.q.Recipient), text)
		}
	default:
		switch v.r.Code {
		case decision.PurposeUnknown:
			c, text = registry.Purposes, v.q.Purpose
		case decision.RecipientUnknown:
			c, text = registry.Recipients, v.q.Recipient
		}
	}
	if c == 0 || text == "" {
		return ""
	}
	if c != registry.Deployments {
		return nearestWords("; the nearest", v.names.Nearest(c, prefixed(c, text), nearestNames))
	}
	var own []string // of the recipient asked for; another's are no cure
	for _, n := range v.names.Nearest(c, text, nearestDeployments) {
		if v.d.Recipient != 0 && registry.RecipientOf(n) == v.names.Name(v.d.Recipient) && len(own) < nearestNames {
			own = append(own, n)
		}
	}
	return nearestWords("; the nearest", own)
}

// nearestWords says "; the nearest are a, b".
func nearestWords(lead string, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return lead + " is " + names[0]
	}
	return lead + " are " + strings.Join(names, ", ")
}

// unknown says which categories of the question are unknown, by their place.
func (v *voice) unknown() string {
	var places []string
	first := -1
	for i := range v.q.Categories {
		if i < 64 && v.r.Categories&(1<<i) != 0 {
			if first < 0 {
				first = i
			}
			places = append(places, strconv.Itoa(i+1))
		}
	}
	switch {
	case first < 0:
		return "A category asked for is not in the registry"
	case len(places) == 1:
		return "Category " + places[0] + " of the question is not in the registry" +
			nearestWords("; the nearest", v.names.Nearest(registry.Categories, prefixed(registry.Categories, v.q.Categories[first]), nearestNames))
	}
	return "Categories " + strings.Join(places, ", ") + " of the question are not in the registry" +
		nearestWords("; the nearest to the first", v.names.Nearest(registry.Categories, prefixed(registry.Categories, v.q.Categories[first]), nearestNames))
}
