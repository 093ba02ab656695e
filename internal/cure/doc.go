// Package cure owns what would make a denied share allowed: the fewest pieces of
// evidence and rows of the registry, found by trying them. A step is taken into a
// copy of the question, of the held facts or of the registry, and the engine is
// asked again; what turns out not to be needed is left out.
//
// It does not own the rules (internal/decision), what a row must look like to be
// written (internal/registry), or how a step is told (server). It writes nothing.
//
// Invariants: with all steps of an answer the share is allowed, and without any one
// of them it is denied, at the same instant and revision. No steps: none were found
// that would do, because somebody said no, or a time must pass.
package cure
