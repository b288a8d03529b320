package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/network"
)

// prefixLists are the stack's lists of blocks.
func (p *platform) prefixLists() error {
	if len(p.stack.PrefixLists) == 0 {
		return nil
	}
	args := &network.PrefixListsArgs{Scope: p.scope, Lists: p.stack.PrefixLists}
	if p.stack.Kind == config.Shared {
		args.OrganizationARN = p.published(config.Management, "organization", "organizationArn")
	}
	made, err := network.NewPrefixLists(p.Context, "prefix-lists", args, p.aws)
	if err != nil {
		return err
	}
	p.lists = made
	return p.publish("prefixLists", made)
}

// securityGroups are a VPC's, published with it.
func (p *platform) securityGroups(name string, vpc *network.Vpc, published pulumi.Map) error {
	cfg := p.stack.VPCs[name]
	if len(cfg.SecurityGroups) == 0 {
		return nil
	}
	args := &network.SecurityGroupsArgs{
		Scope: p.scope, VpcID: vpc.VpcID, Groups: cfg.SecurityGroups, PrefixListIDs: map[string]pulumi.StringInput{},
	}
	for _, list := range cfg.PrefixListNames() {
		id, err := p.prefixListID(list)
		if err != nil {
			return err
		}
		args.PrefixListIDs[list] = id
	}
	made, err := network.NewSecurityGroups(p.Context, name+"-groups", args, p.aws)
	if err != nil {
		return err
	}
	outputs, err := component.Outputs(made)
	published["securityGroupIds"] = outputs["securityGroupIds"]
	return err
}

// prefixListID is the id of a list as rules name it: the stack's own, the shared stack's, or AWS's.
func (p *platform) prefixListID(name string) (pulumi.StringInput, error) {
	if shared, yes := config.SharedPrefixList(name); yes {
		return p.publishedMap(config.Shared, "prefixLists", "prefixListIds").MapIndex(pulumi.String(shared)), nil
	}
	if service, yes := config.AWSOwnPrefixList(name); yes {
		full := config.AWSPrefixList(service, p.scope.Region)
		found, err := ec2.LookupManagedPrefixList(p.Context, &ec2.LookupManagedPrefixListArgs{Name: &full}, pulumi.Provider(p.own))
		if err != nil {
			return nil, err
		}
		return pulumi.String(found.Id), nil
	}
	return p.lists.ID(name), nil
}
