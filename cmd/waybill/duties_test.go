package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestDuties lists, opens and closes duties of the example on its day.
func TestDuties(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must(0, "apply", "-f", example, "--yes", "--reason", "first")
	open := func(args ...string) string {
		t.Helper()
		r := w.must(0, append([]string{"duties", "open"}, args...)...)
		name := regexp.MustCompile(`duties/[0-9a-f]{20}`).FindString(r.out)
		if name == "" {
			t.Fatalf("open printed %s", r.out)
		}
		return name
	}
	answer := open("complaint", "--received", "2026-11-02", "--reason", "case 4711")
	open("delete-minor-data", "--received", "2026-11-02", "--recipient", "swift-courier", "--reason", "case 4712")
	european := open("answer-complaint", "--received", "2026-11-20T09:00:00+01:00", "--regime", "eu", "--exporter", "prosense-germany", "--reason", "case 4713")
	// 15 working days from Monday 2 November end with Monday 23 November.
	if r := w.must(0, "duties", "--kind", "complaint", "--limit", "1", "-o", "json"); !strings.Contains(r.out, `"dueTime": "2026-11-23T16:00:00Z"`) || !strings.Contains(r.out, `"DUTY_STATE_DUE"`) {
		t.Errorf("the complaint is %s", r.out)
	}
	// Each list is narrowed to what the example will go on having.
	for _, tt := range []struct {
		name string
		code int
		args []string
	}{
		{"duties", 0, []string{"duties", "--kind", "answer-complaint"}},
		{"duties-ceased", 0, []string{"duties", "--kind", "inform-service-ceased"}},
		{"duties-overdue", 0, []string{"duties", "--overdue", "--recipient", "swift-courier"}},
		{"duties-ahead", 0, []string{"duties", "--state", "due", "--on", "2027-11-01", "--recipient", "swift-courier", "--kind", "renew-agreement"}},
		{"duties-ended", 0, []string{"duties", "--on", "2028-01-02", "--recipient", "swift-courier", "--kind", "delete-or-return"}},
		{"duties-none", 0, []string{"duties", "--state", "closed"}},
		{"duties-states", 64, []string{"duties", "--state", "late"}},
		{"duties-both", 64, []string{"duties", "--overdue", "--state", "due"}},
		{"duties-limit", 64, []string{"duties", "--limit", "-1"}},
		{"duties-unknown", 64, []string{"duties", "--recipient", "swift-courrier"}},
		{"duties-open-kind", 64, []string{"duties", "open", "coffee", "--received", "2026-11-02"}},
		{"duties-open-followed", 64, []string{"duties", "open", "file-contract", "--received", "2026-11-02", "--reason", "x"}},
		{"duties-open-when", 64, []string{"duties", "open", "complaint"}},
		{"duties-open-calendar", 64, []string{"duties", "open", "complaint", "--received", "2023-06-01", "--reason", "case 1"}},
		{"duties-close-evidence", 64, []string{"duties", "close", answer}},
		{"duties-close-unknown", 64, []string{"duties", "close", "0123456789abcdef0123", "--evidence", "letters/1"}},
		{"duties-close", 0, []string{"duties", "close", answer, "--evidence", "letters/4711", "--outcome", "refused", "--reason", "not our data"}},
		{"duties-close-twice", 64, []string{"duties", "close", answer, "--evidence", "letters/4712"}},
		{"duties-put-off", 0, []string{"duties", "close", strings.TrimPrefix(european, "duties/"), "--evidence", "letters/4713", "--outcome", "extended", "--reason", "complex"}},
		{"duties-closed", 0, []string{"duties", "--state", "closed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := w.in(t).run(tt.args...)
			if r.code != tt.code {
				t.Errorf("exit %d, want %d\n%s%s", r.code, tt.code, r.out, r.err)
			}
			golden(t, tt.name, w.settled(r))
		})
	}
	t.Run("an auditor reads and cannot write", func(t *testing.T) {
		w := w.in(t)
		for role, code := range map[string]int{"auditor": 0, "caller": 77} {
			made := w.must(0, "token", "create", role+"-of-duties", "--role", role)
			other := &world{t: t, dir: w.dir, now: w.now, env: map[string]string{"WAYBILL_SERVER": w.env["WAYBILL_SERVER"], "WAYBILL_TOKEN": regexp.MustCompile(`wb_[0-9a-f]+_\S+`).FindString(made.out)}}
			other.must(code, "duties", "--limit", "1")
			other.must(77, "duties", "close", answer, "--evidence", "letters/1")
		}
	})
}
