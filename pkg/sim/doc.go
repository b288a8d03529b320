// Package sim is a simulated cloud: Pulumi providers over gRPC on loopback and an S3 store, so that the unmodified
// Pulumi engine runs whole lifecycles with no account. One model answers both the engine and Pulumi's unit-test mocks.
//
// A resource type is one row of the registry: its schema comes from the pinned SDK's own sources, its row says how it is
// named, what only the cloud can know, what forces a replacement, what it refuses. Everything else (checking, diffing,
// references, quotas, unique names, previews) is generic and knows no type.
package sim

//go:generate go run ./internal/schemagen -types schema/types.txt -out schema
