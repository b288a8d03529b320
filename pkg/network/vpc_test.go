package network

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

func TestVpcOfEveryTier(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	require.Equal(t, map[string]int{
		"Vpc": 2 /* the component and the VPC itself */, "DefaultSecurityGroup": 1, "DefaultRouteTable": 1,
		"DefaultNetworkAcl": 1, "Subnet": 12, "InternetGateway": 1, "RouteTable": 6, "RouteTableAssociation": 12,
		"Route": 4, "Eip": 3, "NatGateway": 3, "VpcEndpoint": 2,
	}, m.counts())
	require.Equal(t, object{
		"cidrBlock": "10.16.0.0/16", "enableDnsSupport": true, "enableDnsHostnames": true,
	}, m.inputs("main-vpc"))
	for name, block := range map[string]string{
		"public-a": "10.16.152.0/22", "public-b": "10.16.156.0/22", "public-c": "10.16.160.0/22",
		"private-a": "10.16.0.0/19", "private-b": "10.16.32.0/19", "private-c": "10.16.64.0/19",
		"data-a": "10.16.128.0/22", "data-b": "10.16.132.0/22", "data-c": "10.16.136.0/22",
		"transit-a": "10.16.176.0/28", "transit-b": "10.16.176.16/28", "transit-c": "10.16.176.32/28",
	} {
		require.Equal(t, object{
			"vpcId": "<main-vpc>", "cidrBlock": block, "mapPublicIpOnLaunch": false,
			"availabilityZone": "eu-west-1" + name[len(name)-1:],
		}, m.inputs("main-subnet-"+name), name)
		table := strings.Split(name, "-")[0]
		if table == Private {
			table = name
		}
		require.Equal(t, object{
			"subnetId": "<main-subnet-" + name + ">", "routeTableId": "<main-route-table-" + table + ">",
		}, m.inputs("main-association-"+name), name)
	}
}

func TestVpcAdoptsTheDefaults(t *testing.T) {
	t.Parallel()
	rule := func(number float64, block, value string) object {
		return object{
			"ruleNo": number, "action": "allow", "protocol": "-1", "fromPort": 0.0, "toPort": 0.0, block: value,
		}
	}
	ipv4, ipv6 := rule(100, "cidrBlock", "0.0.0.0/0"), rule(101, "ipv6CidrBlock", "::/0")
	for name, c := range map[string]struct {
		ipv6  bool
		rules []any
	}{
		"IPv4":       {false, list(ipv4)},
		"dual stack": {true, list(ipv4, ipv6)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := makeVPC(t, with(func(cfg *config.VPC) { cfg.IPv6 = c.ipv6 }))
			vpc := m.get("main-vpc").Outputs
			require.Equal(t, object{"vpcId": "<main-vpc>", "ingress": []any{}, "egress": []any{}},
				m.inputs("main-default-security-group"), "no rule, and said so")
			table := m.get("main-default-route-table").Inputs
			require.Equal(t, vpc["defaultRouteTableId"], table["defaultRouteTableId"])
			require.Equal(t, []any{}, m.inputs("main-default-route-table")["routes"], "no route, and said so")
			acl := m.get("main-default-network-acl")
			require.Equal(t, vpc["defaultNetworkAclId"], acl.Inputs["defaultNetworkAclId"])
			require.Equal(t, c.rules, m.inputs(acl.Name)["ingress"])
			require.Equal(t, c.rules, m.inputs(acl.Name)["egress"])
			require.Equal(t, []string{"subnetIds"}, acl.IgnoreChanges)
		})
	}
}

func TestVpcDHCP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dhcp config.DHCP
		want object
	}{
		"a domain": {config.DHCP{DomainName: "dev.acme.internal"}, object{
			"domainName": "dev.acme.internal", "domainNameServers": list("AmazonProvidedDNS"),
		}},
		"servers": {config.DHCP{NameServers: []string{"10.3.0.2", "10.3.0.3"}, NTPServers: []string{"169.254.169.123"}}, object{
			"domainNameServers": list("10.3.0.2", "10.3.0.3"), "ntpServers": list("169.254.169.123"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := makeVPC(t, with(func(cfg *config.VPC) { cfg.DHCP = &c.dhcp }))
			require.Equal(t, c.want, m.inputs("main-dhcp"))
			require.Equal(t, object{"vpcId": "<main-vpc>", "dhcpOptionsId": "<main-dhcp>"}, m.inputs("main-dhcp-association"))
		})
	}
}

func TestVpcFromIPAM(t *testing.T) {
	t.Parallel()
	cfg := with(func(c *config.VPC) {
		c.CIDR, c.IPAM = "", &config.IPAM{PoolID: "ipam-pool-0123456789abcdef0", NetmaskLength: 16}
	})
	m := makeArgs(t, sim.MockOptions{Preview: true}, VpcArgs{Scope: testScope(), Config: cfg})
	require.Equal(t, object{
		"ipv4IpamPoolId": "ipam-pool-0123456789abcdef0", "ipv4NetmaskLength": 16.0,
		"enableDnsSupport": true, "enableDnsHostnames": true,
	}, m.inputs("main-vpc"))
	require.Len(t, m.of("Subnet"), 12)
	for _, name := range m.of("Subnet") {
		require.True(t, m.get(name).Inputs["cidrBlock"].IsComputed(), "%s: known only when AWS gave the block", name)
	}
}

func TestVpcSecondaryBlocks(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(c *config.VPC) {
		c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
	}))
	require.Equal(t, object{"vpcId": "<main-vpc>", "cidrBlock": "100.64.0.0/16"}, m.inputs("main-cidr-pods"))
	for zone, block := range map[string]string{"a": "100.64.0.0/19", "b": "100.64.32.0/19", "c": "100.64.64.0/19"} {
		name := "main-subnet-pods-" + zone
		require.Equal(t, block, m.input(name, "cidrBlock"))
		require.Equal(t, "<main-vpc>", m.input(name, "vpcId"))
		require.Equal(t, []string{"main-cidr-pods"}, m.needs(name), "AWS refuses the subnet before the block is there")
		require.Equal(t, "<main-route-table-private-"+zone+">", m.input("main-association-pods-"+zone, "routeTableId"))
	}
}

func TestVpcIPv6(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(c *config.VPC) {
		c.IPv6 = true
		c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
	}))
	require.Equal(t, true, m.inputs("main-vpc")["assignGeneratedIpv6CidrBlock"])
	vpc := m.get("main-vpc").Outputs["ipv6CidrBlock"].StringValue()
	start, _ := strings.CutSuffix(vpc, "00::/56")
	for name, network := range map[string]string{
		"public-a": "00", "public-c": "02", "private-a": "08", "data-b": "11", "transit-c": "1a",
	} {
		subnet := m.inputs("main-subnet-" + name)
		require.Equal(t, start+network+"::/64", subnet["ipv6CidrBlock"], name)
		require.Equal(t, true, subnet["assignIpv6AddressOnCreation"], name)
	}
	require.NotContains(t, m.inputs("main-subnet-pods-a"), "ipv6CidrBlock")
	require.NotContains(t, m.inputs("main-subnet-pods-a"), "assignIpv6AddressOnCreation")
}

func TestVpcClusterTags(t *testing.T) {
	t.Parallel()
	const discovery, elb, internal = "karpenter.sh/discovery", "kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"
	for name, c := range map[string]struct {
		clusters        []string
		public, private object
	}{
		"none": {nil, object{}, object{}},
		"one": {
			[]string{"blue"},
			object{elb: "1", "kubernetes.io/cluster/blue": "shared"},
			object{internal: "1", discovery: "blue", "kubernetes.io/cluster/blue": "shared"},
		},
		"several": {
			[]string{"blue", "green"},
			object{elb: "1", "kubernetes.io/cluster/blue": "shared", "kubernetes.io/cluster/green": "shared"},
			object{internal: "1", "kubernetes.io/cluster/blue": "shared", "kubernetes.io/cluster/green": "shared"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := makeVPC(t, with(func(cfg *config.VPC) {
				cfg.Clusters = c.clusters
				cfg.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
			}))
			want := map[string]object{Public: c.public, Private: c.private, Data: {}, Transit: {}, "pods": {}}
			for _, subnet := range m.of("Subnet") {
				got := object{}
				for key, value := range m.tags(subnet) {
					if strings.Contains(key, "kubernetes.io") || strings.Contains(key, "karpenter") {
						got[key] = value
					}
				}
				require.Equal(t, want[strings.Split(subnet, "-")[2]], got, subnet)
			}
		})
	}
}

func TestVpcTags(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	require.Equal(t, object{
		"Name": "acme-dev-main-private-a", "Component": "network", "Environment": "dev", "Project": "aws-platform",
		"Owner": "net@acme.example", "CostCenter": "cc-1", "ManagedBy": "pulumi",
	}, m.tags("main-subnet-private-a"))
	without := map[string]bool{"RouteTableAssociation": true, "Route": true}
	for _, r := range m.all {
		if kind := r.Type[strings.LastIndex(r.Type, ":")+1:]; r.Custom && !without[kind] {
			require.Contains(t, m.tags(r.Name), "Name", r.Name)
		}
	}
}

func TestVpcProtect(t *testing.T) {
	t.Parallel()
	cfg := with(func(c *config.VPC) {
		c.FlowLogs = &config.FlowLogs{Destination: "s3", RetentionDays: 30, AggregationSeconds: 600}
	})
	for _, protect := range []bool{false, true} {
		m := makeArgs(t, sim.MockOptions{}, VpcArgs{Scope: testScope(), Config: cfg, Protect: protect})
		kept := []string{"main-vpc", "main-flow-log-key", "main-flow-log-bucket"}
		kept = append(append(kept, m.of("Subnet")...), m.of("Eip")...)
		for _, r := range m.all {
			require.Equal(t, protect && slices.Contains(kept, r.Name), r.Protect, r.Name)
		}
	}
}

// richVPC has something of everything.
func richVPC() config.VPC {
	return with(func(c *config.VPC) {
		c.InterfaceEndpoints, c.IPv6 = []string{"sts", "ecr.api"}, true
		c.DHCP = &config.DHCP{DomainName: "dev.acme.internal"}
		c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
		c.FlowLogs = &config.FlowLogs{Destination: "cloudwatch", RetentionDays: 30, AggregationSeconds: 600}
	})
}

func TestVpcIsTheParentOfAll(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, richVPC())
	component := m.get("main")
	require.Equal(t, "aws-platform:network:Vpc", component.Type)
	for _, r := range m.all {
		if r.Name != "main" {
			require.Equal(t, component.URN, r.Parent, r.Name)
			require.True(t, strings.HasPrefix(r.Name, "main-"), r.Name)
		}
	}
}

func TestVpcNamesDoNotMove(t *testing.T) {
	t.Parallel()
	before := makeVPC(t, richVPC())

	sorted := richVPC()
	sorted.Zones, sorted.Tiers = []string{"c", "a", "b"}, []string{Transit, Data, Private, Public}
	sorted.InterfaceEndpoints = []string{"ecr.api", "sts"}
	require.Equal(t, before.manifest(), makeVPC(t, sorted).manifest(), "order says nothing")

	less := richVPC()
	less.Zones = []string{"a", "c"}
	grown := before
	before = makeVPC(t, less)
	var added []string
	for _, name := range grown.names() {
		if !slices.Contains(before.names(), name) {
			added = append(added, name)
		}
	}
	require.Subset(t, grown.names(), before.names())
	require.Equal(t, []string{
		"aws:ec2/eip:Eip main-nat-address-b",
		"aws:ec2/natGateway:NatGateway main-nat-b",
		"aws:ec2/route:Route main-route-private-b-internet",
		"aws:ec2/route:Route main-route-private-b-internet-ipv6",
		"aws:ec2/routeTable:RouteTable main-route-table-private-b",
		"aws:ec2/routeTableAssociation:RouteTableAssociation main-association-data-b",
		"aws:ec2/routeTableAssociation:RouteTableAssociation main-association-pods-b",
		"aws:ec2/routeTableAssociation:RouteTableAssociation main-association-private-b",
		"aws:ec2/routeTableAssociation:RouteTableAssociation main-association-public-b",
		"aws:ec2/routeTableAssociation:RouteTableAssociation main-association-transit-b",
		"aws:ec2/subnet:Subnet main-subnet-data-b",
		"aws:ec2/subnet:Subnet main-subnet-pods-b",
		"aws:ec2/subnet:Subnet main-subnet-private-b",
		"aws:ec2/subnet:Subnet main-subnet-public-b",
		"aws:ec2/subnet:Subnet main-subnet-transit-b",
	}, added)
	after := grown.manifest()
	for name, inputs := range before.manifest() {
		if !strings.Contains(name, "VpcEndpoint") { // these gain a table or a subnet, in place
			require.Equal(t, inputs, after[name], name)
		}
	}
}

func TestTwoVpcsInOneProgram(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		for name, cidr := range map[string]string{"main": "10.16.0.0/16", "edge": "10.17.0.0/16"} {
			cfg := richVPC()
			cfg.CIDR, cfg.NAT = cidr, natSingle
			if _, err := NewVpc(ctx, name, &VpcArgs{Scope: testScope(), Config: cfg}); err != nil {
				return err
			}
		}
		return nil
	})
	seen := map[resource.URN]bool{}
	for _, r := range m.all {
		require.False(t, seen[r.URN], "%s twice", r.URN)
		seen[r.URN] = true
	}
	require.Len(t, m.of("Subnet"), 30)
	require.Len(t, m.of("FlowLog"), 2)
}

// TestVpcElsewhere makes a VPC in another partition: none of its documents names the ordinary one.
func TestVpcElsewhere(t *testing.T) {
	t.Parallel()
	for _, destination := range []string{"cloudwatch", "s3"} {
		t.Run(destination, func(t *testing.T) {
			t.Parallel()
			scope, cfg := testScope(), richVPC()
			scope.Region, scope.Partition = "cn-north-1", "aws-cn"
			cfg.Zones, cfg.FlowLogs.Destination = []string{"a", "b"}, destination
			m := makeArgs(t, sim.MockOptions{Region: "cn-north-1"}, VpcArgs{Scope: scope, Config: cfg})
			for _, r := range m.all {
				inputs := fmt.Sprint(r.Inputs.Mappable())
				require.NotContains(t, inputs, "arn:"+"aws:", r.Name)
				require.NotContains(t, inputs, "eu-west-1", r.Name)
			}
		})
	}
}

func TestVpcOutputs(t *testing.T) {
	t.Parallel()
	got := map[string]any{}
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(c *config.VPC) {
			c.Zones, c.Tiers, c.InterfaceEndpoints = []string{"a", "b"}, []string{Public, Private}, []string{"sts"}
			c.NAT = natSingle
		})})
		if err != nil {
			return err
		}
		pulumi.All(vpc.VpcID, vpc.CidrBlock, vpc.SubnetIDs, vpc.SubnetCidrs, vpc.RouteTableIDs, vpc.NatPublicIPs,
			vpc.EndpointSecurityGroupID, vpc.FlowLogDestination).ApplyT(func(values []any) error {
			for i, name := range []string{"vpc", "cidr", "subnets", "cidrs", "tables", "addresses", "group", "logs"} {
				got[name] = values[i]
			}
			return nil
		})
		return nil
	})
	type text = map[string]string
	id := func(name string) string { return m.get(name).ID }
	require.Equal(t, map[string]any{
		"vpc": id("main-vpc"), "cidr": "10.16.0.0/16",
		"subnets": map[string]text{
			Public:  {"a": id("main-subnet-public-a"), "b": id("main-subnet-public-b")},
			Private: {"a": id("main-subnet-private-a"), "b": id("main-subnet-private-b")},
		},
		"cidrs": map[string]text{
			Public:  {"a": "10.16.152.0/22", "b": "10.16.156.0/22"},
			Private: {"a": "10.16.0.0/19", "b": "10.16.32.0/19"},
		},
		"tables": text{
			"public": id("main-route-table-public"), "private-a": id("main-route-table-private-a"),
			"private-b": id("main-route-table-private-b"),
		},
		"addresses": text{"a": m.get("main-nat-address-a").Outputs["publicIp"].StringValue()},
		"group":     id("main-endpoints"), "logs": "",
	}, got)
}

func TestVpcRefusesBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	mocks := sim.NewMocks(sim.MockOptions{})
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(c *config.VPC) { c.NAT = "two" })})
		return err
	}, pulumi.WithMocks("aws-platform", "dev", mocks))
	require.ErrorContains(t, err, `VPC "main": nat "two": use none, single or perZone`)
	require.Empty(t, mocks.Registrations())
}
