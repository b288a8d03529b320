package network

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// engineOn runs a program with the real engine on a simulated cloud; the test is skipped without a Pulumi CLI.
func engineOn(t *testing.T, cloud *sim.Cloud, program pulumi.RunFunc) auto.Stack {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "pulumi"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no bin/pulumi: run make bin/pulumi")
	}
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(filepath.Dir(path))})
	require.NoError(t, err)
	env := cloud.Env()
	env["PULUMI_HOME"], env["PULUMI_CONFIG_PASSPHRASE"] = t.TempDir(), "test"
	stack, err := auto.UpsertStackInlineSource(context.Background(), "organization/aws-platform/dev", "aws-platform", program,
		auto.WorkDir(t.TempDir()), auto.Pulumi(command), auto.EnvVars(env), auto.Project(workspace.Project{
			Name: tokens.PackageName("aws-platform"), Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: "file://" + filepath.ToSlash(t.TempDir())},
		}))
	require.NoError(t, err)
	return stack
}

// names is a program of two accounts: the shared one with its zones and its resolver, and an environment's.
type names struct {
	zone config.PublicZone
}

func (n *names) program(ctx *pulumi.Context) error {
	owner, err := aws.NewProvider(ctx, "hub", &aws.ProviderArgs{
		Region: pulumi.String("eu-west-1"),
		AssumeRole: aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.String("arn:" + "aws:iam::" + hubAccount + ":role/OrganizationAccountAccessRole"),
		},
	})
	if err != nil {
		return err
	}
	global, err := homeOfZones(ctx)
	if err != nil {
		return err
	}
	sharing, err := ram.NewSharingWithOrganization(ctx, "sharing", nil)
	if err != nil {
		return err
	}
	withoutNAT := func(cidr string) config.VPC { return with(func(cfg *config.VPC) { cfg.CIDR, cfg.NAT = cidr, natNone }) }
	hub, err := NewVpc(ctx, "hub", &VpcArgs{Scope: hubScope(), Config: withoutNAT("10.3.0.0/16")}, pulumi.Provider(owner))
	if err != nil {
		return err
	}
	parent, err := NewPublicZone(ctx, "parent", &PublicZoneArgs{Scope: hubScope(), Config: config.PublicZone{Domain: "acme.example"}},
		pulumi.Provider(owner))
	if err != nil {
		return err
	}
	private, err := NewPrivateZone(ctx, "shared", &PrivateZoneArgs{
		Scope: hubScope(), Config: config.PrivateZone{Domain: "shared.acme.internal", VPC: "hub"},
		VpcIDs: map[string]pulumi.StringInput{"hub": hub.VpcID},
	}, pulumi.Provider(owner))
	if err != nil {
		return err
	}
	resolver, err := NewResolver(ctx, "resolver", &ResolverArgs{
		Scope: hubScope(), Config: fullResolver(), Vpc: hub, Principals: map[string]pulumi.StringInput{
			"organization": pulumi.String("arn:" + "aws:organizations::" + testAccount + ":organization/o-simulation"),
		},
	}, pulumi.Provider(owner), pulumi.DependsOn([]pulumi.Resource{sharing}))
	if err != nil {
		return err
	}
	return n.environment(ctx, owner, global, parent, private, resolver, withoutNAT("10.16.0.0/16"))
}

func (n *names) environment(
	ctx *pulumi.Context, owner, global *aws.Provider, parent *PublicZone, private *PrivateZone, resolver *Resolver, cfg config.VPC,
) error {
	vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: cfg})
	if err != nil {
		return err
	}
	vpcs := map[string]pulumi.StringInput{"main": vpc.VpcID}
	_, err = NewPublicZone(ctx, "public", &PublicZoneArgs{
		Scope: testScope(), Config: n.zone, Parent: owner, ParentZoneID: parent.ZoneID, Global: global,
	})
	if err != nil {
		return err
	}
	_, err = NewPrivateZone(ctx, "private", &PrivateZoneArgs{
		Scope: testScope(), Config: config.PrivateZone{Domain: "dev.acme.internal", VPC: "main"}, VpcIDs: vpcs,
	})
	if err != nil {
		return err
	}
	_, err = NewPrivateZoneAssociation(ctx, "shared-zone", &PrivateZoneAssociationArgs{
		Scope: testScope(), ZoneID: private.ZoneID, VpcIDs: vpcs, Owner: owner,
	})
	if err != nil {
		return err
	}
	_, err = NewResolverAssociation(ctx, "rules", &ResolverAssociationArgs{
		Config: fullResolver(), RuleIDs: resolver.RuleIDs, QueryLogConfigID: resolver.QueryLogConfigID,
		FirewallRuleGroupID: resolver.FirewallRuleGroupID, VpcIDs: vpcs, Scope: testScope(),
	}, resolver.Ready())
	return err
}

// left are the cloud's resources of Route 53.
func left(cloud *sim.Cloud) []string {
	var all []string
	for _, r := range cloud.Resources() {
		if strings.HasPrefix(r.Type, "aws:route53/") {
			all = append(all, r.Name)
		}
	}
	return all
}

// Names come and go in the order Route 53 asks for: two accounts, every record, signed and unsigned.
func TestNamesComeAndGo(t *testing.T) {
	t.Parallel()
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1", Accounts: []sim.Account{
		{ID: testAccount, Name: "management", Management: true}, {ID: hubAccount, Name: "shared"},
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, cloud.Close()) }()
	n := &names{zone: richZone()}
	n.zone.QueryLogs, n.zone.DNSSEC = &config.QueryLogs{RetentionDays: 30}, &config.DNSSEC{}
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
	require.NotContains(t, left(cloud), "public-delegation-signer")
	_, err = stack.Refresh(ctx, optrefresh.ExpectNoChanges())
	require.NoError(t, err, "what is there is what was asked for")
	up(map[string]int{}, "nothing changed")

	n.zone.DNSSEC.Publish = true
	up(map[string]int{"create": 1}, "the parent is told")
	require.Contains(t, left(cloud), "public-delegation-signer")
	n.zone.DNSSEC.Publish = false
	up(map[string]int{"delete": 1}, "the parent is told otherwise")
	n.zone.DNSSEC = nil
	delete(n.zone.Records, "green")
	up(map[string]int{"delete": 4}, "unsigned: the zone, its key signing key, the key; and one of several records of a name")

	n.zone.DNSSEC = &config.DNSSEC{Publish: true}
	up(map[string]int{"create": 4}, "signed and published")
	_, err = stack.Destroy(ctx)
	require.NoError(t, err, "name servers and fingerprint leave the parent before the zone goes")
	require.Empty(t, left(cloud))
}
