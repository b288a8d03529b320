package security

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// Principals are roles of one account, by path and name: "acme-ci-dev". "*" stands only in names that Identity Center
// gives, below "aws-reserved/sso.amazonaws.com/".
type Principals struct {
	AccountID pulumi.StringInput
	Roles     []string
}

// NarrowRoleArgs say who may do what.
type NarrowRoleArgs struct {
	// Scope is the account's in which the role is and acts.
	Scope naming.Scope
	// RoleName is the role's name, of NarrowRoleName: whoever takes it must know it.
	RoleName    string
	Description string
	// OrganizationID is the organization whoever takes the role belongs to.
	OrganizationID pulumi.StringInput
	// Trusted are who may take it.
	Trusted []Principals
	// Statements are all it may do, beside what Passes says.
	Statements []iampolicy.Statement
	// Passes is the one role it may hand to the one service that works with it; nil for none.
	Passes *PassedRole
}

// PassedRole is a role that a service takes on behalf of whoever passes it.
type PassedRole struct {
	RoleARN pulumi.StringInput
	Service string // "config.amazonaws.com"
}

// NarrowRole is a role in one account for one job of a stack of another: accepting its attachment, writing its NS record.
// It gives nothing on: no role taken from it, no rights made with it.
type NarrowRole struct {
	pulumi.ResourceState

	RoleARN pulumi.StringOutput `pulumi:"roleArn"`

	made *component.Children
}

// Ready is the option to wait until the role can do its job.
func (r *NarrowRole) Ready() pulumi.ResourceOption { return r.made.Ready() }

// NewNarrowRole makes a narrow role.
func NewNarrowRole(ctx *pulumi.Context, name string, args NarrowRoleArgs, opts ...pulumi.ResourceOption) (*NarrowRole, error) {
	if err := args.check(); err != nil {
		return nil, fmt.Errorf("narrow role %s: %w", args.RoleName, err)
	}
	out := &NarrowRole{}
	err := component.Register(ctx, "aws-platform:security:NarrowRole", name, out, nil, func(c *component.Children) error {
		out.made = c
		trust, err := iampolicy.Document(trustOf(args.Scope, args.OrganizationID, args.Trusted)...)
		if err != nil {
			return err
		}
		rights, err := iampolicy.Document(args.rights()...)
		if err != nil {
			return err
		}
		role, err := iam.NewRole(ctx, c.Name("role"), &iam.RoleArgs{
			Name:                pulumi.String(args.RoleName),
			Description:         pulumi.String(args.Description),
			AssumeRolePolicy:    iampolicy.TrustPolicy.Within(trust),
			PermissionsBoundary: component.Boundary(args.Scope),
			MaxSessionDuration:  pulumi.Int(chainedSeconds),
			Tags:                pulumi.ToStringMap(args.Scope.Tags("access", c.Name("role"), nil)),
		}, c.Options()...)
		if err != nil {
			return err
		}
		out.RoleARN = role.Arn
		_, err = iam.NewRolePolicy(ctx, c.Name("policy"), &iam.RolePolicyArgs{
			Name: pulumi.String("job"), Role: role.Name, Policy: iampolicy.RolePolicy.Within(rights),
		}, c.Options()...)
		return err
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// rights are the role's statements.
func (a NarrowRoleArgs) rights() []iampolicy.Statement {
	if a.Passes == nil {
		return a.Statements
	}
	return append(slices.Clone(a.Statements), iampolicy.Statement{
		Sid: "Pass", Actions: []string{"iam:PassRole"}, Resources: []pulumi.StringInput{a.Passes.RoleARN},
		Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "iam:PassedToService", a.Passes.Service)},
	})
}

// check reports all faults at once.
func (a NarrowRoleArgs) check() error {
	var faults []error
	if len(a.RoleName) == 0 || len(a.RoleName) > maxRoleName {
		faults = append(faults, fmt.Errorf("a name of %d characters: use 1 to %d", len(a.RoleName), maxRoleName))
	}
	if a.OrganizationID == nil {
		faults = append(faults, errors.New("has no organization: a trust asks for it"))
	}
	faults = append(faults, checkPrincipals(a.Trusted))
	for _, s := range a.Statements {
		for _, action := range s.Actions {
			if service, _, _ := strings.Cut(action, ":"); !s.Deny && (service == "iam" || service == "organizations" || service == "sts") {
				faults = append(faults, fmt.Errorf("statement %s: %s hands rights on: a narrow role does its job itself", s.Sid, action))
			}
		}
	}
	return errors.Join(faults...)
}

// checkPrincipals refuses a trust that names nobody, and one that names whoever takes the name.
func checkPrincipals(trusted []Principals) error {
	var faults []error
	named := 0
	for _, who := range trusted {
		if who.AccountID == nil {
			faults = append(faults, errors.New("trusts roles of no account: give AccountID"))
		}
		for _, role := range who.Roles {
			named++
			if strings.ContainsAny(role, "*?") && !strings.HasPrefix(role, "aws-reserved/sso.amazonaws.com/") {
				faults = append(faults, fmt.Errorf("trusts %q: name the role, for whoever may make one could name it so", role))
			}
		}
	}
	if named == 0 {
		faults = append(faults, errors.New("trusts nobody: name roles"))
	}
	return errors.Join(faults...)
}

// trustOf is trustStatements for accounts and an organization that may not be known yet.
func trustOf(scope naming.Scope, organizationID pulumi.StringInput, trusted []Principals) []iampolicy.Statement {
	var statements []iampolicy.Statement
	for _, who := range trusted {
		if len(who.Roles) == 0 {
			continue
		}
		arn := func(resource string) pulumi.StringInput {
			return pulumi.Sprintf("arn:%s:iam::%s:%s", scope.Partition, who.AccountID, resource)
		}
		roles := make([]pulumi.StringInput, len(who.Roles))
		for i, role := range who.Roles {
			roles[i] = arn("role/" + role)
		}
		statements = append(statements, iampolicy.Statement{
			Principals: iampolicy.Principals{AWS: []pulumi.StringInput{arn("root")}}, Actions: []string{"sts:AssumeRole"},
			Conditions: []iampolicy.Condition{
				{Operator: "ArnLike", Key: "aws:PrincipalArn", Values: roles},
				{Operator: "StringEquals", Key: "aws:PrincipalOrgID", Values: []pulumi.StringInput{organizationID}},
			},
		})
	}
	return statements
}
