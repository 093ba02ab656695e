package gate

import (
	"context"
	"log/slog"
	"time"

	"waybill/internal/registry"
)

// How often the replicas are looked at while a write waits for them.
const (
	firstLook = 2 * time.Millisecond
	lastLook  = 50 * time.Millisecond
)

// margin is what a lease is given on top, for clocks that do not run alike: a
// twentieth.
func margin(lease time.Duration) time.Duration { return lease / 20 }

// Settle returns when no server answers by a registry before a revision any
// more: here every check that began on an older one was answered or dropped, and
// every other server that was registered has confirmed the revision or can answer
// nothing more, because its lease has run out. It is called after the commit and
// before the reply. Its error is Unavailable with REVISION_NOT_REACHED when ctx
// ends first, or when this server does not come to the revision in the time that it
// has to load a registry.
func (k *Keeper) Settle(ctx context.Context, epoch string, revision int64) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Load+2*k.cfg.Lease)
	defer cancel()
	if err := k.Advance(ctx, epoch, revision); err != nil {
		return err
	}
	if k.cfg.Replicas == nil {
		return nil
	}
	// What this process registered as answers by no older one: it has advanced.
	return k.peers.settle(ctx, k.Replica(), epoch, revision)
}

// Settled is Settle for a tool that writes beside the servers: it returns when none
// of them answers by a registry before the revision any more.
func Settled(ctx context.Context, port Replicas, log *slog.Logger, now func() time.Time, epoch string, revision int64) error {
	return newPeers(port, log, now).settle(ctx, "", epoch, revision)
}

// Spread is how far the clock of an answer may be from this server's.
func (k *Keeper) Spread() time.Duration {
	if k.cfg.Replicas == nil {
		return 0
	}
	return 2 * k.cfg.MaxSkew // each is within it of the database's
}

// peers is what this process sees of the registered servers.
type peers struct {
	port Replicas
	now  func() time.Time
	log  *slog.Logger
	turn chan struct{} // held by who looks, and guards the rest

	begun time.Time          // of the newest look
	found []registry.Replica // by it
	seen  map[string]sighting
}

// sighting is since when a replica's renewals stand at a number, as seen here.
type sighting struct {
	renewal int64
	since   time.Time
}

func newPeers(port Replicas, log *slog.Logger, now func() time.Time) *peers {
	return &peers{port: port, now: now, log: log, turn: make(chan struct{}, 1), seen: map[string]sighting{}}
}

// look returns the registered servers as they stood after a time. Those who wait
// at once share one look.
func (p *peers) look(ctx context.Context, after time.Time) ([]registry.Replica, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	if p.begun.After(after) {
		return p.found, nil
	}
	begun := p.now()
	found, err := p.port.LiveReplicas(ctx)
	if err != nil {
		return nil, err
	}
	// What a look found stood so when it ended, or had stood so before.
	ended := p.now()
	seen := make(map[string]sighting, len(found))
	for i := range found {
		s, ok := p.seen[found[i].ID]
		if !ok || s.renewal != found[i].Renewal {
			s = sighting{found[i].Renewal, ended}
		}
		seen[found[i].ID] = s
	}
	p.begun, p.found, p.seen = begun, found, seen
	return found, nil
}

// settle waits for those that were registered when it first looked.
func (p *peers) settle(ctx context.Context, own, epoch string, revision int64) error {
	owed := map[string]time.Time{} // until when each may answer
	after, pause := p.now(), firstLook
	for first := true; ; {
		found, err := p.look(ctx, after)
		after = p.now()
		if err == nil && first {
			first = false
			for _, r := range found {
				if r.ID != own {
					owed[r.ID] = after.Add(r.Lease + margin(r.Lease))
				}
			}
		}
		if !first {
			if err != nil {
				found = nil
			}
			next, lapsed := p.owing(owed, found, err == nil, epoch, revision)
			if lapsed {
				p.end(ctx, own)
			}
			if len(owed) == 0 {
				return nil
			}
			pause = min(pause, max(next.Sub(p.now()), time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return notReached(ctx, revision)
		case <-time.After(pause):
			pause = min(2*pause, lastLook)
		}
	}
}

// owing strikes out of owed who has confirmed or has ended, by what was found if
// anything was, and whose time is over. It returns when the next one's is, and
// whether one's was.
func (p *peers) owing(owed map[string]time.Time, found []registry.Replica, looked bool, epoch string, revision int64) (next time.Time, lapsed bool) {
	standing := map[string]*registry.Replica{}
	for i := range found {
		standing[found[i].ID] = &found[i]
	}
	for id, until := range owed {
		r := standing[id]
		switch {
		case looked && (r == nil || r.Confirmed(epoch, revision)):
			delete(owed, id)
		case !p.now().Before(until):
			delete(owed, id)
			lapsed = true
		case next.IsZero() || until.Before(next):
			next = until
		}
	}
	return next, lapsed
}

// end ends the registrations whose renewals have stood still for longer than their
// lease. It is for the next write's sake: an error is nothing to this one.
func (p *peers) end(ctx context.Context, own string) {
	found, err := p.look(ctx, p.now())
	if err != nil {
		return
	}
	for i := range found {
		r := &found[i]
		if r.ID == own || !p.overdue(ctx, r) {
			continue
		}
		if p.port.EndReplica(ctx, r.ID, r.Renewal) == nil {
			p.log.Warn("a server's lease ran out; its registration is ended and its shards are sealed", "replica", r.ID)
		}
	}
}

// overdue reports whether a replica has not renewed for longer than its lease.
func (p *peers) overdue(ctx context.Context, r *registry.Replica) bool {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-p.turn }()
	s, ok := p.seen[r.ID]
	return ok && s.renewal == r.Renewal && p.now().Sub(s.since) >= r.Lease+margin(r.Lease)
}

// sweep ends those that lapsed, so that a write that comes later need not wait for
// them.
func (k *Keeper) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Lease)
	defer cancel()
	k.peers.end(ctx, k.Replica())
}
