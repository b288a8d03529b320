package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// PrefixListsArgs are a stack's prefix lists.
type PrefixListsArgs struct {
	Scope naming.Scope
	Lists map[string]config.PrefixList
	// OrganizationARN is who the shared ones are shared with; not needed where none is.
	OrganizationARN pulumi.StringInput
}

// PrefixLists are lists of blocks that rules and routes name as one: a block that is added is let through wherever the
// list is named.
type PrefixLists struct {
	pulumi.ResourceState

	// PrefixListIDs are by name.
	PrefixListIDs pulumi.StringMapOutput `pulumi:"prefixListIds"`

	made map[string]*ec2.ManagedPrefixList
}

// ID is the id of a list.
func (l *PrefixLists) ID(name string) pulumi.StringInput { return l.made[name].ID().ToStringOutput() }

// NewPrefixLists makes lists, and shares those that are shared with the whole organization.
func NewPrefixLists(ctx *pulumi.Context, name string, args *PrefixListsArgs, opts ...pulumi.ResourceOption) (*PrefixLists, error) {
	out := &PrefixLists{made: map[string]*ec2.ManagedPrefixList{}}
	build := func(c *component.Children) error {
		ids := pulumi.StringMap{}
		for _, key := range slices.Sorted(maps.Keys(args.Lists)) {
			made, err := args.makeList(ctx, c, key)
			if err != nil {
				return err
			}
			out.made[key], ids[key] = made, made.ID().ToStringOutput()
		}
		out.PrefixListIDs = ids.ToStringMapOutput()
		return args.share(ctx, c, out.made)
	}
	if err := component.Register(ctx, "aws-platform:network:PrefixLists", name, out, nil, build, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

func (a *PrefixListsArgs) makeList(ctx *pulumi.Context, c *component.Children, key string) (*ec2.ManagedPrefixList, error) {
	list, entries := a.Lists[key], ec2.ManagedPrefixListEntryTypeArray{}
	family := "IPv4"
	for _, name := range slices.Sorted(maps.Keys(list.Entries)) {
		peer := config.Peer{CIDR: list.Entries[name]}
		if peer.IPv6() {
			family = "IPv6"
		}
		entries = append(entries, ec2.ManagedPrefixListEntryTypeArgs{Cidr: pulumi.String(peer.CIDR), Description: pulumi.String(name)})
	}
	return ec2.NewManagedPrefixList(ctx, c.Name("list", key), &ec2.ManagedPrefixListArgs{
		Name: pulumi.String(a.Scope.Name(maxListName, key)), AddressFamily: pulumi.String(family), MaxEntries: pulumi.Int(list.MaxEntries),
		Entries: entries, Tags: a.tags(key),
	}, c.Options()...)
}

// maxListName is EC2's limit, in characters.
const maxListName = 255

func (a *PrefixListsArgs) tags(key string) pulumi.StringMap {
	return pulumi.ToStringMap(a.Scope.Tags("network", a.Scope.Name(maxTag, "list", key), nil))
}

// share lets every account of the organization name the shared lists: one that comes later needs no change here.
func (a *PrefixListsArgs) share(ctx *pulumi.Context, c *component.Children, made map[string]*ec2.ManagedPrefixList) error {
	var shared []string
	for _, key := range slices.Sorted(maps.Keys(a.Lists)) {
		if a.Lists[key].Shared {
			shared = append(shared, key)
		}
	}
	if len(shared) == 0 {
		return nil
	}
	share, err := ram.NewResourceShare(ctx, c.Name("share"), &ram.ResourceShareArgs{
		Name: pulumi.String(a.Scope.Name(maxListName, "prefix-lists")), AllowExternalPrincipals: pulumi.Bool(false), Tags: a.tags("share"),
	}, c.Options()...)
	if err != nil {
		return err
	}
	_, err = ram.NewPrincipalAssociation(ctx, c.Name("share-organization"), &ram.PrincipalAssociationArgs{
		ResourceShareArn: share.Arn, Principal: a.OrganizationARN,
	}, c.Options()...)
	if err != nil {
		return err
	}
	for _, key := range shared {
		_, err := ram.NewResourceAssociation(ctx, c.Name("share-list", key), &ram.ResourceAssociationArgs{
			ResourceShareArn: share.Arn, ResourceArn: made[key].Arn,
		}, c.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}
