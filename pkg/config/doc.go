// Package config is what a stack file may say: its types, the presets merged below it, strict reading, and every rule
// a stack must keep. It is a leaf, so that everything may import it.
//
// Reading has three phases, each a file: documents become trees that remember where every value stands (tree.go), trees
// are laid over each other, default below profile below Pulumi.yaml below the stack (layers.go), and the result is
// decoded into the types with the rules their tags state (decode.go). Then what no single field can tell is checked
// (validate*.go, guardrails.go, crosscheck.go). Nothing stops at the first fault: the error is the list of all of them.
package config

//go:generate go run ./internal/schemagen
