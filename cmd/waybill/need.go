package main

import (
	"fmt"
	"io"
	"strings"

	pb "waybill/proto/waybill/v1"
)

// needRows is what a share would need, for a person.
func needRows(needs []*pb.Need) [][]string {
	rows := [][]string{{"", "WHO", "FIELD", "WHY", "CODES"}}
	for _, n := range needs {
		required := "may"
		if n.GetRequired() {
			required = "must"
		}
		field := n.GetField()
		if n.GetRecord() != "" {
			field = strings.TrimSuffix(n.GetRecord()+" "+field, " ")
		}
		rows = append(rows, []string{required, who(n.GetClass()), field, n.GetWhy(), codeNames(n.GetCodes())})
	}
	return rows
}

// cureRows is what would make a denied share allowed, for a person.
func cureRows(cures []*pb.Cure) [][]string {
	var rows [][]string
	for _, c := range cures {
		field := c.GetField()
		if c.GetRecord() != "" {
			field = strings.TrimSuffix(c.GetRecord()+" "+field, " ")
		}
		rows = append(rows, []string{who(c.GetClass()), field, c.GetSentence(), codeNames(c.GetCodes())})
	}
	return rows
}

// who says who supplies what is missing.
func who(c pb.ReasonClass) string {
	switch c {
	case pb.ReasonClass_REASON_CLASS_EVIDENCE:
		return "caller"
	case pb.ReasonClass_REASON_CLASS_GAP:
		return "legal"
	}
	return "nobody"
}

func codeNames(codes []pb.ReasonCode) string {
	var all []string
	for _, c := range codes {
		all = append(all, codeName(c))
	}
	return strings.Join(all, ", ")
}

// goFields are the lines of the call by the field of the question, in the order
// that they are printed.
var goFields = []struct{ field, line string }{
	{"question.exporter", `Exporter: %q, // which of our companies sends`},
	{"question.served_purpose", `ServedPurpose: "purposes/…", // which purpose of ours the service serves`},
	{"question.categories", `Categories: []string{"categories/…"},`},
	{"question.subject_group", `SubjectGroup: waybillv1.SubjectGroup_SUBJECT_GROUP_USER,`},
	{"question.subject_regions", `SubjectRegions: []string{"…"}, // where the persons are`},
	{"question.age_band", `AgeBand: waybillv1.AgeBand_AGE_BAND_UNSPECIFIED, // what is known of the age`},
	{"question.order", `Order: &waybillv1.OrderReference{Reference: order, Subject: subject},`},
	{"question.hr_reference", `HrReference: "…", // the HR rules or the collective contract`},
	{"question.citation", `Citation: "…", // law and article`},
	{"question.consents", `Consents: consents, // as their source gives them, each with check_time`},
	{"question.deidentified", `Deidentified: true,`},
	{"question.collect_time", `CollectTime: timestamppb.New(collected),`},
	{"question.exception", `Exception: &waybillv1.ExceptionClaim{Exception: waybillv1.Exception_EXCEPTION_UNSPECIFIED, Record: "exceptions/…"}, // which of the six`},
	{"question.authority_instrument", `AuthorityInstrument: "instruments/…",`},
	{"question.to_own_address", `ToOwnAddress: true, // a code goes to the person's own number or address`},
	{"question.product", `Product: "…",`},
	{"question.publication", `Publication: "…",`},
}

// goCall prints the call to paste into a service.
func goCall(w io.Writer, q *pb.ShareQuestion, needs []*pb.Need) error {
	asked := map[string]bool{"question.categories": true, "question.exporter": q.GetExporter() != "", "question.served_purpose": q.GetServedPurpose() != "",
		"question.subject_group": q.GetSubjectGroup() != 0}
	for _, n := range needs {
		if n.GetRequired() || n.GetField() == "question.to_own_address" || n.GetField() == "question.subject_regions" || n.GetField() == "question.age_band" || n.GetField() == "question.collect_time" {
			asked[n.GetField()] = true
		}
	}
	fmt.Fprintf(w, "d, err := c.Check(ctx, &client.Question{\n\tRecipient: %q,\n\tPurpose:   %q,\n\tSubject:   subject, // opaque; it is hashed on arrival\n", "recipients/"+strings.TrimPrefix(q.GetRecipient(), "recipients/"), "purposes/"+strings.TrimPrefix(q.GetPurpose(), "purposes/"))
	for _, f := range goFields {
		if !asked[f.field] {
			continue
		}
		line := f.line
		if strings.Contains(line, "%q") {
			line = fmt.Sprintf(line, "exporters/"+orElse(strings.TrimPrefix(q.GetExporter(), "exporters/"), "…"))
		}
		fmt.Fprintf(w, "\t%s\n", line)
	}
	_, err := io.WriteString(w, `}, client.CheckOptions{})
if err != nil {
	return err // no answer is a no
}
if !d.MayProceed() {
	return fmt.Errorf("the share is denied: %v", d.Message().GetPrimaryReason())
}
`)
	return err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
