package guard

// transitControls are about transit gateways and VPNs.
func transitControls() []Control {
	return []Control{
		{
			ID: "EC2.23", Title: "Transit gateways accept no attachment by themselves", Standards: []string{fsbp},
			Types: tokens("ec2transitgateway/TransitGateway"),
			resource: expect(expectation{
				path: "autoAcceptSharedAttachments", ok: is("disable"), absent: true, fix: "set it to disable",
			}),
		},
		{
			ID: "EC2.51", Title: "Client VPN endpoints log connections", Standards: []string{fsbp},
			Types:    tokens("ec2clientvpn/Endpoint"),
			resource: expect(expectation{path: "connectionLogOptions.enabled", ok: is(true), fix: "set it to true, with a log group"}),
		},
		{
			ID: "EC2.171", Title: "VPN tunnels log", Standards: []string{fsbp}, Types: tokens("ec2/VpnConnection"),
			resource: expect(
				expectation{path: "tunnel1LogOptions.cloudwatchLogOptions.logEnabled", ok: is(true), fix: "set it to true, with a log group"},
				expectation{path: "tunnel2LogOptions.cloudwatchLogOptions.logEnabled", ok: is(true), fix: "set it to true, with a log group"},
			),
		},
		{
			ID: "EC2.183", Title: "VPN tunnels speak IKEv2 only", Standards: []string{fsbp}, Types: tokens("ec2/VpnConnection"),
			Source: "https://docs.aws.amazon.com/config/latest/developerguide/ec2-vpn-connection-ike-version-check.html",
			resource: expect(
				expectation{path: "tunnel1IkeVersions", ok: onlyIKEv2, fix: "use [ikev2]"},
				expectation{path: "tunnel2IkeVersions", ok: onlyIKEv2, fix: "use [ikev2]"},
			),
		},
	}
}

func onlyIKEv2(v any) bool {
	list, _ := v.([]any)
	return len(list) == 1 && list[0] == "ikev2"
}

// firewallControls are about AWS Network Firewall.
func firewallControls() []Control {
	handled := oneOfIn("aws:drop", "aws:forward_to_sfe")
	return []Control{
		{
			ID: "NetworkFirewall.1", Title: "Firewalls stand in more than one zone", Standards: []string{nist},
			Types: tokens("networkfirewall/Firewall"),
			resource: expect(expectation{
				path: "subnetMappings", ok: func(v any) bool { list, _ := v.([]any); return len(list) >= 2 }, fix: "give it a subnet in every zone",
			}),
		},
		{
			ID: "NetworkFirewall.2", Title: "Firewalls log", Standards: []string{fsbp}, Types: tokens("networkfirewall/Firewall"),
			resource: accompanied("networkfirewall/LoggingConfiguration", "firewallArn", "make a logging configuration with a destination",
				settings(expectation{path: "loggingConfiguration.logDestinationConfigs", ok: filled})),
		},
		{
			ID: "NetworkFirewall.3", Title: "Firewall policies have rules", Standards: []string{fsbp}, Types: tokens("networkfirewall/FirewallPolicy"),
			resource: hasRuleGroups,
		},
		{
			ID: "NetworkFirewall.4", Title: "Packets that no stateless rule matches are dropped or inspected", Standards: []string{fsbp},
			Types:    tokens("networkfirewall/FirewallPolicy"),
			resource: expect(expectation{path: "firewallPolicy.statelessDefaultActions", ok: handled, fix: "use aws:forward_to_sfe or aws:drop"}),
		},
		{
			ID: "NetworkFirewall.5", Title: "Fragments that no stateless rule matches are dropped or inspected", Standards: []string{fsbp},
			Types: tokens("networkfirewall/FirewallPolicy"),
			resource: expect(expectation{
				path: "firewallPolicy.statelessFragmentDefaultActions", ok: handled, fix: "use aws:forward_to_sfe or aws:drop",
			}),
		},
		{
			ID: "NetworkFirewall.6", Title: "Stateless rule groups have rules", Standards: []string{fsbp}, Types: tokens("networkfirewall/RuleGroup"),
			resource: func(c *subject) {
				if c.unknown("type") {
					c.wait("type")
				}
				if c.text("type") == "STATELESS" && !filled(c.one("rules")) {
					expect(expectation{
						path: "ruleGroup.rulesSource.statelessRulesAndCustomActions.statelessRules", ok: filled, fix: "give it rules, or remove it",
					})(c)
				}
			},
		},
		{
			ID: "NetworkFirewall.9", Title: "Firewalls are protected from deletion", Standards: []string{fsbp}, Types: tokens("networkfirewall/Firewall"),
			resource:   inProduction(expect(expectation{path: "deleteProtection", ok: is(true), fix: "set it to true"})),
			Exceptions: []string{notProduction},
		},
		{
			ID: "NetworkFirewall.10", Title: "Firewalls do not lose their subnets", Standards: []string{fsbp}, Types: tokens("networkfirewall/Firewall"),
			resource:   inProduction(expect(expectation{path: "subnetChangeProtection", ok: is(true), fix: "set it to true"})),
			Exceptions: []string{notProduction},
		},
	}
}

const notProduction = "Stacks that are not production: they are torn down and rebuilt."

// inProduction judges the resources of production stacks only.
func inProduction(check func(*subject)) func(*subject) {
	return func(c *subject) {
		if c.stack.Production {
			check(c)
		}
	}
}

func oneOfIn(good ...string) func(any) bool {
	return func(v any) bool {
		list, _ := v.([]any)
		for _, one := range list {
			if oneOf(good...)(one) {
				return true
			}
		}
		return false
	}
}

func hasRuleGroups(c *subject) {
	for _, path := range []string{
		"firewallPolicy.statefulRuleGroupReferences", "firewallPolicy.statelessRuleGroupReferences",
	} {
		switch list := c.one(path); {
		case isUnknown(list):
			c.wait(path)
			return
		case filled(list):
			return
		}
	}
	c.fail("firewallPolicy", "names no rule group", "reference at least one")
}
