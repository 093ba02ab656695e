//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/store/pgtest"
	pb "waybill/proto/waybill/v1"
)

const (
	tierPersons = 100_000 // that many persons need a contract: CBDF 8, inclusive
	places      = 20      // that are left below the tier in each race
	racing      = 60      // persons that are asked for, each of two servers
)

// TestVolume lets three served processes race for the last places of the volume
// exemption (CBDF 5(1)(4)), by the rules as they are: exactly those persons are
// allowed that fit, each once. WAYBILL_VOLUME_RACES=100 asks for that many races.
func TestVolume(t *testing.T) {
	n := 3
	if v := os.Getenv("WAYBILL_VOLUME_RACES"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			t.Fatalf("WAYBILL_VOLUME_RACES is %q: give the number of races", v)
		}
	}
	f := &faults{dir: t.TempDir()}
	f.program = buildProgram(t, f.dir)
	s := f.onPostgreSQL(t, pgtest.Start(t))
	x := f.fleet(t, s)
	made, err := pb.NewPrincipalServiceClient(x.servers[0].dial(s.admin)).CreateToken(t.Context(), &pb.CreateTokenRequest{Parent: "principals/consent-desk", Options: options()})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range x.servers {
		x.share[i] = pb.NewShareServiceClient(p.dial(made.GetSecret()))
	}
	exporters := pb.NewExporterServiceClient(x.legal[0])
	year := time.Now().In(shanghai(t)).Year()
	var unanswered int64
	for round := range n {
		opening := &pb.VolumeOpening{Year: int32(year), Persons: int64(tierPersons - 1 - places*(round+1)), Source: "race"}
		if _, err := exporters.UpdateExporter(t.Context(), &pb.UpdateExporterRequest{
			Exporter:   &pb.Exporter{Name: "exporters/prosense-shenzhen", VolumeOpenings: []*pb.VolumeOpening{opening}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"volume_openings"}}, Options: options(),
		}); err != nil {
			t.Fatal(err)
		}
		unanswered += x.raceForPlaces(t, round)
	}
	for _, p := range x.servers {
		p.stop()
	}
	s.doctor()
	t.Logf("%d races of three servers for %d places below %d persons, each person asked of two servers at once: exactly %d persons each time; %d calls were given no answer and asked again", n, places, tierPersons, places, unanswered)
}

// raceForPlaces asks for more persons than there are places, of all servers at once,
// and returns how many calls were given no answer.
func (x *fleet) raceForPlaces(t *testing.T, round int) int64 {
	t.Helper()
	var unanswered atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	allowed := map[string]int{}
	for i := range racing {
		subject := fmt.Sprintf("traveller-%d-%d", round, i)
		for k := range 2 {
			all.Go(func() {
				resp, err := x.share[(i+k)%serversOfOne].CheckShare(t.Context(), &pb.CheckShareRequest{Question: export(subject)})
				// Who is given no answer asks again, as a caller would: he may have his
				// place already, and takes no second.
				for began := time.Now(); status.Code(err) == codes.Unavailable && time.Since(began) < 30*time.Second; {
					unanswered.Add(1)
					time.Sleep(20 * time.Millisecond)
					resp, err = x.share[(i+k)%serversOfOne].CheckShare(t.Context(), &pb.CheckShareRequest{Question: export(subject)})
				}
				if err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				switch d := resp.GetDecision(); {
				case d.GetOutcome() == pb.Outcome_OUTCOME_ALLOWED:
					allowed[subject]++
					if after := d.GetCounted().GetPersonsAfter(); after >= tierPersons {
						t.Errorf("round %d: a share was allowed as number %d", round, after)
					}
				case len(d.GetReasons()) != 1 || d.GetReasons()[0].GetCode() != pb.ReasonCode_REASON_CODE_TRANSFER_NO_MECHANISM:
					t.Errorf("round %d: denied by %v", round, d.GetReasons())
				}
			})
		}
	}
	all.Wait()
	if len(allowed) != places {
		t.Errorf("round %d: %d persons were allowed, want %d", round, len(allowed), places)
	}
	return unanswered.Load()
}

// export is a question about a share with a support desk abroad, which the example
// allows below the tier.
func export(subject string) *pb.ShareQuestion {
	categories, now := []string{"log.software_events", "device.attributes.model"}, time.Now()
	return &pb.ShareQuestion{
		Exporter: "prosense-shenzhen", Recipient: "maple-desk", Purpose: "tech-support", ServedPurpose: "service-security", Categories: categories,
		Subject: subject, SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"},
		Consents: []*pb.Consent{{
			Type: pb.ConsentType_CONSENT_TYPE_SEPARATE_CROSS_BORDER, Purpose: "service-security", Categories: categories, Recipient: "maple-desk",
			Policy: "2024-08-30", Method: "click", GiveTime: timestamppb.New(now.Add(-time.Hour)), CheckTime: timestamppb.New(now.Add(-time.Second)),
		}},
	}
}

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
