// Package sim is a simulated cloud: Pulumi providers over gRPC on loopback and an S3 store, so that the unmodified
// Pulumi engine runs whole lifecycles with no account. One model answers both the engine and Pulumi's unit-test mocks.
//
// A resource type is one row of the registry: its schema comes from the pinned SDK's own sources, its row says how it is
// named, what only the cloud can know, what forces a replacement, what it refuses. Everything else (checking, diffing,
// references, quotas, unique names, previews) is generic and knows no type.
//
// To add a type: its token goes into schema/types.txt, "go generate ./pkg/sim" reads its schema, and a row in one of the
// types_*.go files says the rest; TestRegistry says what the row forgot. Rules that need more than a row are functions in
// the rules_*.go files.
//
// A row also says which IAM actions its calls need (Actions): "ec2:CreateVpc" is judged on the resource's ARN, or on the
// template after a space: "iam:PassRole {iamRoleArn}". A session of a role is held to the role's policies and boundary,
// to the service control policies over its account and to the policies of keys and buckets (authorize.go); package
// authz decides. The operator of the management account may do everything, and a row without Actions is open.
//
// A call runs through: check (inputs alone; previews end here), the caller's rights, the rules of the row against the inventory, the effect
// beyond the inventory (buckets have content), the inventory on disk, the time AWS would take. Faults asked for come before
// or after.
//
// Clusters of EKS have an API of their own: the package kubernetes, for objects of any kind a cluster serves and for Helm's
// releases (kube_*.go; package kube knows Kubernetes and the catalogue of charts). An object is a record of the inventory
// that vanishes with its cluster. Everything is judged at the moment of a call and nothing waits: what a release, a pod, a
// custom resource or a deletion needs must be there by then, else the call fails as it would after its timeout. So a
// dependency that a program forgot is found, whatever the real cluster would have forgiven.
//
// Controllers work after every call to their cluster, as long as their pods run, with the identity their pods were given
// as they started, held to its real policies. What they make in AWS is in the inventory with no URN: Cloud.Orphans is what
// is left of it. Whoever takes a controller away first finds it there, and subnets, groups and zones that it holds.
package sim

//go:generate go run ./internal/schemagen -types schema/types.txt -out schema
