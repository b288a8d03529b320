package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/cli"
	"aws-platform/pkg/config"
	"aws-platform/pkg/guard"
)

// TestControlsHold judges all that the five stacks register by every control.
func TestControlsHold(t *testing.T) {
	t.Parallel()
	made, err := composePlatform()
	require.NoError(t, err)
	exempt, err := guard.LoadExemptions(".", today)
	require.NoError(t, err)
	judged(t, made, exempt)
}

// TestControlsHoldForOptions judges what the stacks may turn on besides: a VPN, a firewall, a resolver, signed zones.
func TestControlsHoldForOptions(t *testing.T) {
	t.Parallel()
	w := projectOf(t)
	w.edit("shared",
		"offices: { cidr: 192.168.0.0/16 }", `offices:
        cidr: 192.168.0.0/16
        reaches: [production]
        vpn: { address: 198.51.100.7, asn: 65000, logRetentionDays: 365 }
    inspection: { vpc: inspection, logRetentionDays: 365 }
    flowLogs: { destination: s3 }`,
		"  aws-platform:vpcs:\n", `  aws-platform:vpcs:
    inspection: { cidr: 10.4.0.0/16, zones: [a, b, c], tiers: [data, transit], nat: none }
`,
		"private: { domain: shared.acme.internal, vpc: hub }", `private: { domain: shared.acme.internal, vpc: hub }
    resolver:
      vpc: hub
      rules: { corp: { domain: corp.example, targets: [192.168.0.53] } }`,
		"queryLogs: { retentionDays: 365 }", "queryLogs: { retentionDays: 365 }\n      dnssec: { publish: false }")
	w.edit("prod", "      zones: [a, b, c]\n", `      zones: [a, b, c]
      ipv6: true
      networkAcls: { public: { preset: web }, private: { preset: internal }, data: { preset: closed } }
      paths: { web: { from: internet, to: endpoint:sts, protocol: tcp, port: 443 } }
`)
	stacks, err := config.LoadAll(w.root, today)
	require.NoError(t, err)
	made, err := cli.Compose(stacks, outputs(w.root))
	require.NoError(t, err)
	report := judged(t, made, nil)
	for _, tally := range report.Tallies("shared", "prod") {
		if slices.Contains([]string{"EC2.16", "EC2.21", "EC2.171", "EC2.183", "NetworkFirewall.10"}, tally.Control.ID) {
			require.Positive(t, tally.Checked, "%s: the option is not there", tally.Control.ID)
		}
	}
}

// judged demands that every control holds for what is composed, and that no exemption is left over.
func judged(t *testing.T, made *cli.Composition, exempt []guard.Exemption) guard.Report {
	t.Helper()
	report := guard.Check(guard.Input{Whole: true, Stacks: made.Guarded(), Exemptions: exempt, Today: today})
	for _, finding := range report.Findings {
		t.Error(finding)
	}
	for _, line := range report.Stale {
		t.Error(line)
	}
	require.Empty(t, report.Undecided, "the model knows every value")
	return report
}
