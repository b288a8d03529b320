package network

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

func sharing(services ...string) config.VPC {
	return with(func(cfg *config.VPC) { cfg.SharedEndpoints = services })
}

func TestSharedEndpoints(t *testing.T) {
	t.Parallel()
	cfg := sharing("ecr.dkr", "sts")
	cfg.InterfaceEndpoints = []string{"kms"}
	outputs := make(chan []any, 1)
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: cfg})
		if err != nil {
			return err
		}
		shared, err := NewSharedEndpoints(ctx, "shared", &SharedEndpointsArgs{
			Scope: testScope(), Vpc: vpc, Clients: map[string]string{"production": "10.32.0.0/12", "nonproduction": "10.16.0.0/12"}, Protect: true,
		})
		if err != nil {
			return err
		}
		pulumi.All(shared.ZoneIDs, shared.Domains).ApplyT(func(values []any) error {
			outputs <- values
			return nil
		})
		return nil
	})
	for service, own := range map[string]bool{"kms": true, "ecr.dkr": false, "sts": false} {
		require.Equal(t, own, m.inputs("main-endpoint-" + service)["privateDnsEnabled"], service)
	}
	require.Equal(t, []string{"shared-zone-ecr.dkr", "shared-zone-sts"}, m.of("Zone"))
	for service, domain := range map[string]string{"ecr.dkr": "dkr.ecr.eu-west-1.amazonaws.com", "sts": "sts.eu-west-1.amazonaws.com"} {
		require.Equal(t, object{
			"name": domain, "comment": "Shared interface endpoint of " + service, "forceDestroy": false,
			"vpcs": list(object{"vpcId": "<main-vpc>", "vpcRegion": "eu-west-1"}),
		}, m.inputs("shared-zone-"+service))
		require.True(t, m.get("shared-zone-"+service).Protect)
		require.Contains(t, m.needs("shared-zone-"+service), "main-endpoint-"+service, "first the endpoint gives up its own name")
	}
	require.Equal(t, []string{"shared-record-below-ecr.dkr", "shared-record-ecr.dkr", "shared-record-sts"}, m.of("Record"))
	entry := m.get("main-endpoint-ecr.dkr").Outputs["dnsEntries"].ArrayValue()[0].ObjectValue()
	for role, name := range map[string]string{"record": "", "record-below": "*."} {
		require.Equal(t, object{
			"zoneId": "<shared-zone-ecr.dkr>", "name": name + "dkr.ecr.eu-west-1.amazonaws.com", "type": "A", "aliases": list(object{
				"name":   m.named.Replace(entry["dnsName"].StringValue()),
				"zoneId": entry["hostedZoneId"].StringValue(), "evaluateTargetHealth": false,
			}),
		}, m.inputs("shared-"+role+"-ecr.dkr"))
	}
	require.Equal(t, object{
		"securityGroupId": "<main-endpoints>", "cidrIpv4": "10.32.0.0/12", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
		"description": "HTTPS from segment production",
	}, m.inputs("shared-https-production"))
	require.Contains(t, m.of("SecurityGroupIngressRule"), "shared-https-nonproduction")
	require.Equal(t, []any{
		map[string]string{"ecr.dkr": m.get("shared-zone-ecr.dkr").ID, "sts": m.get("shared-zone-sts").ID},
		map[string]string{"ecr.dkr": "dkr.ecr.eu-west-1.amazonaws.com", "sts": "sts.eu-west-1.amazonaws.com"},
	}, <-outputs)
}

func TestOnlyServicesOfKnownNameAreShared(t *testing.T) {
	t.Parallel()
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: sharing("rum")})
		if err != nil {
			return err
		}
		_, err = NewSharedEndpoints(ctx, "shared", &SharedEndpointsArgs{Scope: testScope(), Vpc: vpc})
		return err
	}, pulumi.WithMocks("aws-platform", "dev", sim.NewMocks(sim.MockOptions{Account: testAccount})))
	require.ErrorContains(t, err, "service rum cannot be shared: its name is not known")
}

// sharedNames is a program of two accounts: one whose endpoints are shared, and an environment's that uses them.
type sharedNames struct {
	hub  config.VPC
	uses []string
}

func (n *sharedNames) program(ctx *pulumi.Context) error {
	owner, err := aws.NewProvider(ctx, "hub", &aws.ProviderArgs{
		Region: pulumi.String("eu-west-1"),
		AssumeRole: aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.String("arn:" + "aws:iam::" + hubAccount + ":role/OrganizationAccountAccessRole"),
		},
	})
	if err != nil {
		return err
	}
	hub, err := NewVpc(ctx, "hub", &VpcArgs{Scope: hubScope(), Config: n.hub}, pulumi.Provider(owner))
	if err != nil {
		return err
	}
	shared, err := NewSharedEndpoints(ctx, "shared", &SharedEndpointsArgs{
		Scope: hubScope(), Vpc: hub, Clients: map[string]string{"nonproduction": "10.16.0.0/12"},
	}, pulumi.Provider(owner))
	if err != nil {
		return err
	}
	vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(cfg *config.VPC) {
		cfg.NAT = natNone
		cfg.NetworkACLs = map[string]config.NetworkACL{Private: {Preset: "internal"}, Data: {Preset: "closed"}}
	})})
	if err != nil {
		return err
	}
	for _, service := range n.uses {
		zone, err := shared.ZoneID(service)
		if err != nil {
			return err
		}
		_, err = NewPrivateZoneAssociation(ctx, "endpoint-"+service, &PrivateZoneAssociationArgs{
			Scope: testScope(), ZoneID: zone, VpcIDs: map[string]pulumi.StringInput{"main": vpc.VpcID}, Owner: owner,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Endpoints are shared and no longer, become shared that were the VPC's own, and go, in the order Route 53 and EC2 ask for.
func TestSharedEndpointsComeAndGo(t *testing.T) {
	t.Parallel()
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1", Accounts: []sim.Account{
		{ID: testAccount, Name: "management", Management: true}, {ID: hubAccount, Name: "shared"},
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, cloud.Close()) }()
	n := &sharedNames{hub: with(func(cfg *config.VPC) {
		cfg.CIDR, cfg.NAT, cfg.InterfaceEndpoints, cfg.SharedEndpoints = "10.3.0.0/16", natNone, []string{"kms"}, []string{"ecr.dkr", "sts"}
	}), uses: []string{"ecr.dkr", "sts"}}
	stack, ctx := engineOn(t, cloud, n.program), context.Background()
	up := func(want map[string]int, why string) {
		t.Helper()
		made, err := stack.Up(ctx)
		require.NoError(t, err, why)
		changes := *made.Summary.ResourceChanges
		delete(changes, "same")
		require.Equal(t, want, changes, why)
	}
	_, err = stack.Up(ctx)
	require.NoError(t, err)
	_, err = stack.Refresh(ctx, optrefresh.ExpectNoChanges())
	require.NoError(t, err, "what is there is what was asked for")
	up(map[string]int{}, "nothing changed")

	n.uses = []string{"sts"}
	up(map[string]int{"delete": 3}, "one service less: its component, its authorization, its association")

	n.hub.InterfaceEndpoints, n.hub.SharedEndpoints = nil, []string{"ecr.dkr", "kms", "sts"}
	up(map[string]int{"create": 2, "update": 1}, "an own endpoint becomes a shared one where it stands")

	_, err = stack.Destroy(ctx)
	require.NoError(t, err)
	require.Empty(t, left(cloud))
}
