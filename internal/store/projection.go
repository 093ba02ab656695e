package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"waybill/ent"
	"waybill/internal/registry"
)

// txDriver lets ent write inside our transaction; what it begins is ours.
type txDriver struct{ *entsql.Driver }

func (d txDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }

func (s *Store) client(tx *sql.Tx) *ent.Client {
	return ent.NewClient(ent.Driver(txDriver{entsql.NewDriver(s.dialect, entsql.Conn{ExecQuerier: tx})}))
}

// projection writes the rows of one revision: first what is put, in an order in
// which what is named comes first, then what is deleted, in the other.
type projection struct {
	s       *Store
	tx      *sql.Tx
	client  *ent.Client
	numbers map[string]uint32 // of all names that the edits name
}

func (s *Store) project(ctx context.Context, tx *sql.Tx, log []edit) error {
	p := &projection{s: s, tx: tx, client: s.client(tx)}
	puts, deletes := map[registry.Collection][]edit{}, map[registry.Collection][]edit{}
	for _, e := range log {
		if e.change.Operation == registry.Put {
			puts[e.collection] = append(puts[e.collection], e)
		} else {
			deletes[e.collection] = append(deletes[e.collection], e)
		}
	}
	if err := p.resolve(ctx, log); err != nil {
		return err
	}
	for _, c := range registry.Collections {
		// A category's parent comes before it.
		slices.SortFunc(puts[c], func(a, b edit) int { return strings.Compare(a.change.Name, b.change.Name) })
		if err := p.put(ctx, c, puts[c]); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	for _, c := range registry.Collections {
		if err := p.release(ctx, c, deletes[c]); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	for _, c := range slices.Backward(registry.Collections) {
		slices.SortFunc(deletes[c], func(a, b edit) int { return strings.Compare(b.change.Name, a.change.Name) })
		for _, e := range deletes[c] {
			if err := p.exec(ctx, "DELETE FROM "+tables[c]+" WHERE number = ?", int64(e.change.Number)); err != nil {
				return fmt.Errorf("%s: %w", c, err)
			}
		}
	}
	return nil
}

func (p *projection) put(ctx context.Context, c registry.Collection, puts []edit) error {
	if len(puts) == 0 {
		return nil
	}
	switch c {
	case registry.Exporters:
		return p.exporters(ctx, puts)
	case registry.Recipients:
		return p.recipients(ctx, puts)
	case registry.Deployments:
		return p.deployments(ctx, puts)
	case registry.Agreements:
		return p.agreements(ctx, puts)
	case registry.Transfers:
		return p.transfers(ctx, puts)
	case registry.Assessments:
		return p.assessments(ctx, puts)
	case registry.SettingsOf:
		return p.settings(ctx, puts)
	case registry.Purposes:
		return p.purposes(ctx, puts)
	case registry.Categories:
		return p.categories(ctx, puts)
	case registry.Policies:
		return p.policies(ctx, puts)
	case registry.Principals:
		return p.principals(ctx, puts)
	case registry.Instruments:
		return p.instruments(ctx, puts)
	case registry.Exceptions:
		return p.exceptions(ctx, puts)
	}
	return fmt.Errorf("no rows for collection %d", c)
}

// release drops what the deleted rows refer to, so that they can go in any order.
func (p *projection) release(ctx context.Context, c registry.Collection, deletes []edit) error {
	for _, e := range deletes {
		n := int64(e.change.Number)
		if c == registry.Agreements {
			if err := p.exec(ctx, "UPDATE agreement SET amends_id = NULL WHERE number = ?", n); err != nil {
				return err
			}
		}
		if c == registry.Principals {
			if err := p.exec(ctx, "DELETE FROM token WHERE principal_id = ?", n); err != nil {
				return err
			}
		}
		for table, own := range joins(c) {
			if err := p.exec(ctx, "DELETE FROM "+table+" WHERE "+own+" = ?", n); err != nil {
				return err
			}
		}
	}
	return nil
}

// joins returns the tables of the collection's own references, with the column
// of its number.
func joins(c registry.Collection) map[string]string {
	m := map[string]string{}
	for _, refs := range references {
		for _, r := range refs {
			if r.owner == tables[c] && r.own != "number" {
				m[r.table] = r.own
			}
		}
	}
	return m
}

func (p *projection) exec(ctx context.Context, query string, args ...any) error {
	_, err := p.tx.ExecContext(ctx, p.s.sql(query), args...)
	return err
}

// resolve finds the number of every name that the edits name. What the write
// deletes cannot be named.
func (p *projection) resolve(ctx context.Context, log []edit) error {
	p.numbers = map[string]uint32{}
	want := map[registry.Collection][]string{}
	own := map[string]bool{}
	for _, e := range log {
		own[e.change.Name] = true
		if e.change.Noun == nil {
			continue
		}
		p.numbers[e.change.Name] = e.change.Number
		for _, r := range registry.References(e.change.Noun) {
			want[r.Collection] = append(want[r.Collection], r.Name)
		}
	}
	for c, names := range want {
		names = slices.DeleteFunc(names, func(n string) bool { return own[n] })
		slices.Sort(names)
		for part := range slices.Chunk(slices.Compact(names), chunk) {
			rows, err := p.tx.QueryContext(ctx, p.s.sql("SELECT name, number FROM "+tables[c]+" WHERE name IN ("+places(len(part))+")"), anys(part)...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var name string
				var number uint32
				if err := rows.Scan(&name, &number); err != nil {
					return errors.Join(err, rows.Close())
				}
				p.numbers[name] = number
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
	}
	return nil
}

// setter fills one row from a noun; the first error stays.
type setter struct {
	p   *projection
	err error
}

// id returns the number of a name that must be there.
func (s *setter) id(name string) uint32 {
	n, ok := s.p.numbers[name]
	if !ok && s.err == nil {
		s.err = registry.Errorf(registry.Invalid, "DANGLING_NAME", "%s is named and not there", name)
	}
	return n
}

// ids returns the numbers of names, each once.
func (s *setter) ids(names []string) []uint32 {
	ids := make([]uint32, len(names))
	for i, n := range names {
		ids[i] = s.id(n)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *setter) json(v any) json.RawMessage {
	b, err := toJSON(v)
	if err != nil && s.err == nil {
		s.err = err
	}
	return b
}

// covered returns the categories that a row's edge holds: those that a wildcard
// was expanded to, and those stated without one.
func covered(expanded, stated []string) []string {
	all := slices.Clone(expanded)
	for _, c := range stated {
		if !strings.HasSuffix(c, ".*") {
			all = append(all, c)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mentioned returns the names of a collection that a noun names anywhere.
func mentioned(n registry.Noun, c registry.Collection) []string {
	var names []string
	for _, r := range registry.References(n) {
		if r.Collection == c {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// row is what every noun's mutation has.
type row interface {
	SetName(string)
	SetRevision(int64)
	SetCreateTime(registry.Time)
	SetUpdateTime(registry.Time)
}

func (e *edit) set(m row) {
	m.SetName(e.change.Name)
	m.SetRevision(e.change.Revision)
	m.SetCreateTime(e.create)
	m.SetUpdateTime(e.change.Time)
}

// executor is one of ent's builders.
type executor interface{ Exec(context.Context) error }

// bulk bounds one INSERT: by rows, and by the edges that go with them.
const (
	bulkRows  = 64
	bulkEdges = 4000
)

// save writes the puts of one collection: new rows in bulk, the others one by
// one. create and update fill one row's builder.
func save[C any](ctx context.Context, p *projection, puts []edit, create func(*setter, *edit) (C, edges), update func(*setter, *edit) executor, insert func([]C) executor) error {
	var fresh []C
	total := 0
	flush := func() error {
		if len(fresh) == 0 {
			return nil
		}
		err := insert(fresh).Exec(ctx)
		fresh, total = nil, 0
		return err
	}
	for i := range puts {
		s := &setter{p: p}
		if !puts[i].fresh {
			u := update(s, &puts[i])
			if s.err != nil {
				return s.err
			}
			if err := u.Exec(ctx); err != nil {
				return fmt.Errorf("%s: %w", puts[i].change.Name, err)
			}
			continue
		}
		c, m := create(s, &puts[i])
		if s.err != nil {
			return s.err
		}
		n := 0
		for _, name := range m.AddedEdges() {
			n += len(m.AddedIDs(name))
		}
		if len(fresh) == bulkRows || total+n > bulkEdges {
			if err := flush(); err != nil {
				return err
			}
		}
		fresh, total = append(fresh, c), total+n
	}
	return flush()
}

// edges counts what a mutation adds.
type edges interface {
	AddedEdges() []string
	AddedIDs(name string) []ent.Value
}

// part is one nested list of a row and where it belongs in the noun.
type part struct {
	from json.RawMessage
	into any
}

func nested(parts ...part) error {
	for _, p := range parts {
		if err := fromJSON(p.from, p.into); err != nil {
			return err
		}
	}
	return nil
}

// nounRow is any row of a noun; the generated rows have fields, not methods.
type nounRow interface {
	*ent.Exporter | *ent.Recipient | *ent.Purpose | *ent.Category
}

// names returns the names of an edge's rows in their order.
func names[R nounRow](rows []R) []string {
	var out []string
	for _, r := range rows {
		switch r := any(r).(type) {
		case *ent.Exporter:
			out = append(out, r.Name)
		case *ent.Recipient:
			out = append(out, r.Name)
		case *ent.Purpose:
			out = append(out, r.Name)
		case *ent.Category:
			out = append(out, r.Name)
		}
	}
	slices.Sort(out)
	return out
}
