package network

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// inspectedHub has a firewall between segments, and a way out past it.
func inspectedHub() config.TransitGateway {
	hub := connectedHub()
	hub.Inspection = &config.TransitInspection{VPC: "wall", LogRetentionDays: 365}
	return hub
}

func makeInspection(t *testing.T) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		hub, err := NewTransitGateway(ctx, "hub", hubArgs(localScope(), inspectedHub()))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "wall", &VpcArgs{Scope: localScope(), TransitPerZone: true, Config: config.VPC{
			CIDR: "10.4.0.0/16", Zones: []string{"a", "b"}, Tiers: []string{Data, Transit}, Layout: roomy, NAT: natNone,
		}})
		if err != nil {
			return err
		}
		_, err = NewTransitInspection(ctx, "inspection", &TransitInspectionArgs{
			Scope: localScope(), Config: inspectedHub(), Vpc: vpc,
			TransitGatewayID: hub.TransitGatewayID, RouteTableIDs: hub.RouteTableIDs,
		})
		return err
	})
}

func TestInspectionPlan(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"infrastructure", "inspection", "nonproduction", "plant", "production"}, TransitTables(inspectedHub()))
	require.Equal(t, []string{"inspection", "plant"}, PropagatesInto(inspectedHub(), "production"), "segments learn of nobody")
	require.Equal(t, map[string]string{
		"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12", "plant": "192.168.0.0/16",
		"private-10": "10.0.0.0/8", "private-172": "172.16.0.0/12",
	}, blackholes(inspectedHub(), "inspection"), "what no VPC has does not leave")
	require.Equal(t, `pass ip 10.0.0.0/12 any -> 10.16.0.0/12 any (msg:"infrastructure to nonproduction"; sid:1; rev:1;)
pass ip 10.0.0.0/12 any -> 10.32.0.0/12 any (msg:"infrastructure to production"; sid:2; rev:1;)
pass ip 10.16.0.0/12 any -> 10.0.0.0/12 any (msg:"nonproduction to infrastructure"; sid:3; rev:1;)
pass ip 10.16.0.0/12 any -> ![10.0.0.0/8,172.16.0.0/12,192.168.0.0/16] any (msg:"nonproduction to internet"; sid:4; rev:1;)
pass ip 10.32.0.0/12 any -> 10.0.0.0/12 any (msg:"production to infrastructure"; sid:5; rev:1;)`, inspectionRules(inspectedHub()))
}

func TestInspection(t *testing.T) {
	t.Parallel()
	m := makeInspection(t)
	require.Equal(t, "enable", m.input("inspection-attachment", "applianceModeSupport"))
	require.Equal(t, object{
		"transitGatewayAttachmentId": "<inspection-attachment>", "transitGatewayRouteTableId": "<hub-route-table-inspection>",
	}, m.inputs("inspection-association"))
	firewall := m.inputs("inspection-firewall")
	require.Equal(t, list(object{"subnetId": "<wall-subnet-data-a>"}, object{"subnetId": "<wall-subnet-data-b>"}), firewall["subnetMappings"])
	policy, ok := m.inputs("inspection-policy")["firewallPolicy"].(object)
	require.True(t, ok)
	require.Equal(t, list("aws:drop_strict", "aws:alert_strict"), policy["statefulDefaultActions"], "what no rule lets pass is dropped")

	endpoints := m.get("inspection-firewall").Outputs["firewallStatuses"].ArrayValue()[0].ObjectValue()["syncStates"].ArrayValue()
	require.Len(t, endpoints, 2)
	for _, state := range endpoints {
		zone := state.ObjectValue()["availabilityZone"].StringValue()
		letter := zone[len(zone)-1:]
		require.Equal(t, object{
			"routeTableId": "<wall-route-table-transit-" + letter + ">", "destinationCidrBlock": "0.0.0.0/0",
			"vpcEndpointId": state.ObjectValue()["attachments"].ArrayValue()[0].ObjectValue()["endpointId"].StringValue(),
		}, m.inputs("inspection-route-transit-"+letter), "each zone by its own firewall endpoint")
	}
	require.Equal(t, object{
		"routeTableId": "<wall-route-table-data>", "destinationCidrBlock": "0.0.0.0/0", "transitGatewayId": "<hub-gateway>",
	}, m.inputs("inspection-route-data"))
	for name, block := range map[string]string{
		"infrastructure-nonproduction": "10.16.0.0/12", "infrastructure-production": "10.32.0.0/12",
		"nonproduction-infrastructure": "10.0.0.0/12", "nonproduction-internet": "0.0.0.0/0", "production-infrastructure": "10.0.0.0/12",
	} {
		require.Equal(t, block, m.input("inspection-lead-"+name, "destinationCidrBlock"), name)
		require.Subset(t, m.needs("inspection-lead-"+name), []string{
			"inspection-association", "inspection-logging", "inspection-route-data", "inspection-route-transit-a",
		}, "nothing is led here before the firewall stands: "+name)
	}
	require.Equal(t, map[string]int{
		"RuleGroup": 1, "FirewallPolicy": 1, "Firewall": 1, "LoggingConfiguration": 1,
	}, map[string]int{
		"RuleGroup": m.counts()["RuleGroup"], "FirewallPolicy": m.counts()["FirewallPolicy"], "Firewall": m.counts()["Firewall"],
		"LoggingConfiguration": m.counts()["LoggingConfiguration"],
	})
}

// TestTheWayOutIsInspected: past the firewall, then out.
func TestTheWayOutIsInspected(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		hub, err := NewTransitGateway(ctx, "hub", hubArgs(localScope(), inspectedHub()))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: localScope(), Config: fullVPC(), TransitPerZone: true})
		if err != nil {
			return err
		}
		_, err = NewTransitGatewayAttachment(ctx, "main-transit", &TransitGatewayAttachmentArgs{
			Scope: localScope(), Segment: "infrastructure", Config: inspectedHub(), Vpc: vpc, NAT: true, Egress: true,
			TransitGatewayID: hub.TransitGatewayID, RouteTableIDs: hub.RouteTableIDs,
		})
		return err
	})
	require.Equal(t, "<hub-route-table-inspection>", m.input("main-transit-egress-inspection", "transitGatewayRouteTableId"))
	require.Equal(t, []string{"main-transit-propagation-inspection"}, m.of("RouteTablePropagation"))
}
