// Package security is who may do what: the roles an account is entered by and what limits them, how pipelines and pods get
// theirs, and what holds for an account as a whole.
package security

import "aws-platform/pkg/naming"

// maxRoleName is IAM's limit, in characters. Of AccessRole, PipelineRole and NarrowRole only a stack's name can be long.
const maxRoleName = 64

// The roles every account has for those who run the platform.
const (
	Deploy     = "deploy"      // what the stacks run as
	Readonly   = "readonly"    // what previews run as
	BreakGlass = "break-glass" // all rights for an hour, and an alarm
)

// AccessRole is the name of an account's role for a purpose: Deploy, Readonly or BreakGlass.
func AccessRole(organization, purpose string) string { return organization + "-" + purpose }

// BoundaryPolicy is the name of the policy that limits every role the stacks make.
func BoundaryPolicy(organization string) string { return organization + "-boundary" }

// BoundaryARN is the ARN of that policy in the scope's account; what naming.Scope.Boundary is for stacks that run as the
// deploy role.
func BoundaryARN(s naming.Scope) string {
	return s.GlobalARN("iam", s.AccountID, "policy/"+BoundaryPolicy(s.Organization))
}

// PipelineRole is the name of the role, in the shared account, that pipelines deploying a stack sign in to.
func PipelineRole(organization, stack string) string {
	return naming.Cut(organization+"-ci-"+stack, maxRoleName)
}

// PipelinePreviewRole is the same for pipelines that only preview.
func PipelinePreviewRole(organization, stack string) string {
	return naming.Cut(organization+"-ci-"+stack+"-preview", maxRoleName)
}

// NarrowRoleName is the name of a role in one account for one job of an environment in another: "acme-dev-network".
func NarrowRoleName(organization, environment, job string) string {
	return naming.Cut(organization+"-"+environment+"-"+job, maxRoleName)
}
