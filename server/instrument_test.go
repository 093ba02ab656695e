package server

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

func court() *waybillv1.Recipient {
	return &waybillv1.Recipient{Name: "recipients/court", Title: "The court", Country: "SG",
		Kind: waybillv1.RecipientKind_RECIPIENT_KIND_AUTHORITY, Role: waybillv1.RecipientRole_RECIPIENT_ROLE_AUTHORITY}
}

func order() *waybillv1.Instrument {
	return &waybillv1.Instrument{Name: "instruments/order", Title: "Order", Recipient: "recipients/court", Exporters: []string{"exporters/acme-sg"},
		Number: "1/2026", Citation: "Evidence Act 1", Regime: waybillv1.Regime_REGIME_CN, Categories: []string{"categories/user.*"}, Purposes: []string{"purposes/delivery"},
		IssueTime: day("2026-01-01"), ExpireTime: day("2099-01-01"), ApprovedBy: "Legal", SecondApprovedBy: "DPO", ApproveTime: day("2026-01-02")}
}

func courtCase() *waybillv1.ExceptionRecord {
	return &waybillv1.ExceptionRecord{Name: "exceptions/case", Title: "Case", Exception: waybillv1.Exception_EXCEPTION_CRIMINAL_PROCEEDINGS,
		Exporters: []string{"exporters/acme-sg"}, Recipients: []string{"recipients/court"}, Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.name"},
		Regimes: []waybillv1.Regime{waybillv1.Regime_REGIME_CN}, Instrument: "instruments/order", EffectiveTime: day("2026-01-02")}
}

func TestInstrumentAndException(t *testing.T) {
	w := newWorld(t)
	w.fill()
	if _, err := w.apply(registry.RoleLegal, nil, res(court())); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	instruments := waybillv1.NewInstrumentServiceClient(w.conns[registry.RoleLegal])
	exceptions := waybillv1.NewExceptionRecordServiceClient(w.conns[registry.RoleLegal])

	_, err := exceptions.CreateExceptionRecord(ctx, &waybillv1.CreateExceptionRecordRequest{ExceptionRecord: courtCase()})
	refused(t, err, codes.FailedPrecondition, "DANGLING_NAME", "exception_record.instrument")
	one := order()
	one.SecondApprovedBy = "legal"
	_, err = instruments.CreateInstrument(ctx, &waybillv1.CreateInstrumentRequest{Instrument: one})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "instrument.second_approved_by")

	made, err := instruments.CreateInstrument(ctx, &waybillv1.CreateInstrumentRequest{Instrument: order()})
	if err != nil {
		t.Fatal(err)
	}
	if i := made.GetInstrument(); i.GetMeta().GetState() != "IN_FORCE" || len(i.GetCoveredCategories()) != 4 {
		t.Errorf("made %v", i)
	}
	got, err := instruments.GetInstrument(ctx, &waybillv1.GetInstrumentRequest{Name: "instruments/order"})
	if err != nil || !proto.Equal(got, made.GetInstrument()) {
		t.Errorf("got %v, %v", got, err)
	}
	recorded, err := exceptions.CreateExceptionRecord(ctx, &waybillv1.CreateExceptionRecordRequest{ExceptionRecord: courtCase()})
	if err != nil || recorded.GetExceptionRecord().GetMeta().GetState() != "DRAFT" {
		t.Fatalf("%v, %v", recorded, err)
	}

	// One alone changes nothing that both approved; a revocation needs only one.
	got.Number = "2/2026"
	_, err = instruments.UpdateInstrument(ctx, &waybillv1.UpdateInstrumentRequest{Instrument: got, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"number"}}})
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID", "instrument.number")
	got.RevokeTime = day("2026-02-01")
	revoked, err := instruments.UpdateInstrument(ctx, &waybillv1.UpdateInstrumentRequest{Instrument: got, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"revoke_time"}}})
	if err != nil || revoked.GetInstrument().GetMeta().GetState() != "REVOKED" || revoked.GetInstrument().GetNumber() != "1/2026" {
		t.Errorf("%v, %v", revoked, err)
	}
	update := &waybillv1.UpdateExceptionRecordRequest{ExceptionRecord: &waybillv1.ExceptionRecord{Name: "exceptions/case", CaseNumber: "17"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"case_number"}}}
	if r, err := exceptions.UpdateExceptionRecord(ctx, update); err != nil || r.GetExceptionRecord().GetCaseNumber() != "17" {
		t.Errorf("%v, %v", r, err)
	}

	is, err := instruments.ListInstruments(ctx, &waybillv1.ListInstrumentsRequest{})
	if err != nil || len(is.GetInstruments()) != 1 {
		t.Errorf("%v, %v", is, err)
	}
	es, err := exceptions.ListExceptionRecords(ctx, &waybillv1.ListExceptionRecordsRequest{})
	if err != nil || len(es.GetExceptionRecords()) != 1 {
		t.Errorf("%v, %v", es, err)
	}
	e, err := exceptions.GetExceptionRecord(ctx, &waybillv1.GetExceptionRecordRequest{Name: "exceptions/case"})
	if err != nil || !proto.Equal(e, es.GetExceptionRecords()[0]) {
		t.Errorf("%v, %v", e, err)
	}

	// Applying what stands changes nothing, and what is named cannot go.
	before := w.standing()
	if r, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Prune: true}, w.export(t)...); err != nil || len(r.GetPlan()) != 0 || w.standing() != before {
		t.Errorf("%v, %v", r, err)
	}
	_, err = instruments.DeleteInstrument(ctx, &waybillv1.DeleteInstrumentRequest{Name: "instruments/order"})
	refused(t, err, codes.FailedPrecondition, "IN_USE")
	_, err = w.recipients().DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/court"})
	refused(t, err, codes.FailedPrecondition, "IN_USE")
	if _, err := exceptions.DeleteExceptionRecord(ctx, &waybillv1.DeleteExceptionRecordRequest{Name: "exceptions/case"}); err != nil {
		t.Error(err)
	}
	if _, err := instruments.DeleteInstrument(ctx, &waybillv1.DeleteInstrumentRequest{Name: "instruments/order"}); err != nil {
		t.Error(err)
	}
}
