package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
)

const (
	hubAccount      = "222222222222"
	organizationARN = "arn:" + "aws:organizations::333333333333:organization/o-simulation"
)

func hubScope() naming.Scope {
	scope := testScope()
	scope.Environment, scope.AccountID = "shared", hubAccount
	return scope
}

// localScope is the hub's scope in a test that has one account.
func localScope() naming.Scope {
	scope := hubScope()
	scope.AccountID = testAccount
	return scope
}

// hubArgs is a hub shared with the whole organization.
func hubArgs(scope naming.Scope, cfg config.TransitGateway) *TransitGatewayArgs {
	return &TransitGatewayArgs{
		Scope: scope, Config: cfg, Principals: map[string]pulumi.StringInput{"organization": pulumi.String(organizationARN)},
	}
}

// inHubAccount is a provider of the hub's account.
func inHubAccount(ctx *pulumi.Context) (*aws.Provider, error) {
	return aws.NewProvider(ctx, "hub", &aws.ProviderArgs{
		Region:     pulumi.String("eu-west-1"),
		AssumeRole: aws.ProviderAssumeRoleArgs{RoleArn: pulumi.String("arn:" + "aws:iam::" + hubAccount + ":role/hub")},
	})
}

func makeHub(t *testing.T, cfg config.TransitGateway) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		_, err := NewTransitGateway(ctx, "hub", hubArgs(localScope(), cfg))
		return err
	})
}

// attachVPC makes a hub in its account and attaches VPC "main" of another account to it.
func attachVPC(t *testing.T, cfg config.TransitGateway, vpcConfig config.VPC, segment string) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		provider, err := inHubAccount(ctx)
		if err != nil {
			return err
		}
		hub, err := NewTransitGateway(ctx, "hub", hubArgs(hubScope(), cfg), pulumi.Provider(provider))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: vpcConfig})
		if err != nil {
			return err
		}
		_, err = NewTransitGatewayAttachment(ctx, "main-transit", &TransitGatewayAttachmentArgs{
			Scope: testScope(), Segment: segment, Config: cfg, Vpc: vpc, NAT: vpcConfig.NAT != natNone,
			TransitGatewayID: hub.TransitGatewayID, RouteTableIDs: hub.RouteTableIDs, Hub: provider,
		})
		return err
	})
}

func TestTransitGatewayConnectsNothingByItself(t *testing.T) {
	t.Parallel()
	m := makeHub(t, testHub())
	require.Equal(t, map[string]int{
		"TransitGateway": 2 /* the component and the gateway */, "RouteTable": 3, "Route": 8,
		"ResourceShare": 1, "ResourceAssociation": 1, "PrincipalAssociation": 1,
	}, m.counts())
	require.Equal(t, object{
		"amazonSideAsn": 64512.0, "autoAcceptSharedAttachments": "disable", "defaultRouteTableAssociation": "disable",
		"defaultRouteTablePropagation": "disable", "description": "The hub of acme", "dnsSupport": "enable",
		"securityGroupReferencingSupport": "enable", "vpnEcmpSupport": "enable",
	}, m.inputs("hub-gateway"))
	require.Equal(t, object{"name": "acme-shared-hub", "allowExternalPrincipals": false}, m.inputs("hub-share"))
	require.Equal(t, object{"resourceShareArn": "<hub-share>", "resourceArn": "<hub-gateway.arn>"}, m.inputs("hub-share-gateway"))
	require.Equal(t, object{"resourceShareArn": "<hub-share>", "principal": organizationARN}, m.inputs("hub-share-with-organization"))
	require.Equal(t, object{
		"transitGatewayRouteTableId": "<hub-route-table-nonproduction>", "destinationCidrBlock": "10.32.0.0/12", "blackhole": true,
	}, m.inputs("hub-blackhole-nonproduction-production"))
}

func TestTransitGatewayOfOneAccount(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		args := hubArgs(localScope(), testHub())
		args.Principals = nil
		_, err := NewTransitGateway(ctx, "hub", args)
		return err
	})
	require.Zero(t, m.counts()["ResourceShare"], "nobody to share with")
}

func TestTransitGatewayVPN(t *testing.T) {
	t.Parallel()
	m := makeHub(t, connectedHub())
	require.Equal(t, object{"type": "ipsec.1", "bgpAsn": "65000", "ipAddress": "198.51.100.7"}, m.inputs("hub-customer-gateway-plant"))
	log := object{"cloudwatchLogOptions": object{
		"logEnabled": true, "logGroupArn": "<hub-tunnel-log-group-plant.arn>", "logOutputFormat": "json"}}
	require.Equal(t, object{
		"type": "ipsec.1", "customerGatewayId": "<hub-customer-gateway-plant>", "transitGatewayId": "<hub-gateway>",
		"staticRoutesOnly": true, "tunnel1LogOptions": log, "tunnel2LogOptions": log,
		"tunnel1IkeVersions": list("ikev2"), "tunnel2IkeVersions": list("ikev2"),
	}, m.inputs("hub-vpn-plant"), "both tunnels write their logs")
	require.Equal(t, "/aws/vendedlogs/vpn/acme-shared-hub-plant", m.get("hub-tunnel-log-group-plant").ID)
	attachment := m.get("hub-vpn-plant").Outputs["transitGatewayAttachmentId"].StringValue()
	require.Equal(t, object{
		"transitGatewayRouteTableId": "<hub-route-table-plant>", "transitGatewayAttachmentId": attachment,
	}, m.inputs("hub-vpn-association-plant"))
	require.Equal(t, object{
		"transitGatewayRouteTableId": "<hub-route-table-production>", "transitGatewayAttachmentId": attachment,
		"destinationCidrBlock": "192.168.0.0/16",
	}, m.inputs("hub-vpn-route-production-plant"))
}

func TestTransitGatewayFlowLogs(t *testing.T) {
	t.Parallel()
	hub := testHub()
	hub.FlowLogs = &config.TransitFlowLogs{Destination: "cloudwatch", RetentionDays: 365}
	m := makeHub(t, hub)
	require.Equal(t, object{
		"transitGatewayId": "<hub-gateway>", "maxAggregationInterval": 60.0, "logDestinationType": "cloud-watch-logs",
		"logDestination": "<hub-flow-log-group.arn>", "iamRoleArn": "<hub-flow-log-role.arn>",
	}, m.inputs("hub-flow-log"))
	require.Contains(t, m.needs("hub-flow-log"), "hub-flow-log-policy")
	require.Equal(t, 365.0, m.inputs("hub-flow-log-group")["retentionInDays"])

	hub.FlowLogs = &config.TransitFlowLogs{Destination: "s3"}
	m = run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		args := hubArgs(localScope(), hub)
		bucket, err := s3.NewBucketV2(ctx, "logs", &s3.BucketV2Args{Bucket: pulumi.String("acme-flow-logs")})
		if err != nil {
			return err
		}
		args.FlowLogBucketARN = bucket.Arn
		_, err = NewTransitGateway(ctx, "hub", args)
		return err
	})
	require.Equal(t, object{
		"transitGatewayId": "<hub-gateway>", "maxAggregationInterval": 60.0, "logDestinationType": "s3",
		"logDestination":     "<logs.arn>",
		"destinationOptions": object{"fileFormat": "parquet", "hiveCompatiblePartitions": true, "perHourPartition": true},
	}, m.inputs("hub-flow-log"))
}

func TestAttachmentOfAnotherAccount(t *testing.T) {
	t.Parallel()
	m := attachVPC(t, connectedHub(), fullVPC(), "production")
	require.Equal(t, object{
		"transitGatewayId": "<hub-gateway>", "vpcId": "<main-vpc>",
		"subnetIds":            list("<main-subnet-transit-a>", "<main-subnet-transit-b>", "<main-subnet-transit-c>"),
		"applianceModeSupport": "disable", "dnsSupport": "enable", "ipv6Support": "disable",
		"securityGroupReferencingSupport": "enable",
	}, m.inputs("main-transit-attachment"), "what only the owner may say of the gateway's defaults is left out")
	require.Equal(t, object{
		"transitGatewayAttachmentId":                 "<main-transit-accepter>",
		"transitGatewayDefaultRouteTableAssociation": false, "transitGatewayDefaultRouteTablePropagation": false,
	}, m.inputs("main-transit-accepter"), "it has the attachment's own id")
	require.Equal(t, "dev", m.tags("main-transit-accepter")["Environment"], "rights go by this tag")
	require.True(t, m.get("main-transit-accepter").RetainOnDelete, "the provider would delete the attachment from here")
	require.Equal(t, object{
		"transitGatewayAttachmentId": "<main-transit-accepter>", "transitGatewayRouteTableId": "<hub-route-table-production>",
	}, m.inputs("main-transit-association"))
	require.Equal(t, []string{"main-transit-propagation-infrastructure", "main-transit-propagation-plant"}, m.of("RouteTablePropagation"))
	require.Equal(t, object{
		"transitGatewayAttachmentId": "<main-transit-accepter>", "transitGatewayRouteTableId": "<hub-route-table-plant>",
	}, m.inputs("main-transit-propagation-plant"))
	routes := slices.DeleteFunc(m.of("Route"), func(name string) bool { return !strings.HasPrefix(name, "main-transit-") })
	var want []string
	for _, table := range []string{"data", "private-a", "private-b", "private-c", "public"} {
		for _, block := range []string{"infrastructure", "nonproduction", "plant", "production"} {
			want = append(want, "main-transit-route-"+table+"-"+block)
		}
	}
	require.Equal(t, want, routes, "a route for each block of ours: what is not reached is dropped at the hub")
	require.Equal(t, object{
		"routeTableId": "<main-route-table-private-a>", "destinationCidrBlock": "10.0.0.0/12", "transitGatewayId": "<hub-gateway>",
	}, m.inputs("main-transit-route-private-a-infrastructure"))
	for _, name := range []string{"accepter", "association", "propagation-plant"} {
		require.Equal(t, "hub", m.get("main-transit-"+name).Provider.Name(), "%s is the hub's owner's", name)
	}
	require.Empty(t, m.get("main-transit-attachment").Provider, "the VPC's own account attaches")
}

// TestAttachmentOrder: no route is there before the hub's side is whole, and none outlives it.
func TestAttachmentOrder(t *testing.T) {
	t.Parallel()
	m := attachVPC(t, connectedHub(), fullVPC(), "production")
	joined := []string{
		"main-transit-attachment", "main-transit-accepter", "main-transit-association",
		"main-transit-propagation-infrastructure", "main-transit-propagation-plant",
	}
	for _, name := range m.of("Route") {
		if strings.HasPrefix(name, "main-transit-") {
			require.Subset(t, m.needs(name), joined, name)
		}
	}
	for _, name := range joined[2:] {
		require.Contains(t, m.needs(name), "main-transit-accepter", name)
	}
	require.Contains(t, m.needs("main-transit-accepter"), "main-transit-attachment")
	require.True(t, m.get("main-transit-association").DeleteBeforeReplace, "an attachment has one table")
	require.True(t, m.get("main-transit-attachment").DeleteBeforeReplace, "a VPC has one attachment")
}

func TestAttachmentLeavesThroughTheHub(t *testing.T) {
	t.Parallel()
	m := attachVPC(t, connectedHub(), with(func(cfg *config.VPC) { cfg.NAT = natNone }), "nonproduction")
	require.Equal(t, object{
		"routeTableId": "<main-route-table-private-b>", "destinationCidrBlock": "0.0.0.0/0", "transitGatewayId": "<hub-gateway>",
	}, m.inputs("main-transit-route-private-b-internet"))
	require.NotContains(t, m.of("Route"), "main-transit-route-data-internet", "data has no way out")
	m = attachVPC(t, connectedHub(), fullVPC(), "nonproduction")
	require.NotContains(t, m.of("Route"), "main-transit-route-private-b-internet", "it has its own")
}

// TestAttachmentOfTheHubItself: nothing to accept, and the VPC is the way out of those who have none.
func TestAttachmentOfTheHubItself(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		hub, err := NewTransitGateway(ctx, "hub", hubArgs(localScope(), connectedHub()))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: localScope(), Config: fullVPC(), TransitPerZone: true})
		if err != nil {
			return err
		}
		_, err = NewTransitGatewayAttachment(ctx, "main-transit", &TransitGatewayAttachmentArgs{
			Scope: localScope(), Segment: "infrastructure", Config: connectedHub(), Vpc: vpc, NAT: true, Egress: true,
			TransitGatewayID: hub.TransitGatewayID, RouteTableIDs: hub.RouteTableIDs,
		})
		return err
	})
	require.Zero(t, m.counts()["VpcAttachmentAccepter"])
	attachment := m.inputs("main-transit-attachment")
	require.Equal(t, false, attachment["transitGatewayDefaultRouteTableAssociation"])
	require.Equal(t, false, attachment["transitGatewayDefaultRouteTablePropagation"])
	require.Equal(t, object{
		"transitGatewayRouteTableId": "<hub-route-table-nonproduction>", "destinationCidrBlock": "0.0.0.0/0",
		"transitGatewayAttachmentId": "<main-transit-attachment>",
	}, m.inputs("main-transit-egress-nonproduction"))
	for _, zone := range []string{"a", "b", "c"} {
		require.Equal(t, object{
			"routeTableId": "<main-route-table-transit-" + zone + ">", "destinationCidrBlock": "0.0.0.0/0",
			"natGatewayId": "<main-nat-" + zone + ">",
		}, m.inputs("main-route-transit-"+zone+"-internet"), "each zone leaves by its own gateway")
		require.Equal(t, "<main-route-table-transit-"+zone+">", m.input("main-association-transit-"+zone, "routeTableId"))
	}
	require.Equal(t, "10.16.0.0/12", m.input("main-transit-route-public-nonproduction", "destinationCidrBlock"), "the way back")
}

// TestAttachmentRights proves what the role of an environment may do in the hub's account, and what not.
func TestAttachmentRights(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		statements := AttachmentStatements(AttachmentAccess{
			Hub: hubScope(), Environment: "dev", Segments: []string{"nonproduction"}, Config: testHub(),
			RouteTableIDs: pulumi.StringMap{
				"infrastructure": pulumi.String("tgw-rtb-1"), "nonproduction": pulumi.String("tgw-rtb-2"),
				"production": pulumi.String("tgw-rtb-3"),
			},
		})
		document, err := iampolicy.Document(statements...)
		if err != nil {
			return err
		}
		_, err = iam.NewPolicy(ctx, "rights", &iam.PolicyArgs{Policy: document})
		return err
	})
	policy, err := authz.Parse(m.input("rights", "policy"))
	require.NoError(t, err)
	rights := authz.Policies{Identity: []authz.Policy{policy}}
	attachment := "arn:" + "aws:ec2:eu-west-1:" + testAccount + ":transit-gateway-attachment/tgw-attach-1"
	table := func(id string) string { return hubScope().ARN("ec2", "transit-gateway-route-table/"+id) }
	of := func(environment string) map[string][]string {
		return map[string][]string{"aws:ResourceTag/Environment": {environment}}
	}
	claim := func(wanted, there string) map[string][]string {
		context := map[string][]string{"aws:RequestTag/Environment": {wanted}, "aws:TagKeys": {"Environment", "Name"}}
		if there != "" {
			context["aws:ResourceTag/Environment"] = []string{there}
		}
		return context
	}
	for name, c := range map[string]struct {
		action, on string
		context    map[string][]string
		want       bool
	}{
		"accept":                         {"AcceptTransitGatewayVpcAttachment", attachment, nil, true},
		"claim what nobody has":          {"CreateTags", attachment, claim("dev", ""), true},
		"tag its own again":              {"CreateTags", attachment, claim("dev", "dev"), true},
		"associate with its segment":     {"AssociateTransitGatewayRouteTable", table("tgw-rtb-2"), nil, true},
		"associate its own attachment":   {"AssociateTransitGatewayRouteTable", attachment, of("dev"), true},
		"leave its segment":              {"DisassociateTransitGatewayRouteTable", table("tgw-rtb-2"), nil, true},
		"tell who reaches it":            {"EnableTransitGatewayRouteTablePropagation", table("tgw-rtb-1"), nil, true},
		"tell its own blocks":            {"EnableTransitGatewayRouteTablePropagation", attachment, of("dev"), true},
		"claim another's":                {"CreateTags", attachment, claim("dev", "staging"), false},
		"claim for another":              {"CreateTags", attachment, claim("prod", ""), false},
		"give its own away":              {"CreateTags", attachment, claim("prod", "dev"), false},
		"untag its environment":          {"DeleteTags", attachment, map[string][]string{"aws:ResourceTag/Environment": {"dev"}, "aws:TagKeys": {"Environment"}}, false},
		"associate with production":      {"AssociateTransitGatewayRouteTable", table("tgw-rtb-3"), nil, false},
		"associate with infrastructure":  {"AssociateTransitGatewayRouteTable", table("tgw-rtb-1"), nil, false},
		"associate another's attachment": {"AssociateTransitGatewayRouteTable", attachment, of("staging"), false},
		"associate what is unclaimed":    {"AssociateTransitGatewayRouteTable", attachment, nil, false},
		"disassociate another's":         {"DisassociateTransitGatewayRouteTable", attachment, of("prod"), false},
		"tell production":                {"EnableTransitGatewayRouteTablePropagation", table("tgw-rtb-3"), nil, false},
		"tell its own segment":           {"EnableTransitGatewayRouteTablePropagation", table("tgw-rtb-2"), nil, false},
		"silence another":                {"DisableTransitGatewayRouteTablePropagation", attachment, of("prod"), false},
		"route":                          {"CreateTransitGatewayRoute", table("tgw-rtb-2"), nil, false},
		"delete an attachment":           {"DeleteTransitGatewayVpcAttachment", attachment, of("dev"), false},
		"delete the gateway":             {"DeleteTransitGateway", hubScope().ARN("ec2", "transit-gateway/tgw-1"), nil, false},
		"touch the VPC routes of shared": {"CreateRoute", hubScope().ARN("ec2", "route-table/rtb-1"), nil, false},
	} {
		got := rights.Decide(authz.Request{
			Principal: authz.Principal{Account: hubAccount, ARN: "arn:" + "aws:sts::" + hubAccount + ":assumed-role/acme-dev-network/x"},
			Action:    "ec2:" + c.action, Resource: c.on, Context: c.context,
		})
		require.Equal(t, c.want, got.Allowed, "%s: %s", name, got.Reason)
	}
}
