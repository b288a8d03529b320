package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/config"
)

func TestProfilesFillInWhatAStackDeclares(t *testing.T) {
	t.Parallel()
	vpcs := "  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b, c] } }\n"
	all := []string{"public", "private", "data", "transit"}
	for profile, want := range map[string]struct {
		nat     string
		logs    config.FlowLogs
		protect bool
	}{
		"development": {"single", config.FlowLogs{Destination: "cloudwatch", RetentionDays: 14, AggregationSeconds: 600}, false},
		"staging":     {"perZone", config.FlowLogs{Destination: "cloudwatch", RetentionDays: 90, AggregationSeconds: 600}, false},
		"production":  {"perZone", config.FlowLogs{Destination: "cloudwatch", RetentionDays: 365, AggregationSeconds: 60}, true},
	} {
		stack := load(t, "config:\n  aws-platform:profile: "+profile+"\n"+vpcs)
		require.Equal(t, want.protect, stack.Protect, profile)
		require.Equal(t, map[string]config.VPC{"main": {
			CIDR: "10.16.0.0/16", Zones: []string{"a", "b", "c"}, Tiers: all, Layout: "roomy", NAT: want.nat,
			FlowLogs: &want.logs,
		}}, stack.VPCs, profile)
	}
}

func TestProfilesAreKnownAndRead(t *testing.T) {
	t.Parallel()
	for _, profile := range config.Profiles() {
		stack := load(t, "config:\n  aws-platform:profile: "+profile+"\n")
		require.Equal(t, profile, stack.Profile)
		require.Nil(t, stack.VPCs, "a preset creates no section")
		require.Nil(t, stack.StateBackend, "a preset creates no section")
	}
}

func TestAStacksOwnValuesWin(t *testing.T) {
	t.Parallel()
	stack := load(t, `config:
  aws-platform:profile: staging
  aws-platform:protect: true
  aws-platform:vpcs:
    one:
      cidr: 10.16.0.0/16
      zones: [a, b]
      tiers: [private]  # a list is replaced whole
      nat: none
      flowLogs: { retentionDays: 7 }  # a mapping is merged
    two:
      cidr: 10.17.0.0/16
      zones: [a, b]
      flowLogs: null  # what a preset switches on, null switches off
    three:
      cidr: 10.18.0.0/16
      zones: [a, b]
`)
	require.True(t, stack.Protect)
	require.Equal(t, []string{"private"}, stack.VPCs["one"].Tiers)
	require.Equal(t, "none", stack.VPCs["one"].NAT)
	require.Equal(t, &config.FlowLogs{Destination: "cloudwatch", RetentionDays: 7, AggregationSeconds: 600}, stack.VPCs["one"].FlowLogs)
	require.Nil(t, stack.VPCs["two"].FlowLogs)
	require.Equal(t, "perZone", stack.VPCs["two"].NAT)
	require.Equal(t, 90, stack.VPCs["three"].FlowLogs.RetentionDays)
}

// default < profile < Pulumi.yaml < stack, key by key.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	projectFile := strings.Replace(project, "profile: development", "profile: production", 1) + `
  vpcs: { type: object, default: { main: { nat: none, flowLogs: { retentionDays: 400 } } } }
  tags: { type: object, default: { Team: a, Tier: one } }
`
	dir := folder(t, map[string]string{"Pulumi.yaml": projectFile, "Pulumi.dev.yaml": `config:
  aws-platform:tags: { Tier: two }
  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b, c], flowLogs: { retentionDays: 545 } } }
`})
	src := config.Source{Dir: dir, Stack: "dev", Now: now()}
	settings, err := config.Explain(src)
	require.NoError(t, err)
	require.Equal(t, `tags.Team = a (Pulumi.yaml:13)
tags.Tier = two (Pulumi.dev.yaml:2)
protect = true (profile production)
vpcs.main.cidr = 10.16.0.0/16 (Pulumi.dev.yaml:3)
vpcs.main.zones = [a, b, c] (Pulumi.dev.yaml:3)
vpcs.main.tiers = [public, private, data, transit] (default)
vpcs.main.layout = roomy (default)
vpcs.main.nat = none (Pulumi.yaml:12)
vpcs.main.flowLogs.destination = cloudwatch (default)
vpcs.main.flowLogs.retentionDays = 545 (Pulumi.dev.yaml:3)
vpcs.main.flowLogs.aggregationSeconds = 60 (profile production)
vpcs.main.ipv6 = false (default)
`, written(settings[len(settings)-12:]))

	// The engine replaces a project's default whole; the layers below are laid again, so nothing is lost.
	values, err := engineValues(dir, "dev")
	require.NoError(t, err)
	src.Values = values
	byEngine, err := config.Explain(src)
	require.NoError(t, err)
	require.Equal(t, settings, byEngine)
}

// written is a list of settings, one a line.
func written(settings []config.Setting) string {
	var b strings.Builder
	for _, s := range settings {
		fmt.Fprintf(&b, "%s = %s (%s)\n", s.Path, s.Value, s.Origin)
	}
	return b.String()
}

// A faulty configuration is explained as far as it can be.
func TestExplainFaulty(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": "config:\n  aws-platform:tags: {}\n  aws-platform:vpcs: [a]\n  aws-platform:protect: null\n"})
	settings, err := config.Explain(config.Source{Dir: dir, Stack: "dev", Now: now()})
	require.Error(t, err)
	require.Equal(t, `tags = {} (Pulumi.dev.yaml:2)
protect = null (Pulumi.dev.yaml:4)
vpcs = [a] (Pulumi.dev.yaml:3)
`, written(settings[len(settings)-3:]))
}

func TestRenderIsTheConfiguration(t *testing.T) {
	t.Parallel()
	stacks, err := config.LoadAll(root, now())
	require.NoError(t, err)
	for name, stack := range stacks {
		text, err := config.Render(stack)
		require.NoError(t, err)
		var again config.Stack
		require.NoError(t, yaml.Unmarshal(text, &again))
		require.Equal(t, *stack, again, name)
	}
}

// The tree of units is the one thing a preset creates; a stack adds to it.
func TestAnOrganizationHasItsUsualTree(t *testing.T) {
	t.Parallel()
	stack := load(t, `config:
  aws-platform:kind: management
  aws-platform:profile: production
  aws-platform:governance:
    allowedRegions: [eu-west-1]
    delegatedAdministrator: { stack: shared }
    organizationalUnits: { workloads/sandbox: { policies: [regions] } }
`)
	g := stack.Governance
	require.Equal(t, []string{
		"infrastructure", "security", "suspended", "workloads", "workloads/nonproduction", "workloads/production", "workloads/sandbox",
	}, g.Units())
	require.Equal(t, []string{"quarantine"}, g.OrganizationalUnits["suspended"].Policies)
	require.Equal(t, []string{"regions"}, g.OrganizationalUnits["workloads/sandbox"].Policies)
	require.Equal(t, 10240, g.SCPMaxCharacters)
	require.Equal(t, 10, g.SCPMaxPerTarget)
	require.Contains(t, g.TrustedServices, "ram.amazonaws.com")
	require.Equal(t, []string{"access-analyzer.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com"},
		g.DelegatedAdministrator.DelegatedServices())
	require.Nil(t, g.IdentityCenter, "nobody asked for it")
}
