package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// vpc is a stack file with one VPC of the given lines.
func vpc(lines ...string) string {
	return "config:\n  aws-platform:vpcs:\n    main:\n      " + strings.Join(lines, "\n      ") + "\n"
}

// numbered writes n entries.
func numbered(n int, format string) string {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(entries, ", ")
}

// What is just within a limit is accepted; what is just beyond is in testdata/faulty.
func TestLimitsAreWithin(t *testing.T) {
	t.Parallel()
	const zones = "zones: [a, b]"
	production := "config:\n  aws-platform:profile: production\n"
	for name, file := range map[string]string{
		"largest block":            vpc("cidr: 10.16.0.0/16", zones),
		"smallest block":           vpc("cidr: 10.16.16.0/20", zones),
		"blocks of each range":     vpc("cidr: 192.168.0.0/16", zones) + "    other: { cidr: 172.31.0.0/16, zones: [a, b] }\n",
		"beside taken ranges":      vpc("cidr: 172.16.0.0/16", zones) + "    other: { cidr: 172.18.0.0/16, zones: [a, b] }\n    last: { cidr: 10.101.0.0/16, zones: [a, b] }\n",
		"secondary blocks":         vpc("cidr: 10.16.0.0/16", zones, "secondaryCidrs: { a: { cidr: 100.64.0.0/16 }, b: { cidr: 100.127.255.0/24 }, c: { cidr: 10.17.0.0/16 }, d: { cidr: 10.0.0.0/24 } }"),
		"neighbours":               vpc("cidr: 10.16.0.0/20", zones) + "    other: { cidr: 10.16.16.0/20, zones: [a, b] }\n",
		"pools":                    vpc("ipam: { poolId: ipam-pool-0123456789abcdef0, netmaskLength: 20 }", zones) + "    other: { ipam: { poolId: ipam-pool-01234567, netmaskLength: 16 }, zones: [a, b] }\n",
		"subnets as large as may":  vpc("cidr: 10.16.0.0/16", zones, "layout: sequential", "subnetPrefix: 21"),
		"subnets as small as may":  vpc("cidr: 10.16.0.0/20", zones, "layout: sequential", "subnetPrefix: 28"),
		"subnets of a pool":        vpc("ipam: { poolId: ipam-pool-01234567, netmaskLength: 20 }", zones, "layout: sequential", "subnetPrefix: 25"),
		"sequential by default":    vpc("cidr: 10.16.0.0/20", zones, "layout: sequential"),
		"six zones":                "config:\n  aws-platform:account: { region: us-east-1 }\n" + strings.TrimPrefix(vpc("cidr: 10.16.0.0/16", "zones: [f, e, d, c, b, a]"), "config:\n"),
		"no way out":               vpc("cidr: 10.16.0.0/16", zones, "tiers: [data]", "nat: none") + "  aws-platform:baseline: { vpcBlockPublicAccess: bidirectional }\n",
		"closed to the inside":     vpc("cidr: 10.16.0.0/16", zones) + "  aws-platform:baseline: { vpcBlockPublicAccess: ingress }\n",
		"endpoints":                vpc("cidr: 10.16.0.0/16", zones, "interfaceEndpoints: ["+numbered(50, "x%d")+"]"),
		"endpoints of odd names":   vpc("cidr: 10.16.0.0/16", zones, "interfaceEndpoints: [ecr.api, eks-auth, git-codecommit-fips, s3express]"),
		"cluster of 100 letters":   vpc("cidr: 10.16.0.0/16", zones, "clusters: ["+strings.Repeat("c", 100)+", 1_-]"),
		"bucket of flow logs":      vpc("cidr: 10.16.0.0/16", zones, `flowLogs: { destination: s3, retentionDays: 3653, bucketArn: "arn:aws:s3:::logs.of-acme/vpc" }`),
		"dhcp":                     vpc("cidr: 10.16.0.0/16", zones, "dhcp: { domainName: dev.acme.internal, nameServers: [10.16.0.2, 10.0.0.1, 10.0.0.2, 10.0.0.3], ntpServers: [169.254.169.123] }"),
		"longest domain":           vpc("cidr: 10.16.0.0/16", zones, "dhcp: { domainName: "+strings.Repeat("a23456789.", 24)+"b234.internal }"),
		"dhcp of Amazon":           vpc("cidr: 10.16.0.0/16", zones, "dhcp: { nameServers: [AmazonProvidedDNS] }"),
		"tags":                     "config:\n  aws-platform:tags: { " + numbered(42, "T%d: x") + ", " + strings.Repeat("k", 128) + ": " + strings.Repeat("ü", 256) + " }\n",
		"tag of every character":   "config:\n  aws-platform:tags: { \"a b_.:/=+-@ü1\": \"a b_.:/=+-@ü1\" }\n",
		"names":                    "config:\n  aws-platform:environment: " + strings.Repeat("e", 16) + "\n  aws-platform:organization: a1\n",
		"role":                     "config:\n  aws-platform:account: { role: " + strings.Repeat("r", 64) + " }\n",
		"vpc's name":               "config:\n  aws-platform:vpcs: { a2345678901234567890: { cidr: 10.16.0.0/16, zones: [a, b] } }\n",
		"units five levels deep":   "config:\n  aws-platform:kind: management\n  aws-platform:governance: { allowedRegions: [eu-west-1], organizationalUnits: { a: {}, a/b: {}, a/b/c: {}, a/b/c/d: {}, a/b/c/d/e: {} } }\n",
		"closed when suspended":    "config:\n  aws-platform:account: { email: aws-dev@acme.example, organizationalUnit: suspended, close: true }\n",
		"bucket of 58 letters":     "config:\n  aws-platform:kind: management\n  aws-platform:stateBackend: { bucket: " + strings.Repeat("b", 58) + ", noncurrentDays: 1, accessLogDays: 3653 }\n",
		"guardrails at their edge": production + "  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b, c], flowLogs: { retentionDays: 365 } } }\n",
		"production without nat":   production + "  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b, c], nat: none } }\n",
		"state at its edge":        production + "  aws-platform:kind: management\n  aws-platform:stateBackend: { bucket: abc, noncurrentDays: 90 }\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			load(t, file)
		})
	}
}

func TestExemption(t *testing.T) {
	t.Parallel()
	file := func(until string) string {
		return `config:
  aws-platform:profile: production
  aws-platform:exemptions:
    nat-per-zone: { reason: until the move, until: "` + until + `" }
  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b, c], nat: single } }
`
	}
	// The last day still counts, and a year ahead is not too far.
	for _, until := range []string{"2026-06-15", "2027-06-15"} {
		require.Equal(t, "single", load(t, file(until)).VPCs["main"].NAT)
	}
	// Without a day the present decides.
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": file(time.Now().AddDate(0, 0, 7).Format(time.DateOnly))})
	_, err := config.Load(config.Source{Dir: dir, Stack: "dev"})
	require.NoError(t, err)
}

func TestGuardrailsAreNamedAndExplained(t *testing.T) {
	t.Parallel()
	var names []string
	for _, rail := range config.Guardrails() {
		names = append(names, rail.Name)
		require.NotEmpty(t, rail.Says)
	}
	require.Equal(t, []string{"dns-query-logs", "flow-logs", "flow-logs-retention", "nat-per-zone", "open-ports", "password-policy", "protect",
		"scp-leave-organization", "scp-platform", "scp-quarantine", "scp-regions", "scp-root-user", "scp-security-services", "scp-storage", "state-retention", "three-zones"}, names)
}

func TestPartition(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "mars-1": "",
	} {
		require.Equal(t, want, config.Partition(region), region)
	}
	require.Len(t, config.Regions(), 38)
}
