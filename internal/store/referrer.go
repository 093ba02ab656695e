package store

import (
	"context"
	"database/sql"
	"strings"

	"waybill/internal/registry"
)

// tables of the nouns.
var tables = map[registry.Collection]string{
	registry.Exporters: "exporter", registry.Recipients: "recipient", registry.Deployments: "deployment",
	registry.Agreements: "agreement", registry.Transfers: "transfer", registry.Assessments: "assessment",
	registry.SettingsOf: "settings", registry.Purposes: "purpose", registry.Categories: "category",
	registry.Policies: "policy", registry.Principals: "principal", registry.Instruments: "instrument",
	registry.Exceptions: "exception_record",
}

// reference is one foreign key: the rows of table whose column is the noun's
// number belong to the noun in owner, by the column own.
type reference struct{ table, column, owner, own string }

// references lists, by collection, every foreign key to it. A test holds it to
// the schema.
var references = map[registry.Collection][]reference{
	registry.Exporters: {
		{"agreement_exporters", "exporter_id", "agreement", "agreement_id"},
		{"transfer", "exporter_id", "transfer", "number"},
		{"assessment", "exporter_id", "assessment", "number"},
		{"instrument_exporters", "exporter_id", "instrument", "instrument_id"},
		{"exception_record_exporters", "exporter_id", "exception_record", "exception_record_id"},
	},
	registry.Recipients: {
		{"deployment", "recipient_id", "deployment", "number"},
		{"subprocessor_link", "recipient_id", "deployment", "deployment_id"},
		{"agreement_recipients", "recipient_id", "agreement", "agreement_id"},
		{"transfer_recipients", "recipient_id", "transfer", "transfer_id"},
		{"transfer_onward_recipients", "recipient_id", "transfer", "transfer_id"},
		{"assessment_recipients", "recipient_id", "assessment", "assessment_id"},
		{"instrument", "recipient_id", "instrument", "number"},
		{"exception_record_recipients", "recipient_id", "exception_record", "exception_record_id"},
	},
	registry.Deployments: {{"subprocessor_link", "target_id", "deployment", "deployment_id"}},
	registry.Agreements: {
		{"agreement", "amends_id", "agreement", "number"},
		{"transfer", "agreement_id", "transfer", "number"},
		{"subprocessor_link", "sub_agreement_id", "deployment", "deployment_id"},
	},
	registry.Purposes: {
		{"agreement_purposes", "purpose_id", "agreement", "agreement_id"},
		{"transfer_purposes", "purpose_id", "transfer", "transfer_id"},
		{"assessment_purposes", "purpose_id", "assessment", "assessment_id"},
		{"policy_version_purposes", "purpose_id", "policy", "policy_version_id"},
		{"policy_version_mentioned_purposes", "purpose_id", "policy", "policy_version_id"},
		{"recipient_notice_purposes", "purpose_id", "recipient", "recipient_id"},
		{"exporter_mentioned_purposes", "purpose_id", "exporter", "exporter_id"},
		{"instrument_purposes", "purpose_id", "instrument", "instrument_id"},
		{"exception_record_purposes", "purpose_id", "exception_record", "exception_record_id"},
		{"subprocessor_link", "service_id", "deployment", "deployment_id"},
	},
	registry.Categories: {
		{"category", "parent_id", "category", "number"},
		{"agreement_covered_categories", "category_id", "agreement", "agreement_id"},
		{"transfer_covered_categories", "category_id", "transfer", "transfer_id"},
		{"assessment_covered_categories", "category_id", "assessment", "assessment_id"},
		{"policy_version_mentioned_categories", "category_id", "policy", "policy_version_id"},
		{"recipient_notice_categories", "category_id", "recipient", "recipient_id"},
		{"exporter_mentioned_categories", "category_id", "exporter", "exporter_id"},
		{"instrument_covered_categories", "category_id", "instrument", "instrument_id"},
		{"exception_record_covered_categories", "category_id", "exception_record", "exception_record_id"},
		{"exception_record_proved_categories", "category_id", "exception_record", "exception_record_id"},
	},
	registry.Instruments: {{"exception_record", "instrument_id", "exception_record", "number"}},
}

// Referrers returns up to limit (0: all) names of records that name this one, in
// their order: by a field, an expansion, a deployment's recipient or a
// category's parent.
func (s *Store) Referrers(ctx context.Context, name string, limit int) ([]string, error) {
	c, ok := registry.CollectionOf(name)
	refs := references[c]
	if !ok || len(refs) == 0 {
		return nil, nil
	}
	var parts []string
	var args []any
	for _, r := range refs {
		parts = append(parts, "SELECT o.name FROM "+r.table+" t JOIN "+r.owner+" o ON o.number = t."+r.own+
			" JOIN "+tables[c]+" n ON n.number = t."+r.column+" WHERE n.name = ?")
		args = append(args, name)
	}
	query := "SELECT DISTINCT name FROM (" + strings.Join(parts, " UNION ALL ") + ") AS referrer ORDER BY name"
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	return read(ctx, s, s.reader, registryUnavailable, "find referrers", func(ctx context.Context, tx *sql.Tx) ([]string, error) {
		return column(tx.QueryContext(ctx, s.sql(query), args...))
	})
}

func column(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
