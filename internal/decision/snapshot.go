package decision

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math/bits"
	"slices"

	"waybill/internal/registry"
)

// Snapshot is the registry compiled at a revision. It is immutable and safe for
// concurrent use.
type Snapshot struct {
	head   registry.Head
	pages  []*page
	shards []*shard
	small  map[uint32]smallNoun
	places map[registry.Collection]uint32 // the next ordinal of each small collection
	t      *tables
	// The assessments of whole kinds of recipient, ascending.
	standing []standing
}

// Head returns the registry's state that was compiled.
func (s *Snapshot) Head() registry.Head { return s.head }

// record returns a record by its number, empty if there is none.
func (s *Snapshot) record(number uint32) []byte {
	if p := number >> pageBits; p < uint32(len(s.pages)) && s.pages[p] != nil {
		return s.pages[p].record(number & (pageSize - 1))
	}
	return nil
}

// find returns the number and the record of a name of the collection, 0 if there is none.
func (s *Snapshot) find(c registry.Collection, name string) (uint32, []byte) {
	if name == "" {
		return 0, nil
	}
	h := hashName(name)
	sh := s.shards[h&uint64(len(s.shards)-1)]
	hash := uint32(h >> 32)
	for i := sh.place(hash); sh.slots[i].number != 0; {
		if sh.slots[i].hash == hash {
			if rec := s.record(sh.slots[i].number); len(rec) > 0 && string(nameOf(rec)) == name {
				if c != 0 && registry.Collection(rec[0]) != c {
					return 0, nil
				}
				return sh.slots[i].number, rec
			}
		}
		if i++; i == len(sh.slots) {
			i = 0
		}
	}
	return 0, nil
}

// Name returns the name of a record by its number, "" if there is none.
func (s *Snapshot) Name(number uint32) string { return string(nameOf(s.record(number))) }

// Number returns the number of a record by its full name, 0 if there is none.
func (s *Snapshot) Number(name string) uint32 {
	n, _ := s.find(0, name)
	return n
}

// GapContact returns whom a caller asks when the registry is incomplete.
func (s *Snapshot) GapContact() string { return s.t.contact }

// Kind returns the kind of a recipient, or of a deployment that has its own, by
// its number; 0 if there is none.
func (s *Snapshot) Kind(number uint32) registry.RecipientKind {
	if rec := s.record(number); len(rec) > 0 {
		switch registry.Collection(rec[0]) {
		case registry.Recipients, registry.Deployments:
			return registry.RecipientKind(rec[1])
		}
	}
	return 0
}

// Exception returns which exception a record is of, by its number; 0 if there is none.
func (s *Snapshot) Exception(number uint32) registry.Exception {
	if rec := s.record(number); len(rec) > 0 && registry.Collection(rec[0]) == registry.Exceptions {
		return registry.Exception(rec[1])
	}
	return 0
}

// Principal is what the gate reads of a principal.
type Principal struct {
	Number       uint32
	Name         string
	Role         registry.Role
	ObserveUntil registry.Time
	Tokens       []registry.Token
}

// Principal returns a principal by its number; ok is false if there is none.
func (s *Snapshot) Principal(number uint32) (p Principal, ok bool) {
	n := s.t.principals[number]
	if n == nil {
		return Principal{}, false
	}
	return Principal{number, n.Name, n.Role, n.ObserveUntil, n.Tokens}, true
}

// SourceOfConsent reports whether legal named the principal as a source of
// consents and age bands.
func (s *Snapshot) SourceOfConsent(principal uint32) bool { return s.t.sources[principal] != 0 }

// Principals calls f for every principal, in the order of numbers, until it returns false.
func (s *Snapshot) Principals(f func(Principal) bool) {
	for _, number := range slices.Sorted(maps.Keys(s.t.principals)) {
		if p, _ := s.Principal(number); !f(p) {
			return
		}
	}
}

// builder makes a snapshot from an older one (or from none) and new states.
type builder struct {
	old    *Snapshot
	names  map[string]uint32 // new names; 0 is one that is gone
	nouns  []numbered        // new states, in their order
	gone   map[uint32]bool
	small  map[uint32]smallNoun
	places map[registry.Collection]uint32
	dirty  bool // a small noun changed
}

type numbered struct {
	number uint32
	noun   registry.Noun
}

func (b *builder) number(name string) uint32 {
	if name == "" {
		return 0
	}
	if n, ok := b.names[name]; ok {
		return n
	}
	if b.old != nil {
		return b.old.Number(name)
	}
	return 0
}

func (b *builder) numbers(names []string) []uint32 {
	out := make([]uint32, 0, len(names))
	for _, n := range names {
		if v := b.number(n); v != 0 {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *builder) ordinals(names []string) []uint32 {
	out := make([]uint32, 0, len(names))
	for _, n := range names {
		if v, ok := b.small[b.number(n)]; ok {
			out = append(out, v.ordinal)
		}
	}
	return out
}

func isSmall(c registry.Collection) bool {
	switch c {
	case registry.Exporters, registry.SettingsOf, registry.Purposes, registry.Categories, registry.Policies, registry.Principals:
		return true
	}
	return false
}

func (b *builder) put(number uint32, noun registry.Noun) {
	b.names[noun.ResourceName()] = number
	delete(b.gone, number)
	if c := noun.Collection(); isSmall(c) {
		b.dirty = true
		old, ok := b.small[number]
		if !ok {
			old.ordinal = b.places[c]
			b.places[c]++
		}
		b.small[number] = smallNoun{noun, old.ordinal}
	}
	b.nouns = append(b.nouns, numbered{number, noun})
}

func (b *builder) remove(number uint32, name string) {
	b.names[name] = 0
	b.gone[number] = true
	b.nouns = slices.DeleteFunc(b.nouns, func(n numbered) bool { return n.number == number })
	if _, ok := b.small[number]; ok {
		delete(b.small, number)
		b.dirty = true
	}
}

// compile returns the record of a noun without relations.
func (b *builder) compile(n registry.Noun, number uint32, t *tables) []byte {
	switch n := n.(type) {
	case *registry.Recipient:
		return recipientRecord(n, b)
	case *registry.Deployment:
		return deploymentRecord(n, b)
	case *registry.Agreement:
		return agreementRecord(n, b)
	case *registry.Transfer:
		return transferRecord(n, b, t.zone)
	case *registry.Assessment:
		return assessmentRecord(n, b)
	case *registry.Instrument:
		return instrumentRecord(n, b)
	case *registry.ExceptionRecord:
		return exceptionRecord(n, b)
	}
	return smallRecord(n.Collection(), n.ResourceName(), b.small[number].ordinal)
}

// Compile compiles the records of a fold. head is the registry's state that the
// fold was read at.
func Compile(head registry.Head, records iter.Seq2[registry.Record, error]) (*Snapshot, error) {
	b := &builder{names: map[string]uint32{}, gone: map[uint32]bool{}, small: map[uint32]smallNoun{}, places: map[registry.Collection]uint32{}}
	for r, err := range records {
		if err != nil {
			return nil, fmt.Errorf("compile the registry at revision %d: %w", head.Revision, err)
		}
		b.put(r.Number, r.Noun)
	}
	return b.build(head)
}

// ErrRecompile says that changes cannot be applied as a delta: the registry must
// be compiled anew from a fold.
var ErrRecompile = fmt.Errorf("the changes need a full compile")

// Apply returns the snapshot after the changes, which follow s without a gap;
// head is the state after them. It copies only what they touch. It returns
// ErrRecompile when the registry's zone changed or the changes do not follow s.
func (s *Snapshot) Apply(head registry.Head, changes []registry.Change) (*Snapshot, error) {
	b := &builder{old: s, names: map[string]uint32{}, gone: map[uint32]bool{}, small: s.small, places: s.places}
	revision := s.head.Revision
	if head.Epoch != s.head.Epoch {
		return nil, ErrRecompile
	}
	b.small, b.places = maps.Clone(s.small), maps.Clone(s.places)
	for _, c := range changes {
		if c.Revision != revision && c.Revision != revision+1 {
			return nil, ErrRecompile
		}
		revision = c.Revision
		if c.Operation == registry.Delete {
			b.remove(c.Number, c.Name)
		} else {
			b.put(c.Number, c.Noun)
		}
	}
	if revision != head.Revision {
		return nil, ErrRecompile
	}
	return b.build(head)
}

func (b *builder) build(head registry.Head) (*Snapshot, error) {
	s := &Snapshot{head: head, small: b.small, places: b.places}
	if b.old == nil || b.dirty {
		s.t = buildTables(b.small, b)
	} else {
		s.t = b.old.t
	}
	if b.old != nil && b.old.t.zone.String() != s.t.zone.String() {
		return nil, ErrRecompile
	}
	changed := make(map[uint32][]byte, len(b.nouns)) // new records by number
	var add, remove []relation
	for _, n := range b.nouns {
		changed[n.number] = b.compile(n.noun, n.number, s.t)
	}
	for number := range b.gone {
		changed[number] = nil
	}
	for number, rec := range changed {
		add = append(add, relationsOf(number, rec)...)
		if b.old != nil {
			remove = append(remove, relationsOf(number, b.old.record(number))...)
		}
	}
	if b.old != nil {
		s.standing = b.old.standing
	}
	s.standing = standingAfter(s.standing, changed)
	b.relate(changed, add, remove)
	s.pages = b.pages(changed)
	s.shards = b.index(changed)
	return s, nil
}

// relate completes the changed records, and those that stand in relation to
// them, with their relations.
func (b *builder) relate(changed map[uint32][]byte, add, remove []relation) {
	order := func(x, y relation) int {
		return cmp.Or(cmp.Compare(x.of, y.of), cmp.Compare(x.rel, y.rel), cmp.Compare(x.has, y.has))
	}
	slices.SortFunc(add, order)
	slices.SortFunc(remove, order)
	touched := map[uint32]bool{}
	for number, rec := range changed {
		if len(rec) > 0 && relationLists(registry.Collection(rec[0])) > 0 {
			touched[number] = true
		}
	}
	for _, r := range add {
		touched[r.of] = true
	}
	for _, r := range remove {
		touched[r.of] = true
	}
	part := func(rs []relation, of uint32) []relation {
		lo, _ := slices.BinarySearchFunc(rs, of, func(r relation, of uint32) int { return cmp.Compare(r.of, of) })
		hi := lo
		for hi < len(rs) && rs[hi].of == of {
			hi++
		}
		return rs[lo:hi]
	}
	for number := range touched {
		rec, isNew := changed[number]
		if isNew && len(rec) == 0 {
			continue // it is gone
		}
		var old []byte
		if b.old != nil {
			old = b.old.record(number)
		}
		switch {
		case !isNew && len(old) == 0:
			continue // a name that resolves to nothing
		case !isNew:
			rec = old
		case len(old) > 0: // a new state keeps the relations of the old
			rec = append(slices.Clone(rec), relations(old)...)
		}
		changed[number] = related(rec, part(add, number), part(remove, number))
	}
}

func (b *builder) pages(changed map[uint32][]byte) []*page {
	var pages []*page
	if b.old != nil {
		pages = slices.Clone(b.old.pages)
	}
	byPage := map[uint32]map[uint32][]byte{}
	for number, rec := range changed {
		p := number >> pageBits
		if byPage[p] == nil {
			byPage[p] = map[uint32][]byte{}
		}
		byPage[p][number&(pageSize-1)] = rec
	}
	for p, set := range byPage {
		for uint32(len(pages)) <= p {
			pages = append(pages, nil)
		}
		pages[p] = pages[p].with(set)
	}
	return pages
}

// namesPerShard is how many names a shard of the index holds when it is built anew.
const namesPerShard = 256

func (b *builder) index(changed map[uint32][]byte) []*shard {
	var shards []*shard
	if b.old != nil {
		shards = slices.Clone(b.old.shards)
	} else {
		n := max(16, len(changed)/namesPerShard)
		shards = make([]*shard, 1<<bits.Len(uint(n-1)))
	}
	drop := map[uint64]map[uint32]bool{}
	insert := map[uint64][]slot{}
	for number, rec := range changed {
		var was []byte
		if b.old != nil {
			was = nameOf(b.old.record(number))
		}
		is := nameOf(rec)
		if string(was) == string(is) {
			continue
		}
		if len(was) > 0 {
			k := hashName(string(was)) & uint64(len(shards)-1)
			if drop[k] == nil {
				drop[k] = map[uint32]bool{}
			}
			drop[k][number] = true
		}
		if len(is) > 0 {
			h := hashName(string(is))
			k := h & uint64(len(shards)-1)
			insert[k] = append(insert[k], slot{uint32(h >> 32), number})
		}
	}
	for k := range shards {
		k64 := uint64(k)
		if shards[k] == nil {
			shards[k] = &shard{slots: make([]slot, 1)}
		}
		if len(drop[k64]) > 0 || len(insert[k64]) > 0 {
			shards[k] = shards[k].rebuilt(drop[k64], insert[k64])
		}
	}
	return shards
}
