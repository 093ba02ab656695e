package gate

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// scene is two servers of one database in a bubble: a writer and another.
type scene struct {
	t             *testing.T
	db            *database
	writer, other *member
	trial         trial
}

// mutant says what is wrong with both servers, nothing if it is zero.
type mutant struct {
	faults   mutants
	lastLook time.Duration // the lease of the look after a commit
	sequence bool
}

const long = time.Hour

// stage plays a scene and returns what its trial found, "" if nothing.
func stage(t *testing.T, m mutant, f func(s *scene)) (fault string) {
	ledger.EncodeEntries(nil, []byte{1}, []uint32{1}) // what packages keep for ever is made outside
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Second) }) // the last calls are on their way back
		s := &scene{t: t, db: newDatabase(), trial: trial{found: &faults{}}}
		s.db.sequence = m.sequence
		s.writer, s.other = s.begin(m), s.begin(m)
		s.writer.serving(t)
		s.other.serving(t)
		f(s)
		synctest.Wait()
		fault = s.trial.found.String()
		for _, m := range []*member{s.writer, s.other} {
			m.port.release(everything...)
		}
	})
	return fault
}

// play plays a scene as it is, in which the trial finds no fault.
func play(t *testing.T, f func(s *scene)) {
	if fault := stage(t, mutant{}, f); fault != "" {
		t.Error(fault)
	}
}

// catch plays a scene as it is, and with the mutant, in which the trial has to find
// a fault.
func catch(t *testing.T, m mutant, f func(s *scene)) {
	t.Run("as it is", func(t *testing.T) { play(t, f) })
	t.Run("mutant", func(t *testing.T) {
		if fault := stage(t, m, f); fault == "" {
			t.Error("the mutant was not caught")
		} else {
			t.Logf("caught: %s", fault)
		}
	})
}

func (s *scene) begin(m mutant) *member {
	p := &port{database: s.db, held: map[string]chan struct{}{}, while: func() time.Duration { return 200 * time.Microsecond }}
	born := time.Now()
	kc := KeeperConfig{Deadline: time.Minute, Boot: func() time.Duration { return time.Since(born) }}
	out := begin(s.t, p, keysOf(s.t), kc, alone(Config{Wait: time.Minute, Commit: 2 * time.Minute}), time.Now, m.faults, m.lastLook)
	out.port = p
	return out
}

// alone spares the recorder the watch for held facts, whose own lease would end some
// answers here before the registry's does.
func alone(c Config) Config {
	c.Alone = true
	return c
}

// ask begins a check of the other server; the channel is closed when it has ended.
func (s *scene) ask() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.trial.ask(s.t.Context(), s.other, 1)
	}()
	return done
}

// revoke makes the revoking write and returns how long it took.
func (s *scene) revoke() time.Duration {
	s.t.Helper()
	begun := time.Now()
	if err := s.trial.revoke(s.t.Context(), s.db, s.writer, time.Millisecond); err != nil {
		s.t.Errorf("the write: %v", err)
	}
	return time.Since(begun)
}

const wholeLease = 5*time.Second + 5*time.Second/20

// TestSecondLook: a server is stopped between the commit of a record and its
// answer. When it goes on its lease is over, and nothing is answered.
func TestSecondLook(t *testing.T) {
	catch(t, mutant{lastLook: long}, func(s *scene) {
		s.other.port.hold("Append>")
		asked := s.ask()
		time.Sleep(10 * time.Millisecond) // its record is durable
		s.other.port.hold(everything...)
		if took := s.revoke(); took < wholeLease || took > wholeLease+200*time.Millisecond {
			s.t.Errorf("a write beside a stopped server took %v", took)
		}
		s.other.port.release("Append>")
		<-asked
	})
}

// TestConfirmAfterAnswers: a server that has the new registry confirms it only when
// the checks that began on the old one are answered.
func TestConfirmAfterAnswers(t *testing.T) {
	catch(t, mutant{faults: mutants{hasty: true}}, func(s *scene) {
		s.other.port.hold("Append>")
		asked := s.ask()
		time.Sleep(10 * time.Millisecond)
		go func() {
			time.Sleep(time.Second)
			s.other.port.release("Append>")
		}()
		if took := s.revoke(); !s.other.keeper.mutants.hasty && (took < time.Second || took > 1200*time.Millisecond) {
			s.t.Errorf("a write took %v while a check was being answered", took)
		}
		<-asked
	})
}

// TestFreshFromBefore: a poll was answered before the write and its reply comes
// late. What it proves counts from when it was sent.
func TestFreshFromBefore(t *testing.T) {
	catch(t, mutant{faults: mutants{late: true}}, func(s *scene) {
		s.other.port.deaf.Store(true)
		s.other.port.hold("Head>")
		time.Sleep(500 * time.Millisecond) // a poll has read the old head
		go func() {
			time.Sleep(5 * time.Second)
			s.other.port.hold("Head<") // the next one goes nowhere
			s.other.port.release("Head>")
		}()
		s.revoke()
		<-s.ask()
		s.other.port.release("Head<")
	})
}

// TestFreshByRenewal: a server reads but cannot write, as on a primary that was
// deposed. Its registration ends, and nothing is answered though its polls find
// nothing new; not even what had its record before that, which the seal of its shard
// does not stop.
func TestFreshByRenewal(t *testing.T) {
	catch(t, mutant{faults: mutants{unrenewed: true}}, func(s *scene) {
		s.other.port.hold("Append>")
		asked := s.ask()
		time.Sleep(10 * time.Millisecond) // its record is durable
		s.other.port.hold("Renew<")
		time.Sleep(2 * wholeLease) // the writer has ended it
		if all := s.db.registered(); len(all) != 1 || all[0] != s.writer.keeper.Replica() {
			s.t.Errorf("registered are %v, want the writer", all)
		}
		s.other.port.deaf.Store(true)
		s.other.port.hold("Register<", "Changes<")
		if took := s.revoke(); took > 200*time.Millisecond {
			s.t.Errorf("a write took %v when nobody else was registered", took)
		}
		s.other.port.release("Append>")
		<-asked
	})
}

// TestRevisionInOrder: of two writes at once the one that began first is the
// revocation, and it commits last. Whoever has the later number has the earlier too.
func TestRevisionInOrder(t *testing.T) {
	catch(t, mutant{sequence: true}, func(s *scene) {
		other := make(chan struct{})
		go func() {
			defer close(other)
			time.Sleep(time.Millisecond)
			s.db.commit(time.Now(), 0, &registry.Purpose{Name: "purposes/other", Service: registry.ServiceNone})
		}()
		if err := s.trial.revoke(s.t.Context(), s.db, s.writer, time.Second); err != nil {
			s.t.Error(err)
		}
		for range 5 {
			<-s.ask()
			time.Sleep(time.Millisecond)
		}
		<-other
	})
}

// TestClockBehind: a revocation as of now is in force on a server whose clock is
// behind the writer's by as much as two clocks may differ.
func TestClockBehind(t *testing.T) {
	play(t, func(s *scene) {
		s.writer.now = func() time.Time { return time.Now().Add(3900 * time.Millisecond) }
		s.revoke()
		<-s.ask()
	})
}

// TestWokenServer: a server that was stopped for longer than a lease is ended, its
// shard sealed; it answers nothing until it is registered by another name, and then
// in another shard. The write that met it waits a lease, the next one does not.
func TestWokenServer(t *testing.T) {
	play(t, func(s *scene) {
		if !<-asked(s) {
			s.t.Error("it does not answer before")
		}
		was := s.other.keeper.Replica()
		s.other.port.hold("Append<")
		late := asked(s)
		time.Sleep(10 * time.Millisecond)
		s.other.port.hold(everything...)
		if took := s.revoke(); took < wholeLease {
			s.t.Errorf("a write beside a stopped server took %v", took)
		}
		second := time.Now()
		if err := s.writer.keeper.Settle(s.t.Context(), "e1", s.trial.revision.Load()); err != nil || time.Since(second) > 50*time.Millisecond {
			s.t.Errorf("the next write took %v: %v", time.Since(second), err)
		}
		s.db.ledger.set(func(m *memory) {
			for _, h := range m.heads {
				if h.Sealed != (h.Replica == was) {
					s.t.Errorf("the shard of %s is sealed: %v", h.Replica, h.Sealed)
				}
			}
		})
		s.other.port.release(everything...)
		if <-late {
			s.t.Error("what was asked before it was stopped was answered")
		}
		time.Sleep(time.Second)
		if !<-asked(s) || s.other.keeper.Replica() == was {
			s.t.Errorf("it does not answer by another name: %v", s.other.Serving())
		}
	})
}

func asked(s *scene) <-chan bool {
	done := make(chan bool, 1)
	go func() { done <- s.trial.ask(s.t.Context(), s.other, 1) }()
	return done
}

// TestLeaves: a server that ends leaves the others, answers nothing more and delays
// no write; one whose checks hang stays registered, to lapse.
func TestLeaves(t *testing.T) {
	ledger.EncodeEntries(nil, []byte{1}, []uint32{1})
	for _, hangs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &scene{t: t, db: newDatabase(), trial: trial{found: &faults{}}}
			s.writer, s.other = s.begin(mutant{}), s.begin(mutant{})
			s.writer.serving(t)
			s.other.serving(t)
			asked := make(<-chan struct{})
			if hangs {
				s.other.port.hold("Append>")
				asked = s.ask()
				time.Sleep(10 * time.Millisecond)
			}
			s.other.port.hold("Register<") // its loops still run, and would register anew
			was := s.other.keeper.Replica()
			err := s.other.keeper.leave(context.Background())
			if (err != nil) != hangs {
				t.Errorf("leave: %v", err)
			}
			if still := slices.Contains(s.db.registered(), was); still != hangs {
				t.Errorf("it is registered still: %v; hangs: %v", still, hangs)
			}
			took := s.revoke()
			// It has not renewed for the second that it had to leave in.
			if !hangs && took > 50*time.Millisecond || hangs && took < wholeLease-leaving-5*time.Second/renewals {
				t.Errorf("a write took %v; hangs: %v", took, hangs)
			}
			s.other.port.release(everything...)
			if hangs {
				<-asked
			}
			if fault := s.trial.found.String(); fault != "" {
				t.Error(fault)
			}
		})
	}
}
