package organization

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/identitystore"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssoadmin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

const identityCenterToken = "aws-platform:organization:IdentityCenter"

const (
	// usualSession is how many hours a session lasts when nothing is said.
	usualSession = 4
	// permissionSetPolicy is the longest inline policy of a permission set.
	permissionSetPolicy iampolicy.Limit = 32768
	// maxPermissionSetName is the longest name of a permission set.
	maxPermissionSetName = 32
)

// IdentityCenterArgs say who signs in where.
type IdentityCenterArgs struct {
	// Scope is the management account's.
	Scope naming.Scope
	// Config decides groups, permission sets and assignments.
	Config config.IdentityCenter
	// Accounts are the ids of all accounts by stack, the management stack's among them.
	Accounts map[string]pulumi.StringInput
	// Units are the units of the stacks' accounts, by stack; the management account has none.
	Units map[string]string
}

// IdentityCenter is IAM Identity Center: groups of people, sets of rights, and which group has which rights in which
// account. Who is in a group is not decided here: the directory says so. The instance itself must be there: the API
// cannot make an organization's.
type IdentityCenter struct {
	pulumi.ResourceState

	InstanceARN     pulumi.StringOutput `pulumi:"instanceArn"`
	IdentityStoreID pulumi.StringOutput `pulumi:"identityStoreId"`
	// Groups are the groups' ids by name, PermissionSets the sets' ARNs by name.
	Groups         pulumi.StringMapOutput `pulumi:"groups"`
	PermissionSets pulumi.StringMapOutput `pulumi:"permissionSets"`

	children *component.Children
}

// Ready is the option to wait for all of it.
func (c *IdentityCenter) Ready() pulumi.ResourceOption { return c.children.Ready() }

// grant is one assignment: a group, a permission set, and the stack whose account it holds in.
type grant struct{ group, set, stack string }

// NewIdentityCenter makes groups, permission sets and assignments in the management account.
func NewIdentityCenter(
	ctx *pulumi.Context, name string, args IdentityCenterArgs, opts ...pulumi.ResourceOption,
) (*IdentityCenter, error) {
	grants, err := planGrants(args)
	if err != nil {
		return nil, err
	}
	made := &IdentityCenter{}
	b := &identityBuild{ctx: ctx, args: args, grants: grants, out: made}
	if err := component.Register(ctx, identityCenterToken, name, made, nil, b.build, opts...); err != nil {
		return nil, err
	}
	return made, nil
}

// identityBuild is Identity Center in the making.
type identityBuild struct {
	*component.Children
	ctx    *pulumi.Context
	args   IdentityCenterArgs
	grants []grant
	out    *IdentityCenter

	instance, store string
	groups          pulumi.StringMap // ids by name
	sets            map[string]*ssoadmin.PermissionSet
	assigned        map[string][]pulumi.Resource // by permission set
}

func (b *identityBuild) build(children *component.Children) error {
	b.Children, b.out.children = children, children
	for _, step := range []func() error{b.findInstance, b.makeGroups, b.makeSets, b.assign, b.giveRights} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *identityBuild) findInstance() error {
	found, err := ssoadmin.GetInstances(b.ctx, pulumi.Parent(b.out))
	if err != nil {
		return err
	}
	if len(found.Arns) == 0 || len(found.IdentityStoreIds) == 0 {
		return fmt.Errorf("IAM Identity Center is not switched on in account %s, region %s: enable an organization instance in its console there, "+
			"or remove governance.identityCenter", b.args.Scope.AccountID, b.args.Scope.Region)
	}
	b.instance, b.store = found.Arns[0], found.IdentityStoreIds[0]
	b.out.InstanceARN = pulumi.String(b.instance).ToStringOutput()
	b.out.IdentityStoreID = pulumi.String(b.store).ToStringOutput()
	return nil
}

func (b *identityBuild) makeGroups() error {
	b.groups = pulumi.StringMap{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.Groups)) {
		if id := b.args.Config.Groups[name].ID; id != "" { // the directory's own
			b.groups[name] = pulumi.String(id)
			continue
		}
		made, err := identitystore.NewGroup(b.ctx, b.Name("group", name), &identitystore.GroupArgs{
			DisplayName:     pulumi.String(name),
			Description:     pulumi.String(b.args.Config.Groups[name].Description),
			IdentityStoreId: pulumi.String(b.store),
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.groups[name] = made.GroupId
	}
	b.out.Groups = b.groups.ToStringMapOutput()
	return nil
}

func (b *identityBuild) makeSets() error {
	b.sets = map[string]*ssoadmin.PermissionSet{}
	arns := pulumi.StringMap{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.PermissionSets)) {
		set := b.args.Config.PermissionSets[name]
		hours := set.SessionHours
		if hours == 0 {
			hours = usualSession
		}
		made, err := ssoadmin.NewPermissionSet(b.ctx, b.Name("permission-set", name), &ssoadmin.PermissionSetArgs{
			Name:            pulumi.String(name),
			Description:     pulumi.String(set.Description),
			InstanceArn:     pulumi.String(b.instance),
			SessionDuration: pulumi.String(fmt.Sprintf("PT%dH", hours)),
			Tags:            b.tags("permission-set", name),
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.sets[name], arns[name] = made, made.Arn
	}
	b.out.PermissionSets = arns.ToStringMapOutput()
	return nil
}

func (b *identityBuild) assign() error {
	b.assigned = map[string][]pulumi.Resource{}
	for _, g := range b.grants {
		made, err := ssoadmin.NewAccountAssignment(b.ctx, b.Name("assignment", g.group, g.set, g.stack), &ssoadmin.AccountAssignmentArgs{
			InstanceArn:      pulumi.String(b.instance),
			PermissionSetArn: b.sets[g.set].Arn,
			PrincipalType:    pulumi.String("GROUP"),
			PrincipalId:      b.groups[g.group],
			TargetType:       pulumi.String("AWS_ACCOUNT"),
			TargetId:         b.args.Accounts[g.stack],
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.assigned[g.set] = append(b.assigned[g.set], made)
	}
	return nil
}

// giveRights attaches policies to the permission sets. Each waits for the set's assignments, so that it is deleted before
// them: taking a policy away provisions the set anew in every account it is assigned in, and fails for one that just went.
func (b *identityBuild) giveRights() error {
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.PermissionSets)) {
		set, options := b.args.Config.PermissionSets[name], b.Options(pulumi.DependsOn(b.assigned[name]))
		for _, policy := range set.ManagedPolicies {
			_, err := ssoadmin.NewManagedPolicyAttachment(b.ctx, b.Name("managed", name, policy), &ssoadmin.ManagedPolicyAttachmentArgs{
				InstanceArn:      pulumi.String(b.instance),
				PermissionSetArn: b.sets[name].Arn,
				ManagedPolicyArn: pulumi.String(b.managedPolicy(policy)),
			}, options...)
			if err != nil {
				return err
			}
		}
		if err := b.inline(name, set, options); err != nil {
			return err
		}
		if set.Boundary == "" {
			continue
		}
		_, err := ssoadmin.NewPermissionsBoundaryAttachment(b.ctx, b.Name("boundary", name), &ssoadmin.PermissionsBoundaryAttachmentArgs{
			InstanceArn:      pulumi.String(b.instance),
			PermissionSetArn: b.sets[name].Arn,
			PermissionsBoundary: ssoadmin.PermissionsBoundaryAttachmentPermissionsBoundaryArgs{
				ManagedPolicyArn: pulumi.String(b.managedPolicy(set.Boundary)),
			},
		}, options...)
		if err != nil {
			return err
		}
	}
	return nil
}

// inline writes a permission set's own policy: the platform roles it takes, then its further statements.
func (b *identityBuild) inline(name string, set config.PermissionSet, options []pulumi.ResourceOption) error {
	var statements []iampolicy.Statement
	if len(set.Assumes) > 0 {
		statements = append(statements, iampolicy.Statement{
			Sid: "TakePlatformRoles", Actions: []string{"sts:AssumeRole"}, Resources: b.platformRoles(set.Assumes),
		})
	}
	for _, sid := range slices.Sorted(maps.Keys(set.Inline)) {
		s := set.Inline[sid]
		statements = append(statements, iampolicy.Statement{
			Sid: sid, Deny: s.Deny, Actions: s.Actions, Resources: iampolicy.Strings(s.Resources...),
		})
	}
	if len(statements) == 0 {
		return nil
	}
	policy, err := iampolicy.Document(statements...)
	if err != nil {
		return fmt.Errorf("permission set %s: %w", name, err)
	}
	_, err = ssoadmin.NewPermissionSetInlinePolicy(b.ctx, b.Name("inline", name), &ssoadmin.PermissionSetInlinePolicyArgs{
		InstanceArn:      pulumi.String(b.instance),
		PermissionSetArn: b.sets[name].Arn,
		InlinePolicy:     permissionSetPolicy.Within(policy),
	}, options...)
	return err
}

// platformRoles are the ARNs of the platform's roles in every account of the organization, each account named.
func (b *identityBuild) platformRoles(names []string) []pulumi.StringInput {
	var arns []pulumi.StringInput
	for _, stack := range slices.Sorted(maps.Keys(b.args.Accounts)) {
		for _, role := range names {
			arns = append(arns, b.args.Accounts[stack].ToStringOutput().ApplyT(func(account string) string {
				return b.args.Scope.GlobalARN("iam", account, "role/"+b.args.Scope.Organization+"-"+role)
			}).(pulumi.StringOutput))
		}
	}
	return arns
}

// managedPolicy is the ARN of one of AWS's own policies.
func (b *identityBuild) managedPolicy(name string) string {
	return b.args.Scope.GlobalARN("iam", "aws", "policy/"+name)
}

func (b *identityBuild) tags(role string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("identity-center", b.Name(role, keys...), nil))
}

// planGrants expands the assignments to one for each account, each once, and refuses those that name what is not there.
func planGrants(args IdentityCenterArgs) ([]grant, error) {
	var grants []grant
	var faults []error
	for name := range args.Config.PermissionSets {
		if len(name) > maxPermissionSetName {
			faults = append(faults, fmt.Errorf("permission set %s: the name has %d characters, AWS takes %d", name, len(name), maxPermissionSetName))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(args.Config.Assignments)) {
		a := args.Config.Assignments[name]
		fault := func(format string, values ...any) {
			faults = append(faults, fmt.Errorf("assignment %s: "+format, append([]any{name}, values...)...))
		}
		if _, known := args.Config.Groups[a.Group]; !known {
			fault("group %q is not declared", a.Group)
		}
		if _, known := args.Config.PermissionSets[a.PermissionSet]; !known {
			fault("permission set %q is not declared", a.PermissionSet)
		}
		for _, stack := range slices.Sorted(maps.Keys(args.Accounts)) {
			within := slices.ContainsFunc(a.OrganizationalUnits, func(unit string) bool { return config.WithinUnit(args.Units[stack], unit) })
			if within || slices.Contains(a.Stacks, stack) {
				grants = append(grants, grant{a.Group, a.PermissionSet, stack})
			}
		}
		for _, stack := range a.Stacks {
			if _, known := args.Accounts[stack]; !known {
				fault("stack %q has no account", stack)
			}
		}
	}
	slices.SortFunc(grants, func(a, b grant) int {
		return strings.Compare(a.group+"\x00"+a.set+"\x00"+a.stack, b.group+"\x00"+b.set+"\x00"+b.stack)
	})
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return slices.Compact(grants), errors.Join(faults...)
}
