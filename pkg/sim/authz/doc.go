// Package authz decides, as IAM does, whether a principal may do an action on a resource. It is pure: it knows policies
// and requests, no cloud and no clock.
//
// The rules are those of "Policy evaluation logic" in the IAM user guide: an explicit deny anywhere wins; then every level
// of the organization must allow; then the identity's policies or the resource's policy (both, across accounts); then
// the permissions boundary and the session policy, which give nothing and only limit.
//
// Who is exempt from service control policies (the management account, service-linked roles) is the caller's knowledge:
// it passes none. Resource control policies and VPC endpoint policies are not known here.
package authz
