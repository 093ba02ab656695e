package server

import (
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec that is slowed down
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// slow is the contract's codec with a gate before the responses of checks: the
// server meets it when it sends.
type slow struct{ encoding.CodecV2 }

var sends = struct {
	met  chan struct{}
	open chan bool // false breaks the sending
}{make(chan struct{}), make(chan bool)}

func init() { encoding.RegisterCodecV2(slow{encoding.GetCodecV2("proto")}) }

func (slow) Name() string { return "slow" }

func (c slow) Marshal(v any) (mem.BufferSlice, error) {
	switch v.(type) {
	case *waybillv1.CheckShareResponse, *waybillv1.BatchCheckSharesResponse:
		sends.met <- struct{}{}
		if !<-sends.open {
			panic("broken")
		}
	}
	return c.CodecV2.Marshal(v)
}

// TestWriteWaitsForSending: a write returns only when every answer by an older
// registry was handed to the transport, or will never be.
func TestWriteWaitsForSending(t *testing.T) {
	w := newWorld(t)
	w.fill()
	conn, until := w.conns[registry.RoleCaller], time.Date(2098, 1, 1, 0, 0, 0, 0, time.UTC) // a change each time
	single := func() error {
		resp := &waybillv1.CheckShareResponse{}
		return conn.Invoke(t.Context(), waybillv1.ShareService_CheckShare_FullMethodName,
			&waybillv1.CheckShareRequest{Question: deliveryQuestion()}, resp, grpc.CallContentSubtype("slow"))
	}
	batch := func() error {
		resp := &waybillv1.BatchCheckSharesResponse{}
		return conn.Invoke(t.Context(), waybillv1.ShareService_BatchCheckShares_FullMethodName,
			&waybillv1.BatchCheckSharesRequest{Questions: []*waybillv1.ShareQuestion{deliveryQuestion()}}, resp, grpc.CallContentSubtype("slow"))
	}
	for name, c := range map[string]struct {
		check  func() error
		breaks bool
	}{
		"a check":        {single, false},
		"a batch":        {batch, false},
		"a check breaks": {single, true},
		"a batch breaks": {batch, true},
	} {
		t.Run(name, func(t *testing.T) {
			until = until.AddDate(0, 0, 1)
			answered, written := make(chan error, 1), make(chan error, 1)
			go func() {
				answered <- c.check()
			}()
			<-sends.met
			go func() {
				_, err := w.recipients().ApproveRecipient(t.Context(), &waybillv1.ApproveRecipientRequest{Name: "recipients/sf",
					Options: &waybillv1.WriteOptions{Reason: "again"}, DueDiligenceUntil: timestamppb.New(until)})
				written <- err
			}()
			select {
			case err := <-written:
				t.Errorf("the write returned before the answer was sent: %v", err)
				written <- err
			case <-time.After(300 * time.Millisecond):
			}
			sends.open <- !c.breaks
			if err := <-answered; c.breaks {
				refused(t, err, codes.Internal, "INTERNAL")
			} else if err != nil {
				t.Error(err)
			}
			if err := <-written; err != nil {
				t.Error(err)
			}
		})
	}
}
