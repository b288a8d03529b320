package main

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/network"
)

// vpcs are the stack's virtual private clouds.
func (p *platform) vpcs() error {
	outputs := pulumi.Map{}
	for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
		vpc, err := network.NewVpc(p.Context, name, &network.VpcArgs{
			Scope:   p.scope,
			Config:  p.stack.VPCs[name],
			Protect: p.stack.Protect,
		}, p.aws)
		if err != nil {
			return err
		}
		if outputs[name], err = component.Outputs(vpc); err != nil {
			return err
		}
	}
	if len(outputs) > 0 {
		p.outputs["vpcs"] = outputs
	}
	return nil
}
