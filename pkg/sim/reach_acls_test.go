package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// aclActs give a subnet of a VPC an ACL with entries.
func aclActs(vpc, subnet string, entries ...props) []act {
	made := []act{
		{token: "aws:ec2/networkAcl:NetworkAcl", name: "acl", inputs: props{"vpcId": "$" + vpc}},
		{token: typeACLAssociation, name: "acl-join", inputs: props{"networkAclId": "$acl", "subnetId": "$" + subnet}},
	}
	for i, entry := range entries {
		inputs := props{"networkAclId": "$acl", "ruleNumber": 100 + i, "protocol": "-1", "ruleAction": "allow", "cidrBlock": "0.0.0.0/0"}
		for key, value := range entry {
			inputs[key] = value
		}
		made = append(made, act{token: typeACLRule, name: "acl-" + string(rune('a'+i)), inputs: inputs})
	}
	return made
}

func TestReachAsksNetworkACLs(t *testing.T) {
	t.Parallel()
	in, out := props{}, props{"egress": true}
	ports := func(egress bool, from, to int) props {
		return props{"egress": egress, "protocol": "6", "fromPort": from, "toPort": to}
	}
	answers := func(egress bool) props { return ports(egress, 1024, 65535) }
	host := func(vpc string) Endpoint { return Endpoint{Subnet: "$" + vpc + "-host"} }
	const dev, hub = "10.16.1.4", "10.3.1.4"
	for name, c := range map[string]struct {
		world    []act
		acl      []act
		foreign  bool
		from, to Endpoint
		reason   string
	}{
		"everything passes":      {acl: aclActs("h", "h-host", in, out), from: host("d"), to: host("h")},
		"nothing comes in":       {acl: aclActs("h", "h-host", out), from: host("d"), to: host("h"), reason: "network ACL $acl$ does not let traffic from " + dev + " port 443 of tcp pass in $h-host$"},
		"no answer goes out":     {acl: aclActs("h", "h-host", in), from: host("d"), to: host("h"), reason: "no way back: network ACL $acl$ does not let traffic to " + dev + " port 50000 of tcp pass in $h-host$"},
		"answers go out":         {acl: aclActs("h", "h-host", ports(false, 443, 443), answers(true)), from: host("d"), to: host("h")},
		"another port":           {acl: aclActs("h", "h-host", ports(false, 443, 443), answers(true)), from: host("d"), to: Endpoint{Subnet: "$h-host", Port: 22}, reason: "network ACL $acl$ does not let traffic from " + dev + " port 22 of tcp pass in $h-host$"},
		"another protocol":       {acl: aclActs("h", "h-host", ports(false, 443, 443), answers(true)), from: host("d"), to: Endpoint{Subnet: "$h-host", Protocol: "udp"}, reason: "network ACL $acl$ does not let traffic from " + dev + " port 443 of udp pass in $h-host$"},
		"the first one decides":  {acl: aclActs("h", "h-host", props{"ruleAction": "deny", "cidrBlock": "10.16.0.0/12"}, in, out), from: host("d"), to: host("h"), reason: "network ACL $acl$ denies traffic from " + dev + " port 443 of tcp in $h-host$"},
		"a later one does not":   {acl: aclActs("h", "h-host", in, props{"ruleAction": "deny"}, out), from: host("d"), to: host("h")},
		"it cannot ask":          {acl: aclActs("d", "d-host", in), foreign: true, from: host("d"), to: host("h"), reason: "network ACL $acl$ does not let traffic to " + hub + " port 443 of tcp pass in $d-host$"},
		"no answer comes":        {acl: aclActs("d", "d-host", out), foreign: true, from: host("d"), to: host("h"), reason: "no way back: network ACL $acl$ does not let traffic from " + hub + " port 50000 of tcp pass in $d-host$"},
		"answers come":           {acl: aclActs("d", "d-host", answers(false), out), foreign: true, from: host("d"), to: host("h")},
		"the attachment's keeps": {acl: aclActs("d", "d-a", out), foreign: true, from: host("d"), to: host("h"), reason: "network ACL $acl$ does not let traffic from " + dev + " port 443 of tcp pass in $d-a$"},
		"the attachment's is not asked by the gateway": {acl: aclActs("h", "h-a", out, ports(false, 50000, 50000)), from: host("d"), to: host("h")},
		"NAT's keeps out":          {acl: aclActs("h", "h-public", out), from: host("h"), to: Endpoint{}, reason: "network ACL $acl$ does not let traffic from " + hub + " port 443 of tcp pass in $h-public$"},
		"NAT gets no answer":       {acl: aclActs("h", "h-public", ports(false, 443, 443), out), from: host("h"), to: Endpoint{}, reason: "no way back: network ACL $acl$ does not let traffic from 203.0.113.10 port 50000 of tcp pass in $h-public$"},
		"NAT gets answers":         {acl: aclActs("h", "h-public", ports(false, 443, 443), answers(false), out), from: host("h"), to: Endpoint{}},
		"the internet is kept out": {acl: aclActs("h", "h-public", answers(false), out), from: Endpoint{}, to: Endpoint{Subnet: "$h-public"}, reason: "network ACL $acl$ does not let traffic from 203.0.113.10 port 443 of tcp pass in $h-public$"},
		"the internet comes in":    {acl: aclActs("h", "h-public", ports(false, 443, 443), answers(true)), from: Endpoint{}, to: Endpoint{Subnet: "$h-public"}},
		"within a subnet":          {acl: aclActs("h", "h-host"), from: host("h"), to: Endpoint{Subnet: "$h-host", Address: "10.3.1.9"}},
		"within a VPC":             {acl: aclActs("h", "h-host", in), from: host("h"), to: Endpoint{Subnet: "$h-public"}, reason: "network ACL $acl$ does not let traffic to 10.3.2.4 port 443 of tcp pass in $h-host$"},
		"the adopted default one": {
			acl: []act{{token: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", name: "n", inputs: props{"defaultNetworkAclId": "$h.defaultNetworkAclId", "egress": []any{
				props{"ruleNo": 1, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"},
			}}}},
			from: host("d"), to: host("h"), reason: "network ACL $n$ does not let traffic from " + dev + " port 443 of tcp pass in $h-host$",
		},
		"one that names its subnets": {
			acl:  []act{{token: "aws:ec2/networkAcl:NetworkAcl", name: "n", inputs: props{"vpcId": "$h", "subnetIds": []any{"$h-host"}}}},
			from: host("d"), to: host("h"), reason: "network ACL $n$ does not let traffic from " + dev + " port 443 of tcp pass in $h-host$",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acl := c.acl
			if c.foreign {
				acl = member(acl...)
			}
			s := newStage(t, ruleCase{after: acts(reachWorld(), acl)}, "")
			path := s.reach(s.endpoint(c.from), s.endpoint(c.to))
			require.Equal(t, s.resolve(c.reason), path.Reason, "%v", path)
			require.Equal(t, c.reason == "", path.Reached)
		})
	}
}
