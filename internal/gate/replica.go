package gate

import (
	"context"
	"errors"
	"time"

	"waybill/internal/registry"
)

// Replicas is the port through which the servers of one database know of each
// other. What it returns about a replica is NOT_FOUND when that is registered no
// more: it lapsed, or left.
type Replicas interface {
	// RegisterReplica records an incarnation before it serves; at is in
	// microseconds. With a lease, writes wait for it from now on.
	RegisterReplica(ctx context.Context, replica string, at int64, lease time.Duration) error
	// RenewReplica counts one renewal. Where the database replicates
	// synchronously, so does a renewal: a primary that was deposed takes none.
	RenewReplica(ctx context.Context, replica string) error
	// ConfirmReplica records that it answers by no state before the revision.
	ConfirmReplica(ctx context.Context, replica, epoch string, revision int64) error
	// EndReplica ends it and seals its shards, if its renewals stand at the number;
	// any number if that is negative.
	EndReplica(ctx context.Context, replica string, renewal int64) error
	// LiveReplicas returns those that are registered.
	LiveReplicas(ctx context.Context) ([]registry.Replica, error)
	// Listen calls changed when the registry may have moved, until ctx ends. It may
	// call late, twice or never: polls are what counts.
	Listen(ctx context.Context, changed func())
}

// registration is this process as the other servers know it.
//
// A view is proved fresh by a poll and a renewal of one registration, the poll sent
// when the registration stood and the renewal was answered; it lasts for a lease
// from before the renewal was sent. Hence, for a write that was committed at T:
// whoever registers after T polls after T and finds it; whoever was registered
// and does not confirm polled before T what came before, and is silent a lease
// after T, by any clock that does not run slow; and a registration whose renewals
// stand still for a lease answers nothing more, so that it can be ended and
// forgotten. No clocks are compared: everybody counts from an event that he saw
// himself (reliability F7, F8).
type registration struct {
	id      string
	renewed moment // before the newest renewal that was answered was sent
}

const (
	// renewals is how many renewals fit into a lease.
	renewals = 5
	// firstRetry and lastRetry are the pauses after a registration, renewal or
	// confirmation that failed.
	firstRetry = 10 * time.Millisecond
	lastRetry  = 500 * time.Millisecond
	// leaving bounds what a server that ends does for the others.
	leaving = time.Second
)

func (k *Keeper) moment() moment { return moment{k.now(), k.cfg.Boot()} }

// proved returns since when a view is fresh that a poll which was sent at a moment
// found to be the newest. The registration was read before the poll was sent. A
// server that is not registered answers nothing.
func (k *Keeper) proved(r *registration, sent moment) moment {
	switch {
	case k.cfg.Replicas == nil || k.mutants.unrenewed:
		return sent
	case r == nil:
		return moment{}
	}
	return r.renewed
}

// stay keeps this process registered until ctx ends, and ends those that lapsed. It
// registers when a registry is loaded: writes wait for those who may answer, not
// for those who begin.
func (k *Keeper) stay(ctx context.Context) {
	if k.await(ctx, anyEpoch, 0) != nil {
		return
	}
	retry := firstRetry
	for {
		begun := k.now()
		err := k.register(ctx)
		wait := k.cfg.Lease/renewals - k.now().Sub(begun)
		if err != nil {
			wait, retry = retry, min(2*retry, lastRetry)
		} else {
			retry = firstRetry
			k.sweep(ctx)
		}
		k.tellRegistered(err)
		select {
		case <-ctx.Done():
			return
		case <-k.lapsed:
		case <-time.After(wait):
		}
	}
}

// tellRegistered logs when the registration is lost or found.
func (k *Keeper) tellRegistered(err error) {
	switch {
	case (err != nil) == k.unregistered:
	case err != nil:
		k.cfg.Log.Error("this server is not registered with its database", "error", err)
	default:
		k.cfg.Log.Info("this server is registered with its database", "replica", k.Replica())
	}
	k.unregistered = err != nil
}

// register renews the registration, or makes a new one where there is none.
func (k *Keeper) register(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Lease)
	defer cancel()
	sent := k.moment()
	r := k.registered.Load()
	if r != nil {
		err := k.cfg.Replicas.RenewReplica(ctx, r.id)
		if registry.ReasonOf(err) != notFound {
			if err == nil {
				k.registered.CompareAndSwap(r, &registration{r.id, sent})
			}
			return err
		}
		k.Forsake(r.id)
		k.cfg.Log.Warn("this server's registration lapsed; it registers anew", "replica", r.id)
		sent = k.moment()
	}
	id := randomID()
	if err := k.cfg.Replicas.RegisterReplica(ctx, id, sent.wall.UnixMicro(), k.cfg.Lease); err != nil {
		return err
	}
	k.registered.Store(&registration{id, sent})
	k.stir() // to confirm by the new name
	k.early()
	return nil
}

const notFound = "NOT_FOUND"

// Replica returns the name by which this process is registered, "" if it is not.
func (k *Keeper) Replica() string {
	if r := k.registered.Load(); r != nil {
		return r.id
	}
	return ""
}

// Forsake gives up a registration, if it is still the one in use; another is made.
func (k *Keeper) Forsake(replica string) {
	r := k.registered.Load()
	if r == nil || r.id != replica || !k.registered.CompareAndSwap(r, nil) {
		return
	}
	select {
	case k.lapsed <- struct{}{}:
	default:
	}
}

// confirm records each revision that this process has come to, until ctx ends:
// when every check that began on an older one was answered or dropped.
func (k *Keeper) confirm(ctx context.Context) {
	type state struct {
		replica, epoch string
		revision       int64
	}
	var done state
	retry := firstRetry
	for ctx.Err() == nil {
		moved := k.movement()
		v, r := k.view.Load(), k.registered.Load()
		if v == nil || r == nil || done == (state{r.id, v.Head.Epoch, v.Head.Revision}) {
			select {
			case <-ctx.Done():
			case <-moved:
			}
			continue
		}
		if !k.mutants.hasty && k.drained(ctx, v.Head.Revision) != nil {
			return
		}
		if err := k.confirmOnce(ctx, r.id, v.Head); err == nil {
			done, retry = state{r.id, v.Head.Epoch, v.Head.Revision}, firstRetry
			continue
		} else if registry.ReasonOf(err) == notFound {
			k.Forsake(r.id)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retry):
			retry = min(2*retry, lastRetry)
		}
	}
}

func (k *Keeper) confirmOnce(ctx context.Context, replica string, head registry.Head) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Lease)
	defer cancel()
	return k.cfg.Replicas.ConfirmReplica(ctx, replica, head.Epoch, head.Revision)
}

// leave ends the registration, so that no write waits for a server that is gone.
// From then on nothing is answered; what is being answered is waited for.
func (k *Keeper) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	r, v := k.registered.Swap(nil), k.view.Load()
	if r == nil || v == nil {
		return nil
	}
	v.proof.Store(&proof{}) // no poll renews it any more
	if err := k.drained(ctx, v.Head.Revision); err != nil {
		return err
	}
	for v.refs.Load() > 1 { // one is for being the current view
		select {
		case <-ctx.Done():
			return errors.New("a check is still being answered")
		case <-time.After(time.Millisecond):
		}
	}
	return k.cfg.Replicas.EndReplica(ctx, r.id, -1)
}
