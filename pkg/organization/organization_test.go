package organization

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

var guardedUnit = config.OrganizationalUnit{
	Policies: []string{"leave-organization", "root-user", "security-services", "regions", "storage", "platform"},
}

func testGovernance() config.Governance {
	return config.Governance{
		OrganizationalUnits: map[string]config.OrganizationalUnit{
			"infrastructure": guardedUnit, "workloads": guardedUnit, "workloads/nonproduction": {}, "workloads/production": {},
			"suspended": {Policies: []string{"quarantine"}},
		},
		AllowedRegions: []string{"eu-west-1"}, SCPMaxCharacters: 10240, SCPMaxPerTarget: 10,
		TrustedServices: []string{
			"access-analyzer.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com", "iam.amazonaws.com",
			"ram.amazonaws.com", "sso.amazonaws.com", "tagpolicies.tag.amazonaws.com",
		},
		CentralRootAccess: true, ShareResources: true,
		TagPolicies: map[string]config.TagPolicy{"costs": {
			Tags: map[string]config.TagRule{"CostCenter": {Values: []string{"21*", "1000"}, EnforcedFor: []string{"ec2:instance"}}},
		}, "owners": {
			Tags: map[string]config.TagRule{"Owner": {}}, OrganizationalUnits: []string{"workloads"},
		}},
		DelegatedAdministrator: &config.DelegatedAdministrator{Stack: "shared"},
	}
}

func testArgs(change func(*Args)) Args {
	args := Args{
		Scope: testScope(), Stack: "management", Config: testGovernance(), Protect: true,
		StateBucket: "acme-state", LogBuckets: []string{"acme-logs"},
		Members: map[string]Member{
			"shared": {ID: memberAccount, Email: "aws-shared@acme.example", Name: "acme-shared", Unit: "infrastructure"},
			"dev":    {Email: "aws-dev@acme.example", Name: "acme-dev", Unit: "workloads/nonproduction"},
		},
	}
	if change != nil {
		change(&args)
	}
	return args
}

// registered is what a program registered, by logical name.
type registered map[string]sim.Registration

func run(t *testing.T, options sim.MockOptions, program pulumi.RunFunc) (registered, error) {
	t.Helper()
	options.Account = managementAccount
	mocks := sim.NewMocks(options)
	err := pulumi.RunErr(program, pulumi.WithMocks("aws-platform", "management", mocks), func(info *pulumi.RunInfo) {
		info.DryRun = options.Preview
	})
	all := registered{}
	for _, r := range mocks.Registrations() {
		if r.Custom {
			all[r.Name] = r
		}
	}
	return all, err
}

func makeOrganization(t *testing.T, change func(*Args)) registered {
	t.Helper()
	all, err := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		_, err := NewOrganization(ctx, "org", testArgs(change))
		return err
	})
	require.NoError(t, err)
	return all
}

// names are the logical names that begin like this, sorted.
func (r registered) names(prefix string) []string {
	var names []string
	for name := range r {
		if strings.HasPrefix(name, prefix) {
			names = append(names, strings.TrimPrefix(name, prefix))
		}
	}
	slices.Sort(names)
	return names
}

func (r registered) text(t *testing.T, name string, key resource.PropertyKey) string {
	t.Helper()
	value := r[name].Inputs[key]
	require.True(t, value.IsString(), "%s.%s is %v", name, key, value)
	return value.StringValue()
}

func TestTheTree(t *testing.T) {
	t.Parallel()
	all := makeOrganization(t, nil)
	organization := all["org-organization"]
	require.Equal(t, "o-simulation", organization.ID)
	require.True(t, organization.Protect)
	require.Equal(t, "ALL", all.text(t, "org-organization", "featureSet"))
	require.Equal(t, []any{serviceControlPolicy, tagPolicy}, organization.Inputs["enabledPolicyTypes"].Mappable())
	require.Equal(t, []string{"infrastructure", "suspended", "workloads", "workloads/nonproduction", "workloads/production"}, all.names("org-ou-"))
	require.Equal(t, "r-simu", all.text(t, "org-ou-workloads", "parentId"))
	require.Equal(t, all["org-ou-workloads"].ID, all.text(t, "org-ou-workloads/production", "parentId"))
	require.Equal(t, "production", all.text(t, "org-ou-workloads/production", "name"))
	require.Equal(t, []string{"access-analyzer", "config", "config-multiaccountsetup"}, all.names("org-delegate-"))
	require.Equal(t, memberAccount, all.text(t, "org-delegate-config", "accountId"))
	require.Contains(t, all, "org-root-access")
	require.Contains(t, all, "org-sharing")
	for name, r := range all {
		if strings.HasPrefix(name, "org-ou-") || strings.HasPrefix(name, "org-scp-W") {
			require.Equal(t, "platform", r.Inputs["tags"].ObjectValue()["Owner"].StringValue(), name)
		}
	}
}

func TestAccountsAreKept(t *testing.T) {
	t.Parallel()
	all := makeOrganization(t, func(args *Args) {
		args.Protect = false
		old := args.Members["dev"]
		old.Email, old.Name, old.Unit, old.Close = "aws-old@acme.example", "acme-old", "suspended", true
		args.Members["old"] = old
	})
	shared, dev, old := all["org-account-shared"], all["org-account-dev"], all["org-account-old"]
	require.Equal(t, memberAccount, shared.ID, "taken in by its id")
	require.Regexp(t, "^[0-9]{12}$", dev.ID, "made")
	require.Equal(t, all["org-ou-infrastructure"].ID, all.text(t, "org-account-shared", "parentId"))
	require.Equal(t, all["org-ou-workloads/nonproduction"].ID, all.text(t, "org-account-dev", "parentId"))
	for _, account := range []sim.Registration{shared, dev} {
		require.True(t, account.Protect)
		require.True(t, account.RetainOnDelete)
		require.False(t, account.Inputs["closeOnDeletion"].BoolValue())
		require.Equal(t, []string{"email", "iamUserAccessToBilling", "name", "roleName"}, account.IgnoreChanges)
	}
	require.Len(t, old.DependsOn, len(dev.DependsOn)+1, "made after dev")
	require.False(t, old.Protect)
	require.False(t, old.RetainOnDelete)
	require.True(t, old.Inputs["closeOnDeletion"].BoolValue())
}

func TestPoliciesAreAttached(t *testing.T) {
	t.Parallel()
	all := makeOrganization(t, func(args *Args) { args.Config.SCPMaxCharacters = 5120 })
	require.Equal(t, all.names("org-scp-attachment-"), slices.DeleteFunc(all.names("org-scp-"), func(name string) bool {
		return strings.HasPrefix(name, "attachment-")
	}), "each is attached once")
	for name, r := range all {
		key, isAttachment := strings.CutPrefix(name, "org-scp-attachment-")
		if !isAttachment {
			continue
		}
		unit := key[:strings.LastIndex(key, "-")]
		require.Equal(t, all["org-scp-"+key].ID, r.Inputs["policyId"].StringValue())
		require.Equal(t, all["org-ou-"+unit].ID, r.Inputs["targetId"].StringValue())
		content := all.text(t, "org-scp-"+key, "content")
		require.LessOrEqual(t, len(content), 5120)
		require.NotContains(t, content, "\n")
	}
	require.Equal(t, []string{"Quarantine"}, all.names("org-scp-attachment-suspended-"))
	require.Equal(t, "acme-management-scp-suspended-Quarantine", all.text(t, "org-scp-suspended-Quarantine", "name"))
	require.Equal(t, `{"tags":{"costcenter":{"enforced_for":{"@@assign":["ec2:instance"]},"tag_key":{"@@assign":"CostCenter"},`+
		`"tag_value":{"@@assign":["1000","21*"]}}}}`, all.text(t, "org-tag-policy-costs", "content"))
	require.Equal(t, "r-simu", all.text(t, "org-tag-policy-root-attachment-costs", "targetId"))
	require.Equal(t, all["org-ou-workloads"].ID, all.text(t, "org-tag-policy-attachment-owners-workloads", "targetId"))
}

func TestAnOrganizationIsTakenIn(t *testing.T) {
	t.Parallel()
	all := makeOrganization(t, func(args *Args) {
		args.Config.Import = "o-simulation"
		unit := args.Config.OrganizationalUnits["suspended"]
		unit.Import = "ou-simu-abcdefgh"
		args.Config.OrganizationalUnits["suspended"] = unit
		args.Config.DelegatedAdministrator, args.Config.TagPolicies = nil, nil
		args.Config.CentralRootAccess, args.Config.ShareResources = false, false
	})
	require.Equal(t, "o-simulation", all["org-organization"].ID)
	require.Equal(t, "ou-simu-abcdefgh", all["org-ou-suspended"].ID)
	require.Empty(t, all.names("org-delegate-"))
	require.Empty(t, all.names("org-tag-policy"))
	require.NotContains(t, all, "org-root-access")
	require.NotContains(t, all, "org-sharing")
}

func TestAPreviewKnowsHowMany(t *testing.T) {
	t.Parallel()
	made := makeOrganization(t, nil)
	planned, err := run(t, sim.MockOptions{Preview: true}, func(ctx *pulumi.Context) error {
		_, err := NewOrganization(ctx, "org", testArgs(nil))
		return err
	})
	require.NoError(t, err)
	require.Equal(t, made.names(""), planned.names(""))
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	var accounts, policies map[string]string
	var units map[string]map[string]string
	var id, root, administrator string
	all, err := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		o, err := NewOrganization(ctx, "org", testArgs(nil))
		if err != nil {
			return err
		}
		pulumi.All(o.OrganizationID, o.RootID, o.DelegatedAdministrator, o.Accounts, o.Policies, o.Units).ApplyT(func(v []any) error {
			id, root, administrator = v[0].(string), v[1].(string), v[2].(string)
			accounts, policies, units = v[3].(map[string]string), v[4].(map[string]string), v[5].(map[string]map[string]string)
			return nil
		})
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"o-simulation", "r-simu", memberAccount}, []string{id, root, administrator})
	require.Equal(t, map[string]string{"management": managementAccount, "shared": memberAccount, "dev": all["org-account-dev"].ID}, accounts)
	require.Equal(t, all["org-ou-workloads/production"].ID, units["workloads/production"]["id"])
	require.Contains(t, units["workloads/production"]["arn"], ":ou/o-simulation/"+all["org-ou-workloads/production"].ID)
	require.Equal(t, all["org-scp-suspended-Quarantine"].ID, policies["suspended-Quarantine"])
}

func TestFaultsAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := planOrganization(testArgs(func(args *Args) {
		args.Config.SCPMaxCharacters, args.Config.SCPMaxPerTarget = 3000, 3
		args.Config.OrganizationalUnits["suspended"] = config.OrganizationalUnit{Policies: []string{"quarantin"}}
		args.Config.DelegatedAdministrator.Stack = "share"
		dev := args.Members["dev"]
		dev.Unit = "workloads/test"
		args.Members["dev"] = dev
	}))
	require.EqualError(t, err, `organizational unit infrastructure: needs 3 service control policies of at most 3000 characters and AWS's FullAWSAccess, AWS takes 3: attach some policies to the unit above, or raise governance.scpMaxCharacters and scpMaxPerTarget to your quotas
organizational unit suspended: "quarantin" is no policy of the catalogue: use one of leave-organization, root-user, security-services, regions, storage, platform, quarantine
organizational unit workloads: needs 3 service control policies of at most 3000 characters and AWS's FullAWSAccess, AWS takes 3: attach some policies to the unit above, or raise governance.scpMaxCharacters and scpMaxPerTarget to your quotas
stack dev: "workloads/test" is no organizational unit: use one of infrastructure, suspended, workloads, workloads/nonproduction, workloads/production
delegatedAdministrator.stack: "share" is no member: use one of dev, shared`)
}

func TestMembersAreEveryStackButTheRuler(t *testing.T) {
	t.Parallel()
	stack := func(kind config.Kind, profile, environment string) *config.Stack {
		return &config.Stack{Kind: kind, Profile: profile, Organization: "acme", Environment: environment,
			Account: config.Account{ID: memberAccount, Email: environment + "@acme.example"}}
	}
	members := Members("aws-platform", map[string]*config.Stack{
		"management": stack(config.Management, "production", "management"), "shared": stack(config.Shared, "production", "shared"),
		"prod": stack(config.Workload, "production", "prod"), "dev": stack(config.Workload, "development", "dev"),
	})
	require.Len(t, members, 3)
	require.Equal(t, "infrastructure", members["shared"].Unit)
	require.Equal(t, "workloads/production", members["prod"].Unit)
	require.Equal(t, "workloads/nonproduction", members["dev"].Unit)
	require.Equal(t, "acme-dev", members["dev"].Name)
	require.Equal(t, "dev", members["dev"].Scope.Environment)
}
