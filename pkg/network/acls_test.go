package network

import (
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// entriesOf are a tier's entries in one line each: "in 100 allow tcp 443-443 10.0.0.0/8".
func entriesOf(cfg config.NetworkACL, ipv6 bool) map[string]aclEntry {
	entries := map[string]aclEntry{}
	for _, entry := range aclEntries(cfg, ipv6) {
		entries[entry.key] = entry
	}
	return entries
}

func TestACLEntries(t *testing.T) {
	t.Parallel()
	rules := map[string]config.NetworkACLRule{
		"postgres": {Number: 100, Direction: "ingress", Action: "allow", Protocol: "tcp", FromPort: 5432, CIDR: "10.16.0.0/16"},
		"out":      {Number: 100, Direction: "egress", Action: "deny", Protocol: "udp", FromPort: 53, ToPort: 54, CIDR: "8.8.8.0/24"},
	}
	for name, c := range map[string]struct {
		preset  string
		ipv6    bool
		in, out int
	}{
		"closed":          {"closed", false, 4, 2},
		"internal":        {"internal", false, 8, 1},
		"web":             {"web", false, 10, 1},
		"closed, IPv6":    {"closed", true, 8, 4},
		"internal, IPv6":  {"internal", true, 13, 2},
		"web, IPv6":       {"web", true, 17, 2},
		"closed and more": {"closed", false, 5, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config.NetworkACL{Preset: c.preset}
			if name == "closed and more" {
				cfg.Rules = rules
			}
			numbers := map[bool]map[int]bool{true: {}, false: {}}
			for _, entry := range aclEntries(cfg, c.ipv6) {
				require.False(t, numbers[entry.egress][entry.number], "%s: number %d is taken", entry.key, entry.number)
				numbers[entry.egress][entry.number] = true
				for _, port := range []int{22, 3389} {
					anybody := entry.block == anywhere || entry.block6 == anywhereIPv6
					open := entry.protocol == "all" || entry.from <= port && port <= entry.to
					require.False(t, !entry.egress && anybody && open, "%s lets anybody in on %d", entry.key, port)
				}
			}
			require.Len(t, numbers[false], c.in, "config counts them too (ownEntries)")
			require.Len(t, numbers[true], c.out)
		})
	}
	made := entriesOf(config.NetworkACL{Preset: "closed", Rules: rules}, false)
	require.Equal(t, aclEntry{
		key: "rule-postgres", number: 100, protocol: "tcp", from: 5432, to: 5432, block: "10.16.0.0/16",
	}, made["rule-postgres"])
	require.Equal(t, aclEntry{
		key: "rule-out", egress: true, number: 100, deny: true, protocol: "udp", from: 53, to: 54, block: "8.8.8.0/24",
	}, made["rule-out"])
	// A rule more moves no other.
	more := map[string]config.NetworkACLRule{"another": {Number: 50, Direction: "ingress", Action: "deny", Protocol: "all", CIDR: "192.0.2.0/24"}}
	for key, entry := range entriesOf(config.NetworkACL{Preset: "web", Rules: rules}, true) {
		more["postgres"], more["out"] = rules["postgres"], rules["out"]
		require.Equal(t, entry, entriesOf(config.NetworkACL{Preset: "web", Rules: more}, true)[key])
	}
}

func TestNetworkACLs(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(cfg *config.VPC) {
		cfg.IPv6 = true
		cfg.NetworkACLs = map[string]config.NetworkACL{
			Data: {Preset: "closed", Rules: map[string]config.NetworkACLRule{
				"postgres": {Number: 100, Direction: "ingress", Action: "allow", Protocol: "tcp", FromPort: 5432, CIDR: "10.16.0.0/16"},
				"ping":     {Number: 110, Direction: "ingress", Action: "allow", Protocol: "icmp", IPv6CIDR: "2001:db8::/32"},
				"nobody":   {Number: 120, Direction: "egress", Action: "deny", Protocol: "all", CIDR: "192.0.2.0/24"},
				"any-port": {Number: 130, Direction: "egress", Action: "allow", Protocol: "udp", CIDR: "10.0.0.0/8"},
			}},
			Private: {Preset: "internal"},
		}
	}))
	require.Equal(t, []string{"main-acl-data", "main-acl-private"}, m.of("NetworkAcl"))
	require.Equal(t, object{"vpcId": "<main-vpc>"}, m.inputs("main-acl-data"), "no inline entries, no inline subnets")
	require.Len(t, m.of("NetworkAclRule"), 12+4+15)
	require.Equal(t, []string{
		"main-acl-association-data-a", "main-acl-association-data-b", "main-acl-association-data-c",
		"main-acl-association-private-a", "main-acl-association-private-b", "main-acl-association-private-c",
	}, m.of("NetworkAclAssociation"))
	require.Equal(t, object{"networkAclId": "<main-acl-data>", "subnetId": "<main-subnet-data-b>"}, m.inputs("main-acl-association-data-b"))
	require.Contains(t, m.needs("main-acl-association-data-b"), "main-acl-data-answers-udp-high-ipv6", "nothing is cut off before the entries are there")
	rule := func(number int, egress bool, action, protocol string, more object) object {
		all := object{
			"networkAclId": "<main-acl-data>", "ruleNumber": float64(number), "egress": egress, "ruleAction": action, "protocol": protocol,
		}
		for key, value := range more {
			all[key] = value
		}
		return all
	}
	for name, want := range map[string]object{
		"rule-postgres":         rule(100, false, "allow", "tcp", object{"fromPort": 5432.0, "toPort": 5432.0, "cidrBlock": "10.16.0.0/16"}),
		"rule-ping":             rule(110, false, "allow", "58", object{"icmpType": -1.0, "icmpCode": -1.0, "ipv6CidrBlock": "2001:db8::/32"}),
		"rule-nobody":           rule(120, true, "deny", "-1", object{"fromPort": 0.0, "toPort": 0.0, "cidrBlock": "192.0.2.0/24"}),
		"rule-any-port":         rule(130, true, "allow", "udp", object{"fromPort": 0.0, "toPort": 65535.0, "cidrBlock": "10.0.0.0/8"}),
		"answers-tcp":           rule(20200, false, "allow", "tcp", object{"fromPort": 1024.0, "toPort": 3388.0, "cidrBlock": "0.0.0.0/0"}),
		"answers-tcp-high-ipv6": rule(20251, false, "allow", "tcp", object{"fromPort": 3390.0, "toPort": 65535.0, "ipv6CidrBlock": "::/0"}),
		"answers-out-tcp":       rule(20200, true, "allow", "tcp", object{"fromPort": 1024.0, "toPort": 65535.0, "cidrBlock": "0.0.0.0/0"}),
	} {
		require.Equal(t, want, m.inputs("main-acl-data-"+name), name)
	}
	inside := m.inputs("main-acl-private-preset-inside-ipv6")
	require.NotEmpty(t, inside["ipv6CidrBlock"], "the VPC's own block")
	require.Equal(t, 20150.0, inside["ruleNumber"])
}
