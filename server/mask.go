package server

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// outputOnly are the fields that no caller states.
var outputOnly = map[protoreflect.Name]bool{"meta": true, "covered_categories": true, "tokens": true}

// merge sets the fields of the mask in dst to what src holds, clearing those that
// src leaves out. "*" is every field. A path goes through messages, not through lists.
func merge(dst, src proto.Message, paths []string) error {
	for _, path := range paths {
		if path == "*" {
			proto.Reset(dst)
			proto.Merge(dst, src)
			continue
		}
		if err := mergePath(dst.ProtoReflect(), src.ProtoReflect(), path); err != nil {
			return err
		}
	}
	return nil
}

func mergePath(dst, src protoreflect.Message, path string) error {
	for {
		head, rest, deeper := strings.Cut(path, ".")
		fd := dst.Descriptor().Fields().ByName(protoreflect.Name(head))
		switch {
		case fd == nil:
			return invalid("update_mask", "fields of the noun, by their names in the contract")
		case outputOnly[fd.Name()]:
			return invalid("update_mask", "no output-only field")
		case !deeper && src.Has(fd):
			dst.Set(fd, src.Get(fd))
			return nil
		case !deeper:
			dst.Clear(fd)
			return nil
		case fd.IsList() || fd.Message() == nil || fd.Message().FullName() == "google.protobuf.Timestamp":
			return invalid("update_mask", "a path through messages only")
		}
		dst, src, path = dst.Mutable(fd).Message(), src.Get(fd).Message(), rest
	}
}
