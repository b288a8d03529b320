package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// gatewayServices are reached by gateway endpoints, which cost nothing and keep their traffic off NAT gateways.
var gatewayServices = []string{"s3", "dynamodb"}

// httpsPort is the only port interface endpoints answer on.
const httpsPort = 443

// serviceName is the name of a service's endpoint in the VPC's region.
func (b *vpcBuild) serviceName(service string) pulumi.String {
	return pulumi.String("com.amazonaws." + b.args.Scope.Region + "." + service)
}

// makeGatewayEndpoints gives every table, also those without a way out, a route to S3 and DynamoDB.
func (b *vpcBuild) makeGatewayEndpoints() error {
	var tables pulumi.StringArray
	for _, plan := range b.plan.tables {
		tables = append(tables, b.tables[plan.name].ID().ToStringOutput())
	}
	for _, service := range gatewayServices {
		policy, err := b.perimeter().policy(service, b.args.Config.EndpointPolicies)
		if err != nil {
			return err
		}
		_, err = ec2.NewVpcEndpoint(b.ctx, b.Name("gateway-endpoint", service), &ec2.VpcEndpointArgs{
			VpcId:           b.vpc.ID(),
			ServiceName:     b.serviceName(service),
			VpcEndpointType: pulumi.String("Gateway"),
			RouteTableIds:   tables,
			Policy:          policy,
			Tags:            b.tags(service),
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}

// perimeter is what passes the VPC's endpoints.
func (b *vpcBuild) perimeter() perimeter {
	return perimeter{scope: b.args.Scope, organizationID: b.args.OrganizationID}
}

// makeInterfaceEndpoints puts the services asked for into the private subnets, one address per zone, behind one
// security group. Those that are shared answer to no name of their own: zones do that, in every VPC that uses them.
func (b *vpcBuild) makeInterfaceEndpoints() error {
	cfg := b.args.Config
	services := slices.Sorted(slices.Values(slices.Concat(cfg.InterfaceEndpoints, cfg.SharedEndpoints)))
	if len(services) == 0 {
		b.out.EndpointSecurityGroupID = pulumi.String("").ToStringOutput()
		return nil
	}
	group, err := b.makeEndpointGroup()
	if err != nil {
		return err
	}
	tier := Private
	if !b.plan.has(tier) {
		tier = Data
	}
	var subnets pulumi.StringArray
	for _, plan := range b.plan.of(tier) {
		subnets = append(subnets, b.subnets[plan.subnetKey].ID().ToStringOutput())
	}
	b.endpoints = map[string]*ec2.VpcEndpoint{}
	for _, service := range services {
		policy, err := b.perimeter().policy(service, cfg.EndpointPolicies)
		if err != nil {
			return err
		}
		b.endpoints[service], err = ec2.NewVpcEndpoint(b.ctx, b.Name("endpoint", service), &ec2.VpcEndpointArgs{
			VpcId:             b.vpc.ID(),
			ServiceName:       b.serviceName(service),
			VpcEndpointType:   pulumi.String("Interface"),
			SubnetIds:         subnets,
			SecurityGroupIds:  pulumi.StringArray{group.ID().ToStringOutput()},
			PrivateDnsEnabled: pulumi.Bool(!slices.Contains(cfg.SharedEndpoints, service)),
			Policy:            policy,
			Tags:              b.tags(service),
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}

// makeEndpointGroup lets every address of the VPC reach the endpoints by HTTPS, and the endpoints reach nothing.
func (b *vpcBuild) makeEndpointGroup() (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(b.ctx, b.Name("endpoints"), &ec2.SecurityGroupArgs{
		VpcId: b.vpc.ID(),
		// AWS cannot change a description; this one never will.
		Description: pulumi.String("Interface endpoints: HTTPS from inside the VPC"),
		Tags:        b.tags("endpoints"),
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	b.out.EndpointSecurityGroupID = group.ID().ToStringOutput()
	blocks := map[string]pulumi.StringInput{"vpc": b.vpc.CidrBlock}
	for name, association := range b.associations {
		blocks["cidr-"+name] = association.CidrBlock
	}
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		_, err := vpc.NewSecurityGroupIngressRule(b.ctx, b.Name("endpoints-https", name),
			&vpc.SecurityGroupIngressRuleArgs{
				SecurityGroupId: group.ID(),
				CidrIpv4:        blocks[name],
				IpProtocol:      pulumi.String("tcp"),
				FromPort:        pulumi.Int(httpsPort),
				ToPort:          pulumi.Int(httpsPort),
				Description:     pulumi.String("HTTPS from " + name),
				Tags:            b.tags("endpoints", name),
			}, b.Options()...)
		if err != nil {
			return nil, err
		}
	}
	return group, nil
}
