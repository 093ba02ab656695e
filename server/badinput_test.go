package server

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"google.golang.org/grpc"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// TestBadQuestions: each is refused with its field, and nothing is recorded.
func TestBadQuestions(t *testing.T) {
	w := newWorld(t)
	w.fill()
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("user.c%d", i)
	}
	before := w.standing()
	for name, c := range map[string]struct {
		change        func(*waybillv1.ShareQuestion)
		reason, field string
	}{
		"no recipient":                    {func(q *waybillv1.ShareQuestion) { q.Recipient = "" }, "FIELD_INVALID", "question.recipient"},
		"no purpose":                      {func(q *waybillv1.ShareQuestion) { q.Purpose = "" }, "FIELD_INVALID", "question.purpose"},
		"no category":                     {func(q *waybillv1.ShareQuestion) { q.Categories = nil }, "FIELD_INVALID", "question.categories"},
		"an empty category":               {func(q *waybillv1.ShareQuestion) { q.Categories = []string{"user.name", ""} }, "FIELD_INVALID", "question.categories[1]"},
		"a category twice":                {func(q *waybillv1.ShareQuestion) { q.Categories = []string{"user.name", "categories/user.name"} }, "FIELD_INVALID", "question.categories[1]"},
		"10,000 categories":               {func(q *waybillv1.ShareQuestion) { q.Categories = many }, "FIELD_INVALID", "question.categories"},
		"a long recipient":                {func(q *waybillv1.ShareQuestion) { q.Recipient = strings.Repeat("a", 10_000) }, "FIELD_INVALID", "question.recipient"},
		"a long subject":                  {func(q *waybillv1.ShareQuestion) { q.Subject = strings.Repeat("a", 10_000) }, "FIELD_INVALID", "question.subject"},
		"NUL in the subject":              {func(q *waybillv1.ShareQuestion) { q.Subject = "a\x00b" }, "FIELD_INVALID", "question.subject"},
		"NUL in a name":                   {func(q *waybillv1.ShareQuestion) { q.Recipient = "sf\x00" }, "FIELD_INVALID", "question.recipient"},
		"negative quantity":               {func(q *waybillv1.ShareQuestion) { q.Quantity = -1 }, "FIELD_INVALID", "question.quantity"},
		"UK":                              {func(q *waybillv1.ShareQuestion) { q.DestinationCountries = []string{"UK"} }, "FIELD_INVALID", "question.destination_countries[0]"},
		"USA":                             {func(q *waybillv1.ShareQuestion) { q.Origin = "USA" }, "FIELD_INVALID", "question.origin"},
		"SW":                              {func(q *waybillv1.ShareQuestion) { q.SubjectRegions = []string{"SG", "SW"} }, "FIELD_INVALID", "question.subject_regions[1]"},
		"unknown age band":                {func(q *waybillv1.ShareQuestion) { q.AgeBand = 99 }, "FIELD_INVALID", "question.age_band"},
		"unknown group":                   {func(q *waybillv1.ShareQuestion) { q.SubjectGroup = -1 }, "FIELD_INVALID", "question.subject_group"},
		"a subject beside a list of them": {func(q *waybillv1.ShareQuestion) { q.Subjects = []string{"a"} }, "FIELD_INVALID", "question.subject"},
		"a consent of year 0": {func(q *waybillv1.ShareQuestion) {
			q.Consents = consentGiven(&timestamppb.Timestamp{Seconds: -62135596800})
		}, "FIELD_INVALID", "question.consents[0].give_time"},
		"of year 9999": {func(q *waybillv1.ShareQuestion) {
			q.Consents = consentGiven(&timestamppb.Timestamp{Seconds: 253402300799})
		}, "FIELD_INVALID", "question.consents[0].give_time"},
	} {
		t.Run(name, func(t *testing.T) {
			q := deliveryQuestion()
			c.change(q)
			_, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: q})
			refused(t, err, codes.InvalidArgument, c.reason, c.field)
			if w.standing() != before {
				t.Error("something was recorded")
			}
		})
	}
	t.Run("no question", func(t *testing.T) {
		_, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{})
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "question")
	})
	t.Run("request_id with a line feed", func(t *testing.T) {
		_, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion(), RequestId: "a\nb"})
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "request_id")
	})
	for _, name := range []string{"recipients/ѕf", "recipients/SF", "recipients/sf ", "../recipients/sf", "recipients/sf/", "=cmd()"} {
		t.Run("a look-alike is unknown", func(t *testing.T) {
			q := deliveryQuestion()
			q.Recipient = name
			resp, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: q})
			if err == nil && resp.GetDecision().GetPrimaryReason() != waybillv1.ReasonCode_REASON_CODE_RECIPIENT_UNKNOWN {
				t.Errorf("%v", resp)
			}
			if err != nil {
				refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "question.recipient")
			}
			if resp.GetDecision().GetOutcome() == waybillv1.Outcome_OUTCOME_ALLOWED {
				t.Error("a look-alike was allowed")
			}
		})
	}
}

func consentGiven(at *timestamppb.Timestamp) []*waybillv1.Consent {
	return []*waybillv1.Consent{{Type: waybillv1.ConsentType_CONSENT_TYPE_ORDINARY, Purpose: "delivery", Categories: []string{"user.name"}, Policy: "2025",
		GiveTime: at, CheckTime: day("2026-01-01")}}
}

// TestBadWrites: each is refused with its field, and nothing is written.
func TestBadWrites(t *testing.T) {
	w := newWorld(t)
	w.fill()
	ctx := t.Context()
	dhl := courier()
	dhl.Name, dhl.Title = "recipients/dhl", "DHL"
	if _, err := w.apply(registry.RoleLegal, nil, res(dhl), res(&waybillv1.Deployment{Name: "recipients/dhl/deployments/de", Title: "DE",
		StorageCountries: []string{"DE"}, AccessCountries: []string{"DE"},
		Links: []*waybillv1.SubprocessorLink{{Recipient: "recipients/sf", Service: "purposes/hosting", Authorisation: waybillv1.Authorisation_AUTHORISATION_SPECIFIC, AuthoriseTime: day("2025-01-01")}}}),
		res(&waybillv1.Purpose{Name: "purposes/hosting", Title: "Hosting", Sentence: "Keeps records.", Example: "a cloud", Service: waybillv1.Service_SERVICE_HOSTING})); err != nil {
		t.Fatal(err)
	}
	before := w.standing()
	create := func(change func(*waybillv1.Recipient)) error {
		r := courier()
		r.Name = "recipients/new"
		change(r)
		_, err := w.recipients().CreateRecipient(ctx, &waybillv1.CreateRecipientRequest{Recipient: r})
		return err
	}
	agreements := waybillv1.NewAgreementServiceClient(w.conns[registry.RoleLegal])
	newAgreement := func(change func(*waybillv1.Agreement)) error {
		a := courierAgreement()
		a.Name = "agreements/new"
		change(a)
		_, err := agreements.CreateAgreement(ctx, &waybillv1.CreateAgreementRequest{Agreement: a})
		return err
	}
	for name, c := range map[string]struct {
		err    error
		code   codes.Code
		reason string
		fields []string
	}{
		"no noun":           {second(w.recipients().CreateRecipient(ctx, &waybillv1.CreateRecipientRequest{})), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient"}},
		"no name":           {create(func(r *waybillv1.Recipient) { r.Name = "" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"a bare id":         {create(func(r *waybillv1.Recipient) { r.Name = "new" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"upper case":        {create(func(r *waybillv1.Recipient) { r.Name = "recipients/New" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"a Cyrillic letter": {create(func(r *waybillv1.Recipient) { r.Name = "recipients/ѕf" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"another noun's":    {create(func(r *waybillv1.Recipient) { r.Name = "exporters/new" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"a path":            {create(func(r *waybillv1.Recipient) { r.Name = "recipients/../settings" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"a long id":         {create(func(r *waybillv1.Recipient) { r.Name = "recipients/" + strings.Repeat("a", 65) }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.name"}},
		"a long title":      {create(func(r *waybillv1.Recipient) { r.Title = strings.Repeat("a", 5000) }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.title"}},
		"NUL":               {create(func(r *waybillv1.Recipient) { r.Title = "a\x00" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.title"}},
		"hidden order":      {create(func(r *waybillv1.Recipient) { r.Title = "a\u202eb" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.title"}},
		"unknown kind":      {create(func(r *waybillv1.Recipient) { r.Kind = 77 }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.kind"}},
		"two at once":       {create(func(r *waybillv1.Recipient) { r.Kind, r.Country = 77, "UK" }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.kind", "recipient.country"}},
		"year 0":            {create(func(r *waybillv1.Recipient) { r.ApproveTime = &timestamppb.Timestamp{Seconds: -62135596800} }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.approve_time"}},
		"year 9999":         {create(func(r *waybillv1.Recipient) { r.ApproveTime = &timestamppb.Timestamp{Seconds: 253402300799} }), codes.InvalidArgument, "FIELD_INVALID", []string{"recipient.approve_time"}},
		"dates reversed": {create(func(r *waybillv1.Recipient) {
			r.Suspensions = []*waybillv1.Period{{StartTime: day("2025-02-01"), EndTime: day("2025-01-01")}}
		}), codes.InvalidArgument, "FIELD_INVALID", nil},
		"taken":             {create(func(r *waybillv1.Recipient) { r.Name = "recipients/sf" }), codes.AlreadyExists, "ALREADY_EXISTS", nil},
		"etag of a new one": {second(w.recipients().CreateRecipient(ctx, &waybillv1.CreateRecipientRequest{Recipient: courier(), Options: &waybillv1.WriteOptions{Etag: "x"}})), codes.InvalidArgument, "FIELD_INVALID", []string{"options.etag"}},
		"a long request_id": {second(w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/sf", Options: &waybillv1.WriteOptions{RequestId: strings.Repeat("a", 200)}})), codes.InvalidArgument, "FIELD_INVALID", []string{"options.request_id"}},
		"stale etag":        {second(w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/sf", Options: &waybillv1.WriteOptions{Etag: "0123456789abcdef"}})), codes.Aborted, "ETAG_MISMATCH", nil},
		"in use":            {second(w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/sf"})), codes.FailedPrecondition, "IN_USE", nil},
		"absent":            {second(w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/none"})), codes.NotFound, "NOT_FOUND", nil},
		"a name of another": {second(w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "agreements/sf-2025"})), codes.InvalidArgument, "FIELD_INVALID", []string{"name"}},
		"a dangling name":   {newAgreement(func(a *waybillv1.Agreement) { a.Recipients = []string{"recipients/sf-express"} }), codes.FailedPrecondition, "DANGLING_NAME", []string{"agreement.recipients[0]"}},
		"expired at once":   {newAgreement(func(a *waybillv1.Agreement) { a.ExpireTime = day("2024-01-01") }), codes.InvalidArgument, "FIELD_INVALID", []string{"agreement.expire_time"}},
		"negative days":     {newAgreement(func(a *waybillv1.Agreement) { a.Terms.RetentionLimitDays = -1 }), codes.InvalidArgument, "FIELD_INVALID", []string{"agreement.terms.retention_limit_days"}},
		"the same id again": {newAgreement(func(a *waybillv1.Agreement) { a.Name = "agreements/sf-2025" }), codes.AlreadyExists, "ALREADY_EXISTS", nil},
		"a mask of nothing": {second(w.recipients().UpdateRecipient(ctx, &waybillv1.UpdateRecipientRequest{Recipient: dhl, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"colour"}}})), codes.InvalidArgument, "FIELD_INVALID", []string{"update_mask"}},
		"a mask of meta":    {second(w.recipients().UpdateRecipient(ctx, &waybillv1.UpdateRecipientRequest{Recipient: dhl, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"meta"}}})), codes.InvalidArgument, "FIELD_INVALID", []string{"update_mask"}},
		"a mask in a list":  {second(w.recipients().UpdateRecipient(ctx, &waybillv1.UpdateRecipientRequest{Recipient: dhl, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"notices.contact"}}})), codes.InvalidArgument, "FIELD_INVALID", []string{"update_mask"}},
		"sub-processors in a circle": {second(w.recipients().UpdateDeployment(ctx, &waybillv1.UpdateDeploymentRequest{Deployment: &waybillv1.Deployment{
			Name: "recipients/sf/deployments/sg", Title: "SG", StorageCountries: []string{"SG"}, AccessCountries: []string{"SG"},
			Links: []*waybillv1.SubprocessorLink{{Recipient: "recipients/dhl", Service: "purposes/hosting", Authorisation: waybillv1.Authorisation_AUTHORISATION_SPECIFIC}}}})),
			codes.FailedPrecondition, "CYCLE", nil},
		"a negative page":         {second(w.recipients().ListRecipients(ctx, &waybillv1.ListRecipientsRequest{PageSize: -1})), codes.InvalidArgument, "FIELD_INVALID", []string{"page_size"}},
		"a parent that is none":   {second(w.recipients().ListDeployments(ctx, &waybillv1.ListDeploymentsRequest{Parent: "exporters/acme-sg"})), codes.InvalidArgument, "FIELD_INVALID", []string{"parent"}},
		"an outcome that is none": {second(w.decisions().ListDecisions(ctx, &waybillv1.ListDecisionsRequest{Outcome: 9})), codes.InvalidArgument, "FIELD_INVALID", []string{"outcome"}},
		"a span reversed":         {second(w.decisions().ListDecisions(ctx, &waybillv1.ListDecisionsRequest{StartTime: day("2025-02-01"), EndTime: day("2025-01-01")})), codes.InvalidArgument, "FIELD_INVALID", []string{"end_time"}},
		"observe for a year": {second(w.principals().CreatePrincipal(ctx, &waybillv1.CreatePrincipalRequest{Principal: &waybillv1.Principal{Name: "principals/y", Title: "Y",
			Role: waybillv1.Role_ROLE_CALLER, ObserveUntil: day("2099-01-01"), ObserveReason: "x"}})), codes.InvalidArgument, "FIELD_INVALID", []string{"principal.observe_until"}},
		"a token of the past": {second(w.principals().CreateToken(ctx, &waybillv1.CreateTokenRequest{Parent: "principals/caller", ExpireTime: day("2024-01-01")})), codes.InvalidArgument, "FIELD_INVALID", []string{"expire_time"}},
		"a token of nobody":   {second(w.principals().CreateToken(ctx, &waybillv1.CreateTokenRequest{Parent: "principals/none"})), codes.NotFound, "NOT_FOUND", nil},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.err, c.code, c.reason, c.fields...) })
	}
	if w.standing() != before {
		t.Errorf("something was written: %v, was %v", w.standing(), before)
	}
}

func second[T any](_ T, err error) error { return err }

// raw sends bytes as they are.
type raw struct{ encoding.CodecV2 }

func (raw) Name() string { return "proto" }
func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (r raw) Unmarshal(data mem.BufferSlice, v any) error {
	return proto.Unmarshal(data.Materialize(), v.(proto.Message))
}

// TestTransportLimits: what the transport refuses leaves no record.
func TestTransportLimits(t *testing.T) {
	w := newWorld(t)
	w.fill()
	before := w.standing()
	sized := func(n int) []byte {
		// A question whose subject is as long as it takes: the gate refuses the
		// subject, the transport the message.
		for pad := n - 200; ; pad++ {
			q := deliveryQuestion()
			q.Subject = strings.Repeat("a", pad)
			b, err := proto.Marshal(&waybillv1.CheckShareRequest{Question: q})
			if err != nil {
				t.Fatal(err)
			}
			if len(b) == n {
				return b
			}
			if len(b) > n {
				t.Fatalf("no message of %d bytes", n)
			}
		}
	}
	invalidText := protowire.AppendTag(nil, 1, protowire.BytesType)
	inner := protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), []byte("s\xff"))
	invalidText = protowire.AppendBytes(invalidText, inner)
	for name, c := range map[string]struct {
		data []byte
		code codes.Code
	}{
		"one byte below 1 MiB": {sized(MaxMessageBytes - 1), codes.InvalidArgument},
		"1 MiB":                {sized(MaxMessageBytes), codes.InvalidArgument},
		"one byte above":       {sized(MaxMessageBytes + 1), codes.ResourceExhausted},
		"invalid UTF-8":        {invalidText, codes.Internal},
		"no message":           {[]byte{0xff, 0xff, 0xff}, codes.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			var resp waybillv1.CheckShareResponse
			err := w.conns[registry.RoleCaller].Invoke(t.Context(), waybillv1.ShareService_CheckShare_FullMethodName, c.data, &resp, grpc.ForceCodecV2(raw{}))
			if status.Code(err) != c.code {
				t.Errorf("got %v, want %v", err, c.code)
			}
		})
	}
	if w.standing() != before {
		t.Error("something was recorded")
	}
	if d := w.check(deliveryQuestion()); d.GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED {
		t.Errorf("the server lives: %v", d)
	}
}
