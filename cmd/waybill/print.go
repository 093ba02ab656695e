package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// jsonOf renders messages in the contract's JSON names, indented, with a stable
// layout (protojson's own varies on purpose).
func jsonOf(m proto.Message) ([]byte, error) {
	b, err := protojson.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, fmt.Errorf("render %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return out.Bytes(), nil
}

// yamlOf renders a message as block YAML, fields in the contract's order.
func yamlOf(m proto.Message) ([]byte, error) {
	b, err := jsonOf(m)
	if err != nil {
		return nil, err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(b, &n); err != nil { // JSON is YAML
		return nil, fmt.Errorf("render %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	if len(n.Content) == 0 {
		return nil, nil
	}
	block(&n)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&n); err != nil {
		return nil, fmt.Errorf("render %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return out.Bytes(), nil
}

// block undoes JSON's flow and quoting; the encoder quotes again where it must.
func block(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		block(c)
	}
}

// print writes m as -o asks; table is how a person reads it.
func (c *cli) print(m proto.Message, table func(io.Writer) error) error {
	switch c.output {
	case "json":
		b, err := jsonOf(m)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s\n", b)
		return err
	case "yaml":
		b, err := yamlOf(m)
		if err != nil {
			return err
		}
		_, err = c.out.Write(b)
		return err
	}
	return table(c.out)
}

// columns writes rows with their columns aligned, two spaces apart; the last
// column is never padded. Widths count characters.
func columns(w io.Writer, indent string, rows [][]string) error {
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		b.WriteString(indent)
		for i, cell := range r {
			b.WriteString(cell)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// structOf makes a message of what has none in the contract.
func structOf(fields map[string]any) (*structpb.Struct, error) {
	m, err := structpb.NewStruct(fields)
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return m, nil
}
