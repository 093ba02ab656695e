package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"waybill/ent"
	"waybill/ent/agreement"
	"waybill/ent/assessment"
	"waybill/ent/category"
	"waybill/ent/deployment"
	"waybill/ent/exceptionrecord"
	"waybill/ent/exporter"
	"waybill/ent/instrument"
	"waybill/ent/policyversion"
	"waybill/ent/principal"
	"waybill/ent/purpose"
	"waybill/ent/recipient"
	"waybill/ent/settings"
	"waybill/ent/transfer"
	"waybill/internal/registry"
)

// projected is a noun as its row has it.
type projected struct {
	noun           registry.Noun
	number         uint32
	revision       int64
	create, update registry.Time
	mentions       []string // what its edges hold beside the noun's own lists
	err            error
}

// CompareRows returns one sentence for each place where the nouns' rows and the
// fold of the changes differ; none when they are the same. It reads the whole
// registry.
func (s *Store) CompareRows(ctx context.Context) ([]string, error) {
	return read(ctx, s, s.reader, registryUnavailable, "compare rows and changes", func(ctx context.Context, tx *sql.Tx) ([]string, error) {
		_, rows, err := s.fold(ctx, tx, 0)
		if err != nil {
			return nil, err
		}
		have, err := s.projectedRows(ctx, tx)
		if err != nil {
			return nil, err
		}
		var found []string
		differ := func(name, format string, args ...any) {
			found = append(found, name+": "+fmt.Sprintf(format, args...))
		}
		for i := range rows {
			want, err := rows[i].record()
			if err != nil {
				differ(rows[i].name, "its change cannot be read: %v", err)
				continue
			}
			name := want.Noun.ResourceName()
			got, ok := have[name]
			delete(have, name)
			switch {
			case !ok:
				differ(name, "it has no row")
				continue
			case got.err != nil:
				differ(name, "its row cannot be read: %v", got.err)
				continue
			}
			if got.number != want.Number || got.revision != want.Revision || got.create != want.CreateTime || got.update != want.UpdateTime {
				differ(name, "the row's number, revision or times are not those of its change")
			}
			if same, err := sameNoun(got.noun, want.Noun); err != nil {
				return nil, err
			} else if !same {
				differ(name, "the row's fields are not those of its change")
			}
			if !slices.Equal(got.mentions, mentions(want.Noun)) {
				differ(name, "the row's references are not those of its change")
			}
		}
		for name := range have {
			differ(name, "it has a row and no change")
		}
		slices.Sort(found)
		return found, nil
	})
}

// mentions returns what the edges of a noun hold beside its own lists.
func mentions(n registry.Noun) []string {
	switch n := n.(type) {
	case *registry.Recipient, *registry.Policy, *registry.Exporter:
		names := append(mentioned(n, registry.Purposes), mentioned(n, registry.Categories)...)
		return sorted(names)
	case *registry.Category:
		if parent := registry.ParentOf(n.Name); parent != "" {
			return []string{parent}
		}
	case *registry.Deployment:
		return []string{registry.RecipientOf(n.Name)}
	case *registry.ExceptionRecord:
		return sorted(proved(n))
	}
	return nil
}

// sameNoun compares canonical bytes; the lists that rows keep as edges are sets.
func sameNoun(a, b registry.Noun) (bool, error) {
	x, err := canonical(a)
	if err != nil {
		return false, err
	}
	y, err := canonical(b)
	return bytes.Equal(x, y), err
}

func canonical(n registry.Noun) ([]byte, error) {
	b, err := registry.Encode(n)
	if err != nil {
		return nil, err
	}
	n, err = registry.Decode(n.Collection(), b)
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *registry.Agreement:
		n.Exporters, n.Recipients, n.Purposes = set(n.Exporters), set(n.Recipients), set(n.Purposes)
		n.CoveredCategories = covered(n.CoveredCategories, n.Categories)
	case *registry.Transfer:
		n.Recipients, n.OnwardRecipients, n.Purposes = set(n.Recipients), set(n.OnwardRecipients), set(n.Purposes)
		n.CoveredCategories = covered(n.CoveredCategories, n.Categories)
	case *registry.Assessment:
		n.Recipients, n.Purposes = set(n.Recipients), set(n.Purposes)
		n.CoveredCategories = covered(n.CoveredCategories, n.Categories)
	case *registry.Policy:
		n.Purposes = set(n.Purposes)
	case *registry.Instrument:
		n.Exporters, n.Purposes = set(n.Exporters), set(n.Purposes)
		n.CoveredCategories = covered(n.CoveredCategories, n.Categories)
	case *registry.ExceptionRecord:
		n.Exporters, n.Recipients, n.Purposes = set(n.Exporters), set(n.Recipients), set(n.Purposes)
		n.CoveredCategories = covered(n.CoveredCategories, n.Categories)
	}
	return registry.Encode(n)
}

func set(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// projectedRows reads the rows of all nouns, by name.
func (s *Store) projectedRows(ctx context.Context, tx *sql.Tx) (map[string]projected, error) {
	c := s.client(tx)
	all := map[string]projected{}
	err := errors.Join(
		pages(func(after uint32) ([]*ent.Exporter, error) {
			return c.Exporter.Query().Where(exporter.IDGT(after)).Order(exporter.ByID()).Limit(pageRows).WithMentionedPurposes().WithMentionedCategories().All(ctx)
		}, func(r *ent.Exporter) uint32 {
			n, err := exporterOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, sorted(append(names(r.Edges.MentionedPurposes), names(r.Edges.MentionedCategories)...)), err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Recipient, error) {
			return c.Recipient.Query().Where(recipient.IDGT(after)).Order(recipient.ByID()).Limit(pageRows).WithNoticePurposes().WithNoticeCategories().All(ctx)
		}, func(r *ent.Recipient) uint32 {
			n, err := recipientOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, sorted(append(names(r.Edges.NoticePurposes), names(r.Edges.NoticeCategories)...)), err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Deployment, error) {
			return c.Deployment.Query().Where(deployment.IDGT(after)).Order(deployment.ByID()).Limit(pageRows).WithRecipient().WithLinks(func(q *ent.SubprocessorLinkQuery) {
				q.WithRecipient().WithTarget().WithService().WithSubAgreement()
			}).All(ctx)
		}, func(r *ent.Deployment) uint32 {
			n, err := deploymentOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, []string{r.Edges.Recipient.Name}, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Agreement, error) {
			return c.Agreement.Query().Where(agreement.IDGT(after)).Order(agreement.ByID()).Limit(pageRows).WithExporters().WithRecipients().WithPurposes().WithCoveredCategories().WithAmends().All(ctx)
		}, func(r *ent.Agreement) uint32 {
			n, err := agreementOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Transfer, error) {
			return c.Transfer.Query().Where(transfer.IDGT(after)).Order(transfer.ByID()).Limit(pageRows).WithExporter().WithRecipients().WithPurposes().WithCoveredCategories().WithOnwardRecipients().WithAgreement().All(ctx)
		}, func(r *ent.Transfer) uint32 {
			n, err := transferOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Assessment, error) {
			return c.Assessment.Query().Where(assessment.IDGT(after)).Order(assessment.ByID()).Limit(pageRows).WithExporter().WithRecipients().WithPurposes().WithCoveredCategories().All(ctx)
		}, func(r *ent.Assessment) uint32 {
			n, err := assessmentOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Settings, error) {
			return c.Settings.Query().Where(settings.IDGT(after)).Order(settings.ByID()).Limit(pageRows).All(ctx)
		}, func(r *ent.Settings) uint32 {
			n, err := settingsOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Purpose, error) {
			return c.Purpose.Query().Where(purpose.IDGT(after)).Order(purpose.ByID()).Limit(pageRows).All(ctx)
		}, func(r *ent.Purpose) uint32 {
			n, err := purposeOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Category, error) {
			return c.Category.Query().Where(category.IDGT(after)).Order(category.ByID()).Limit(pageRows).WithParent().All(ctx)
		}, func(r *ent.Category) uint32 {
			n, err := categoryOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, parentOf(r), err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.PolicyVersion, error) {
			return c.PolicyVersion.Query().Where(policyversion.IDGT(after)).Order(policyversion.ByID()).Limit(pageRows).WithPurposes().WithMentionedPurposes().WithMentionedCategories().All(ctx)
		}, func(r *ent.PolicyVersion) uint32 {
			n, err := policyOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, sorted(append(names(r.Edges.MentionedPurposes), names(r.Edges.MentionedCategories)...)), err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Principal, error) {
			return c.Principal.Query().Where(principal.IDGT(after)).Order(principal.ByID()).Limit(pageRows).All(ctx)
		}, func(r *ent.Principal) uint32 {
			n, err := principalOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.Instrument, error) {
			return c.Instrument.Query().Where(instrument.IDGT(after)).Order(instrument.ByID()).Limit(pageRows).WithRecipient().WithExporters().WithPurposes().WithCoveredCategories().All(ctx)
		}, func(r *ent.Instrument) uint32 {
			n, err := instrumentOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, nil, err}
			return r.ID
		}),
		pages(func(after uint32) ([]*ent.ExceptionRecord, error) {
			return c.ExceptionRecord.Query().Where(exceptionrecord.IDGT(after)).Order(exceptionrecord.ByID()).Limit(pageRows).WithExporters().WithRecipients().WithPurposes().WithCoveredCategories().WithProvedCategories().WithInstrument().All(ctx)
		}, func(r *ent.ExceptionRecord) uint32 {
			n, err := exceptionOf(r)
			all[r.Name] = projected{n, r.ID, r.Revision, r.CreateTime, r.UpdateTime, sorted(names(r.Edges.ProvedCategories)), err}
			return r.ID
		}),
	)
	return all, err
}

// pageRows bounds the rows read at once: their edges are asked by one list of ids.
const pageRows = 1000

// pages reads all rows after one number and another.
func pages[R any](query func(after uint32) ([]R, error), each func(R) uint32) error {
	for after := uint32(0); ; {
		rows, err := query(after)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = each(r)
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}

func parentOf(r *ent.Category) []string {
	if r.Edges.Parent == nil {
		return nil
	}
	return []string{r.Edges.Parent.Name}
}

// sorted sorts names; none is nil.
func sorted(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return names
}
