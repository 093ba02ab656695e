package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	waybillv1 "waybill/proto/waybill/v1"
)

// naive asks SQL for every check, as a service would that keeps its registry in a
// database and no more: the recipient, its agreements, the policy, then an insert
// of the decision. It checks far less than the gate does.
type naive struct {
	waybillv1.UnimplementedShareServiceServer
	recipient, agreement, policy, insert *sql.Stmt
	canned                               *waybillv1.ShareDecision
}

// schema is three tables, a thousand recipients with two agreements each.
const schema = `
DROP TABLE IF EXISTS naive_decision, naive_agreement, naive_recipient, naive_policy;
CREATE TABLE naive_recipient (id int PRIMARY KEY, name text UNIQUE, approved timestamptz, terminated timestamptz, country text);
CREATE TABLE naive_agreement (id int PRIMARY KEY, recipient int REFERENCES naive_recipient, purposes text[], categories text[], effective timestamptz, expires timestamptz);
CREATE INDEX ON naive_agreement (recipient);
CREATE TABLE naive_policy (purpose text, category text, PRIMARY KEY (purpose, category));
CREATE TABLE naive_decision (id bigserial PRIMARY KEY, at timestamptz, request bytea, allowed bool);
INSERT INTO naive_recipient SELECT i, 'recipients/r' || i, now() - interval '1 year', NULL, 'CN' FROM generate_series(2, 1000) i;
INSERT INTO naive_recipient VALUES (1, 'recipients/swift-courier', now() - interval '1 year', NULL, 'CN');
INSERT INTO naive_agreement SELECT 2*i + k, i, '{purposes/delivery}', '{categories/user.name,categories/user.address,categories/user.contact.phone}',
	now() - interval '1 year', now() + (k - 0.5) * interval '1 year' FROM generate_series(1, 1000) i, generate_series(0, 1) k;
INSERT INTO naive_policy SELECT 'purposes/delivery', c FROM unnest('{categories/user.name,categories/user.address,categories/user.contact.phone}'::text[]) c;`

func newNaive(ctx context.Context, db *sql.DB) (*naive, error) {
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("naive schema: %w", err)
	}
	n := &naive{canned: cannedAnswer()}
	for to, query := range map[**sql.Stmt]string{
		&n.recipient: `SELECT id FROM naive_recipient WHERE name = $1 AND approved <= $2 AND (terminated IS NULL OR terminated > $2)`,
		&n.agreement: `SELECT count(*) FROM naive_agreement WHERE recipient = $1 AND effective <= $2 AND expires > $2 AND $3 = ANY (purposes)`,
		&n.policy:    `SELECT count(*) FROM naive_policy WHERE purpose = $1`,
		&n.insert:    `INSERT INTO naive_decision (at, request, allowed) VALUES ($1, $2, $3)`,
	} {
		var err error
		if *to, err = db.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *naive) CheckShare(ctx context.Context, r *waybillv1.CheckShareRequest) (*waybillv1.CheckShareResponse, error) {
	q, now := r.GetQuestion(), time.Now()
	var id, agreements, necessary int
	if err := n.recipient.QueryRowContext(ctx, q.GetRecipient(), now).Scan(&id); err != nil {
		return nil, err
	}
	if err := n.agreement.QueryRowContext(ctx, id, now, q.GetPurpose()).Scan(&agreements); err != nil {
		return nil, err
	}
	if err := n.policy.QueryRowContext(ctx, q.GetPurpose()).Scan(&necessary); err != nil {
		return nil, err
	}
	b, err := proto.Marshal(q)
	if err != nil {
		return nil, err
	}
	if _, err := n.insert.ExecContext(ctx, now, b, agreements > 0 && necessary > 0); err != nil {
		return nil, err
	}
	return &waybillv1.CheckShareResponse{Decision: n.canned}, nil
}
