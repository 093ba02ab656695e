package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"

	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// maxFileBytes is the largest file that is read; a registry of 100,000
// recipients is well below it.
const maxFileBytes = 256 << 20

// read reads files, and the YAML files of directories in the order of their names.
func (c *cli) read(names []string) ([]wire.File, error) {
	var files []wire.File
	for _, name := range names {
		if name == "-" {
			data, err := io.ReadAll(io.LimitReader(c.in, maxFileBytes))
			if err != nil {
				return nil, fmt.Errorf("read stdin: %w", err)
			}
			files = append(files, wire.File{Name: "stdin", Data: data})
			continue
		}
		paths, err := yamlFiles(name)
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				return nil, usagef("read %s: %w", p, errors.Unwrap(err))
			}
			if len(data) > maxFileBytes {
				return nil, &exitError{code: exitFile, err: fmt.Errorf("%s is larger than %d MiB", p, maxFileBytes>>20)}
			}
			files = append(files, wire.File{Name: p, Data: data})
		}
	}
	return files, nil
}

func yamlFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("there is no file %s", name)
	}
	if err != nil {
		return nil, usagef("read %s: %w", name, err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, usagef("read %s: %w", name, err)
	}
	var paths []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			paths = append(paths, filepath.Join(name, e.Name()))
		}
	}
	if len(paths) == 0 {
		return nil, usagef("%s holds no .yaml file", name)
	}
	return paths, nil
}

// load reads and checks the files of a registry.
func (c *cli) load(names []string) ([]wire.File, []wire.Located, error) {
	if len(names) == 0 {
		return nil, nil, usagef("-f FILE is needed")
	}
	files, err := c.read(names)
	if err != nil {
		return nil, nil, err
	}
	located, err := wire.Load(files...)
	if err != nil {
		return nil, nil, refused(err)
	}
	return files, located, nil
}

// inZone reads the files again where their dates are of the registry's zone: files
// without settings are a part of a registry that has them.
func inZone(ctx context.Context, conn *grpc.ClientConn, files []wire.File, located []wire.Located) ([]wire.Located, error) {
	for _, l := range located {
		if l.Noun.Collection() == registry.SettingsOf {
			return located, nil
		}
	}
	zone, err := zoneOf(ctx, conn)
	if err != nil {
		return nil, err
	}
	located, err = wire.LoadIn(zone, files...)
	return located, refused(err)
}

// zoneOf returns the registry's zone.
func zoneOf(ctx context.Context, conn *grpc.ClientConn) (*time.Location, error) {
	s, err := pb.NewSettingsServiceClient(conn).GetSettings(ctx, &pb.GetSettingsRequest{Name: "settings"})
	if err != nil {
		return nil, fmt.Errorf("read the registry's zone: %w", err)
	}
	zone, err := time.LoadLocation(s.GetZone())
	if err != nil {
		return nil, fmt.Errorf("read the registry's zone: %w", err)
	}
	return zone, nil
}

// locate says where in the files the registry found fault: the fields that the
// error names become file:line. Errors of another kind pass as they are.
func locate(err error, located []wire.Located) error {
	if exitCode(refused(err)) != exitFile {
		return err
	}
	s, ok := statusOf(err)
	if !ok {
		return refused(err)
	}
	text := bareMessage(s)
	var lines []string
	for _, v := range violationsOf(s) {
		at, field, ok := resourceOf(v.GetField(), located)
		if !ok {
			lines = append(lines, fmt.Sprintf("%s: %s", v.GetField(), v.GetDescription()))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s:%d: %s: %s: %s", at.File, at.FieldLine(field), at.Noun.ResourceName(), field, v.GetDescription()))
	}
	if len(lines) > 0 {
		text += "\n  " + strings.Join(lines, "\n  ")
	}
	if hint := hints[reasonOf(s)]; hint != "" {
		text += "\n" + hint
	}
	return &exitError{code: exitFile, err: errors.New(text)}
}

var resourcePath = regexp.MustCompile(`^resources\[(\d+)\]\.?(.*)$`)

// resourceOf finds the noun that a field of the request is of, and the field by
// its path within the noun.
func resourceOf(field string, located []wire.Located) (*wire.Located, string, bool) {
	m := resourcePath.FindStringSubmatch(field)
	if m == nil {
		return nil, "", false
	}
	i, err := strconv.Atoi(m[1])
	if err != nil || i >= len(located) {
		return nil, "", false
	}
	return &located[i], m[2], true
}
