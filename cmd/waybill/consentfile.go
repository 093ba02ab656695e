package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlItem is one item of a YAML list as JSON, with the line it begins at.
type yamlItem struct {
	line int
	json []byte
}

// maxYAMLNodes bounds what an alias may blow a small file up to; aliases are
// refused altogether, so this is the file's own size.
const maxYAMLNodes = 100_000

// yamlList reads a YAML list of what is named strictly: no aliases, no duplicate
// keys. Enums may be written without their prefix, given by their fields.
func yamlList(data []byte, what string, enums map[string]string) ([]yamlItem, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("write a list: each %s begins with a dash", what)
	}
	nodes := 0
	var items []yamlItem
	for _, n := range doc.Content[0].Content {
		item, err := itemOf(n, &nodes, enums)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// yamlMapping reads one mapping as strictly.
func yamlMapping(data []byte, what string, enums map[string]string) (yamlItem, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return yamlItem{}, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return yamlItem{}, fmt.Errorf("write the fields of one %s, each with its value", what)
	}
	nodes := 0
	return itemOf(doc.Content[0], &nodes, enums)
}

func itemOf(n *yaml.Node, nodes *int, enums map[string]string) (yamlItem, error) {
	v, err := plain(n, nodes)
	if err != nil {
		return yamlItem{}, err
	}
	for field, prefix := range enums {
		shortEnum(v, field, prefix)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return yamlItem{}, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return yamlItem{n.Line, b}, nil
}

// shortEnum adds the prefix to an enum, or to those of a list, that was written without
// it, as in the registry's files.
func shortEnum(v any, field, prefix string) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	long := func(v any) any {
		if s, ok := v.(string); ok && !strings.HasPrefix(s, prefix) {
			return prefix + s
		}
		return v
	}
	if l, ok := m[field].([]any); ok {
		for i := range l {
			l[i] = long(l[i])
		}
		return
	}
	if _, ok := m[field]; ok {
		m[field] = long(m[field])
	}
}

func plain(n *yaml.Node, nodes *int) (any, error) {
	if *nodes++; *nodes > maxYAMLNodes {
		return nil, errors.New("the file is too large")
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice {
				return nil, fmt.Errorf("line %d: %s is given twice", n.Content[i].Line, key)
			}
			v, err := plain(n.Content[i+1], nodes)
			if err != nil {
				return nil, err
			}
			m[key] = v
		}
		return m, nil
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.Content {
			v, err := plain(c, nodes)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		return l, nil
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!bool":
			return strconv.ParseBool(n.Value)
		case "!!null":
			return nil, nil
		case "!!int":
			return json.Number(n.Value), nil
		}
		return n.Value, nil // a time stays as written
	}
	return nil, fmt.Errorf("line %d: aliases are not read", n.Line)
}

var protoPosition = regexp.MustCompile(`^proto:[\s\x{00a0}]*(\(line \d+:\d+\):[\s\x{00a0}]*)?`)

// protoComplaint leaves out of protojson's error what is of no use to a person:
// its name, and a position in JSON that nobody wrote.
func protoComplaint(err error) string {
	return strings.TrimSpace(protoPosition.ReplaceAllString(err.Error(), ""))
}
