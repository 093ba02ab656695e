//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	pb "waybill/proto/waybill/v1"
)

// syscallLine is one system call in a trace. Its lines are counted from its entry
// to its return, which others may stand between.
type syscallLine struct {
	name, text string
	begun, end int
}

func (c *syscallLine) on(path string) bool {
	_, args, _ := strings.Cut(c.text, "(")
	return strings.Contains(args[:min(len(args), 512)], path+">") // the descriptor comes first
}

func (c *syscallLine) succeeded() bool {
	_, result, ok := cutLast(c.text, ") = ")
	return ok && !strings.HasPrefix(strings.TrimSpace(result), "-")
}

func cutLast(s, sep string) (string, string, bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

var (
	traceLine   = regexp.MustCompile(`^(\d+) +[\d:.]+ (.*)$`)
	traceBegin  = regexp.MustCompile(`^(\w+)\(`)
	traceResume = regexp.MustCompile(`^<\.\.\. (\w+) resumed>(.*)$`)
)

// readTrace returns the system calls that returned, in the order of their entry.
func readTrace(t *testing.T, path string) []*syscallLine {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []*syscallLine
	open := map[string]*syscallLine{} // by thread
	n := 0
	for line := range bytes.Lines(b) {
		n++
		m := traceLine.FindStringSubmatch(strings.TrimRight(string(line), "\n"))
		if m == nil {
			continue
		}
		thread, rest := m[1], m[2]
		if r := traceResume.FindStringSubmatch(rest); r != nil {
			if c := open[thread]; c != nil && c.name == r[1] {
				c.text, c.end = c.text+r[2], n
				delete(open, thread)
			}
			continue
		}
		name := traceBegin.FindStringSubmatch(rest)
		if name == nil {
			continue // a signal, an exit
		}
		c := &syscallLine{name: name[1], begun: n, end: n}
		var unfinished bool
		if c.text, unfinished = strings.CutSuffix(rest, " <unfinished ...>"); unfinished {
			open[thread] = c
		}
		all = append(all, c)
	}
	return all
}

// syncBeforeReply traces a server on SQLite and finds, between the arrival of each
// question and the sending of its answer, the entry written to the ledger's log
// and then synced.
func (f *faults) syncBeforeReply(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is needed for this test; install it: %v", err)
	}
	s := f.onSQLite(t)
	trace := filepath.Join(t.TempDir(), "trace")
	p := s.start(strace, "-f", "-y", "-tt", "-s", "4096", "-o", trace, "-e", "signal=none",
		"-e", "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync")
	share := pb.NewShareServiceClient(p.dial(s.admin))
	const rounds = 5
	answers := map[string]string{}
	for n := range rounds {
		request := fmt.Sprintf("sync-before-reply-%d-end", n)
		r, err := share.CheckShare(t.Context(), &pb.CheckShareRequest{RequestId: request, Question: shareQuestion(n)})
		if err != nil {
			t.Fatal(err)
		}
		answers[request] = r.GetDecision().GetName()
	}
	p.stop()
	calls := readTrace(t, trace)
	wal := filepath.Join(s.dir, ledgerFile+"-wal")
	for n := range rounds {
		request := fmt.Sprintf("sync-before-reply-%d-end", n)
		decision := answers[request]
		var asked, answered *syscallLine
		for _, c := range calls {
			switch c.name {
			case "read", "recvfrom", "recvmsg":
				if asked == nil && strings.Contains(c.text, request) {
					asked = c
				}
			case "write", "writev", "sendto", "sendmsg":
				if answered == nil && strings.Contains(c.text, decision) {
					answered = c
				}
			}
		}
		if asked == nil || answered == nil {
			t.Fatalf("the trace of %d calls has not both the arrival of %s (%v) and the sending of %s (%v)", len(calls), request, asked, decision, answered)
		}
		var wrote, synced *syscallLine
		for _, c := range calls {
			switch {
			case c.begun < asked.end || !c.on(wal):
			case c.name == "pwrite64" && c.begun < answered.begun:
				wrote, synced = c, nil
			case (c.name == "fsync" || c.name == "fdatasync") && wrote != nil && c.begun > wrote.end && c.end < answered.begun && c.succeeded():
				synced = c
			}
		}
		if wrote == nil || synced == nil {
			t.Errorf("%s: between lines %d and %d of the trace the ledger's log was written (%v) and synced (%v); both are needed:\n%s",
				request, asked.end, answered.begun, wrote != nil, synced != nil, excerpt(calls, asked, answered))
			continue
		}
		if n == rounds-1 {
			t.Logf("of %d calls: %s of %s at line %d, %s at %d, %s at %d, %s of %s at %d",
				len(calls), asked.name, request, asked.end, wrote.name, wrote.end, synced.name, synced.end, answered.name, decision, answered.begun)
		}
	}
}

// excerpt is what lies between two calls, for a person.
func excerpt(calls []*syscallLine, from, to *syscallLine) string {
	var b strings.Builder
	for _, c := range calls {
		if c.begun >= from.begun && c.begun <= to.begun {
			fmt.Fprintf(&b, "%d-%d %.120s\n", c.begun, c.end, c.text)
		}
	}
	return b.String()
}
