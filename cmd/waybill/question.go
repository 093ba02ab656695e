package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

// questionFlags are the fields of a ShareQuestion as flags. Prefixes of names
// may be left out; the server adds them.
type questionFlags struct {
	q                                  pb.ShareQuestion
	group, ageBand                     string
	bases, chain                       []string
	exception, consentFile, cohortFile string
	orderRef, orderSubject             string
	atLeast, requestID                 string
	categories, regions, destinations  []string
	collected                          string
	bare                               bool // no categories: what is needed is asked
}

func (f *questionFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.q.Exporter, "exporter", "", "who sends (default: the registry's only exporter)")
	fs.StringVar(&f.q.Recipient, "recipient", "", "who receives")
	fs.StringVar(&f.q.Deployment, "deployment", "", "which of its deployments (default: all, the strictest wins)")
	fs.StringVar(&f.q.Purpose, "purpose", "", "why; a service purpose where a processor is asked for a service")
	fs.StringVar(&f.q.ServedPurpose, "served-purpose", "", "which purpose of ours a service purpose serves")
	fs.StringSliceVar(&f.categories, "category", nil, "what; repeat it, or separate with commas")
	fs.StringVar(&f.q.Subject, "subject", "", "the subject, an opaque reference; it is tagged on arrival and never stored")
	fs.StringVar(&f.group, "subject-group", "", "user, supplier, applicant, employee or lead")
	fs.StringSliceVar(&f.regions, "subject-region", nil, "where the persons are, ISO 3166-1 alpha-2 or UNKNOWN")
	fs.StringVar(&f.q.Product, "product", "", "the exporter's product")
	fs.StringVar(&f.ageBand, "age-band", "", "what is known of the subject's age: unknown, under-13, 13, 14, 15, 16-17, adult, adult-lacking-capacity")
	fs.StringVar(&f.q.Origin, "origin", "", "where the data was collected, ISO 3166-1 alpha-2 or UNKNOWN")
	fs.StringSliceVar(&f.destinations, "destination", nil, "a further country that the share reaches")
	fs.Int64Var(&f.q.Quantity, "quantity", 0, "how many persons (default one, or the size of the --cohort)")
	fs.StringSliceVar(&f.bases, "basis", nil, "REGIME=BASIS, such as cn=contract")
	fs.StringVar(&f.orderRef, "order-ref", "", "evidence of a contract: the order or prize")
	fs.StringVar(&f.orderSubject, "order-subject", "", "the subject that is party to the order (default: --subject)")
	fs.StringVar(&f.q.HrReference, "hr-ref", "", "evidence of lawful HR rules or a collective contract")
	fs.StringVar(&f.q.Citation, "citation", "", "evidence of a legal duty or a written request: law and article")
	fs.StringVar(&f.q.Assessment, "assessment", "", "evidence of legitimate interests: the assessment")
	fs.StringVar(&f.consentFile, "consent", "", "YAML file with the consents presented")
	fs.StringVar(&f.cohortFile, "cohort", "", "YAML file with the attestation of the persons of a bulk share: id, size, purpose, consentTypes, who was left out")
	fs.BoolVar(&f.q.ToOwnAddress, "to-own-address", false, "a credential goes to the subject's own number or address")
	fs.BoolVar(&f.q.Deidentified, "deidentified", false, "the payload is de-identified")
	fs.StringSliceVar(&f.chain, "chain", nil, "a further recipient that will be reached, or one of its deployments")
	fs.StringVar(&f.exception, "exception", "", "an exception claimed, and the id of its record: vital-interest=case-7")
	fs.BoolVar(&f.q.DoNotTrack, "do-not-track", false, "do-not-track is on")
	fs.BoolVar(&f.q.OptedOutInterestAds, "opted-out-ads", false, "the subject opted out of interest-based advertising")
	fs.BoolVar(&f.q.Restricted, "restricted", false, "a restriction is in force, for all purposes")
	fs.BoolVar(&f.q.Objected, "objected", false, "the subject objected to this purpose, or refused it")
	fs.BoolVar(&f.q.Erased, "erased", false, "the subject was erased, or the account cancelled")
	fs.StringVar(&f.collected, "collected", "", "when the data was collected, RFC 3339")
	fs.StringVar(&f.q.AuthorityInstrument, "instrument", "", "the instrument of an authority")
	fs.StringVar(&f.q.AcceptedPolicy, "accepted-policy", "", "the newest policy version that the subject accepted explicitly")
	fs.StringVar(&f.q.Publication, "publication", "", "which publication, for the public")
	fs.StringVar(&f.q.CountKey, "count-key", "", "key of a counted bulk share: it is counted once")
	fs.StringSliceVar(&f.q.Subjects, "subjects", nil, "the subjects of a bulk share: each is judged and recorded")
	fs.StringVar(&f.atLeast, "at-least", "", "EPOCH:REVISION, the answer is decided at this state or a later one")

	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "consent-file" {
			name = "consent"
		}
		return pflag.NormalizedName(name)
	})
	complete(cmd, "subject-group", flagValues(pb.SubjectGroup(0).Descriptor(), "SUBJECT_GROUP_")...)
	complete(cmd, "age-band", flagValues(pb.AgeBand(0).Descriptor(), "AGE_BAND_")...)
	var bases []string
	for _, r := range []string{"cn", "cn-sz", "eu", "uk"} {
		for _, b := range flagValues(pb.Basis(0).Descriptor(), "BASIS_") {
			bases = append(bases, r+"="+b)
		}
	}
	complete(cmd, "basis", bases...)
	complete(cmd, "exception", flagValues(pb.Exception(0).Descriptor(), "EXCEPTION_")...)
}

// flagValues lists an enum's values as flags write them: UNDER_13 is under-13.
func flagValues(d protoreflect.EnumDescriptor, prefix string) []string {
	var all []string
	for i := 1; i < d.Values().Len(); i++ {
		all = append(all, strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(string(d.Values().Get(i).Name()), prefix)), "_", "-"))
	}
	return all
}

// enumFlag reads an enum's value from a flag, in either spelling.
func enumFlag(flag string, d protoreflect.EnumDescriptor, prefix, text string) (protoreflect.EnumNumber, error) {
	if text == "" {
		return 0, nil
	}
	name := strings.ReplaceAll(strings.ToUpper(text), "-", "_")
	v := d.Values().ByName(protoreflect.Name(prefix + strings.TrimPrefix(name, prefix)))
	if v == nil || v.Number() == 0 {
		return 0, usagef("--%s %s: give one of %s", flag, text, strings.Join(flagValues(d, prefix), ", "))
	}
	return v.Number(), nil
}

// question assembles the question from the flags.
func (f *questionFlags) question() (*pb.ShareQuestion, *pb.RevisionToken, error) {
	q := proto.CloneOf(&f.q)
	for flag, value := range map[string]string{"recipient": q.GetRecipient(), "purpose": q.GetPurpose()} {
		if value == "" {
			return nil, nil, usagef("--%s is needed; `waybill find WORDS` finds its name", flag)
		}
	}
	if f.bare {
		f.categories = nil
	} else if len(f.categories) == 0 {
		return nil, nil, usagef("--category is needed; `waybill find WORDS` finds its name")
	}
	q.Categories, q.SubjectRegions, q.DestinationCountries = f.categories, f.regions, f.destinations
	n, err := enumFlag("subject-group", pb.SubjectGroup(0).Descriptor(), "SUBJECT_GROUP_", f.group)
	if err != nil {
		return nil, nil, err
	}
	q.SubjectGroup = pb.SubjectGroup(n)
	if n, err = enumFlag("age-band", pb.AgeBand(0).Descriptor(), "AGE_BAND_", f.ageBand); err != nil {
		return nil, nil, err
	}
	q.AgeBand = pb.AgeBand(n)
	for _, b := range f.bases {
		regime, basis, ok := strings.Cut(b, "=")
		if !ok {
			return nil, nil, usagef("--basis %s: write REGIME=BASIS, such as cn=contract", b)
		}
		r, err := enumFlag("basis", pb.Regime(0).Descriptor(), "REGIME_", regime)
		if err != nil {
			return nil, nil, err
		}
		v, err := enumFlag("basis", pb.Basis(0).Descriptor(), "BASIS_", basis)
		if err != nil {
			return nil, nil, err
		}
		q.Bases = append(q.Bases, &pb.BasisClaim{Regime: pb.Regime(r), Basis: pb.Basis(v)})
	}
	if f.orderRef != "" || f.orderSubject != "" {
		q.Order = &pb.OrderReference{Reference: f.orderRef, Subject: f.orderSubject}
		if f.orderSubject == "" {
			q.Order.Subject = q.GetSubject()
		}
	}
	for _, l := range f.chain {
		link := &pb.ChainLink{Recipient: l}
		if r, _, ok := strings.Cut(l, "/deployments/"); ok {
			link.Recipient, link.Deployment = r, l
		}
		q.Chain = append(q.Chain, link)
	}
	if f.exception != "" {
		name, record, _ := strings.Cut(f.exception, "=")
		n, err := enumFlag("exception", pb.Exception(0).Descriptor(), "EXCEPTION_", name)
		if err != nil {
			return nil, nil, err
		}
		q.Exception = &pb.ExceptionClaim{Exception: pb.Exception(n), Record: record}
	}
	if f.collected != "" {
		t, err := time.Parse(time.RFC3339, f.collected)
		if err != nil {
			return nil, nil, usagef("--collected %s: an instant such as 2026-06-30T12:00:00Z", f.collected)
		}
		q.CollectTime = timestamppb.New(t)
	}
	if f.consentFile != "" {
		if q.Consents, err = readConsents(f.consentFile); err != nil {
			return nil, nil, err
		}
	}
	if f.cohortFile != "" {
		if q.Cohort, err = readCohort(f.cohortFile); err != nil {
			return nil, nil, err
		}
		if q.Quantity == 0 {
			q.Quantity = q.Cohort.GetSize()
		}
	}
	at, err := revisionFlag(f.atLeast)
	return q, at, err
}

func revisionFlag(text string) (*pb.RevisionToken, error) {
	if text == "" {
		return nil, nil
	}
	i := strings.LastIndexByte(text, ':')
	t := &pb.RevisionToken{}
	if i > 0 {
		t.Epoch = text[:i]
		if _, err := fmt.Sscanf(text[i+1:], "%d", &t.Revision); err == nil {
			return t, nil
		}
	}
	return nil, usagef("--at-least %s: write EPOCH:REVISION as a write printed it", text)
}

// readConsents reads a YAML list of consents in the contract's names, strictly.
func readConsents(path string) ([]*pb.Consent, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("read the consents: %w", err)
	}
	list, err := yamlList(data, "consent", map[string]string{"type": "CONSENT_TYPE_"})
	if err != nil {
		return nil, &exitError{code: exitFile, err: fmt.Errorf("%s: %w", path, err)}
	}
	var consents []*pb.Consent
	for _, item := range list {
		m := &pb.Consent{}
		if err := protojson.Unmarshal(item.json, m); err != nil {
			return nil, &exitError{code: exitFile, err: fmt.Errorf("%s:%d: consent: %s", path, item.line, protoComplaint(err))}
		}
		consents = append(consents, m)
	}
	return consents, nil
}

// readCohort reads the attestation of a cohort from YAML, in the contract's names.
func readCohort(path string) (*pb.CohortAttestation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("read the cohort: %w", err)
	}
	item, err := yamlMapping(data, "cohort", map[string]string{"consentTypes": "CONSENT_TYPE_", "consent_types": "CONSENT_TYPE_"})
	if err != nil {
		return nil, &exitError{code: exitFile, err: fmt.Errorf("%s: %w", path, err)}
	}
	m := &pb.CohortAttestation{}
	if err := protojson.Unmarshal(item.json, m); err != nil {
		return nil, &exitError{code: exitFile, err: fmt.Errorf("%s: cohort: %s", path, protoComplaint(err))}
	}
	return m, nil
}
