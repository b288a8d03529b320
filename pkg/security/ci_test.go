package security

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
)

func TestGitHubSubjects(t *testing.T) {
	t.Parallel()
	names := config.Repository{Name: "acme/platform"}
	ids := config.Repository{Name: "acme/platform", OwnerID: "123456", RepositoryID: "456789"}
	both := ids
	both.Subjects = "both"
	still := ids
	still.Subjects = "names"
	for name, test := range map[string]struct {
		repository config.Repository
		pipeline   config.Pipeline
		want       []string
	}{
		"a branch":        {names, config.Pipeline{Branch: "main"}, []string{"repo:acme/platform:ref:refs/heads/main"}},
		"a tag":           {names, config.Pipeline{Tag: "v1"}, []string{"repo:acme/platform:ref:refs/tags/v1"}},
		"an environment":  {names, config.Pipeline{Environment: "prod:eu"}, []string{"repo:acme/platform:environment:prod%3Aeu"}},
		"a pull request":  {names, config.Pipeline{PullRequest: true}, []string{"repo:acme/platform:pull_request"}},
		"numbers":         {ids, config.Pipeline{Branch: "main"}, []string{"repo:acme@123456/platform@456789:ref:refs/heads/main"}},
		"names for now":   {still, config.Pipeline{Branch: "main"}, []string{"repo:acme/platform:ref:refs/heads/main"}},
		"both on the way": {both, config.Pipeline{PullRequest: true}, []string{"repo:acme/platform:pull_request", "repo:acme@123456/platform@456789:pull_request"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, gitHubSubjects(test.repository, test.pipeline))
		})
	}
}

func TestGitLabSubject(t *testing.T) {
	t.Parallel()
	project := config.GitLabProject{Path: "acme/infrastructure/platform"}
	assert.Equal(t, "project_path:acme/infrastructure/platform:ref_type:branch:ref:main", gitLabSubject(project, config.Pipeline{Branch: "main"}))
	assert.Equal(t, "project_path:acme/infrastructure/platform:ref_type:tag:ref:v1", gitLabSubject(project, config.Pipeline{Tag: "v1"}))
}

func TestSessionSeconds(t *testing.T) {
	t.Parallel()
	for hours, want := range map[int]int{0: 3600, 1: 3600, 12: 43200} {
		got, err := sessionSeconds(hours)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := sessionSeconds(13)
	require.EqualError(t, err, "a session of 13 hours: use 1 to 12")
}

// pipelines are where they sign in from.
func pipelines() config.ContinuousIntegration {
	return config.ContinuousIntegration{
		GitHub: &config.GitHub{Repositories: map[string]config.Repository{"platform": {Name: "acme/platform"}}},
		GitLab: &config.GitLab{
			Audience: "https://gitlab.com", Projects: map[string]config.GitLabProject{"platform": {Path: "acme/platform"}},
		},
		SessionHours: 2,
	}
}

// runs are which pipelines run which stack.
func runs() map[string]config.Pipelines {
	return map[string]config.Pipelines{
		"dev": {
			Deploy:  map[string]config.Pipeline{"main": {Repository: "platform", Environment: "dev"}},
			Preview: map[string]config.Pipeline{"any": {Repository: "platform", PullRequest: true}},
		},
		"prod": {Deploy: map[string]config.Pipeline{"main": {Project: "platform", Branch: "main"}}},
	}
}

// rightsOf are a stack's roles, as main gives them.
func rightsOf(stack, account string) PipelineRights {
	scope := testScope(stack, account)
	arn := func(account, role string) pulumi.StringInput {
		return pulumi.String(scope.GlobalARN("iam", account, "role/"+role))
	}
	return PipelineRights{
		Deploy: []pulumi.StringInput{
			arn(account, "acme-deploy"), arn(sharedID, NarrowRoleName("acme", stack, "network")),
			arn(managementID, "acme-management-state-write-"+stack),
		},
		Preview: []pulumi.StringInput{
			arn(account, "acme-readonly"), arn(sharedID, "acme-readonly"), arn(managementID, "acme-management-state-read-"+stack),
		},
	}
}

func ciArgs() ContinuousIntegrationArgs {
	scope := testScope("shared", sharedID)
	return ContinuousIntegrationArgs{Scope: scope, Config: pipelines(), Pipelines: runs(), Rights: map[string]PipelineRights{
		"dev": rightsOf("dev", devID), "prod": rightsOf("prod", "210000000005"),
	}}
}

// signIn makes the pipelines' roles and gives the mocks they live in.
func signIn(t *testing.T, args ContinuousIntegrationArgs) (registered, *sim.Mocks) {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: sharedID, Region: "eu-west-1"})
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := NewContinuousIntegration(ctx, "ci", args)
		return err
	}, pulumi.WithMocks("aws-platform", "shared", mocks)))
	made := registered{}
	for _, registration := range mocks.Registrations() {
		made[registration.Name] = registration
	}
	return made, mocks
}

func TestContinuousIntegrationMakesExactlyThis(t *testing.T) {
	t.Parallel()
	made, _ := signIn(t, ciArgs())
	assert.ElementsMatch(t, []string{
		"ci-provider-github", "ci-provider-gitlab", "ci-role-deploy-dev", "ci-rights-deploy-dev", "ci-role-preview-dev",
		"ci-rights-preview-dev", "ci-role-deploy-prod", "ci-rights-deploy-prod",
	}, made.names())
	assert.Equal(t, "acme-ci-dev", made.input(t, "ci-role-deploy-dev", "name"))
	assert.Equal(t, "acme-ci-dev-preview", made.input(t, "ci-role-preview-dev", "name"))
	assert.InDelta(t, 7200, made["ci-role-deploy-dev"].Inputs["maxSessionDuration"].NumberValue(), 0)
	assert.NotContains(t, made["ci-role-deploy-dev"].Inputs, "permissionsBoundary")
}

// TestPipelineRights asks what a pipeline's roles can do once it has signed in.
func TestPipelineRights(t *testing.T) {
	t.Parallel()
	made, _ := signIn(t, ciArgs())
	role := func(account, name string) string {
		return testScope("any", account).GlobalARN("iam", account, "role/"+name)
	}
	rights := func(name string) authz.Policies {
		policy, err := authz.Parse(made.input(t, name, "policy"))
		require.NoError(t, err)
		return authz.Policies{Identity: []authz.Policy{policy}}
	}
	never := []question{
		{"making a role", "iam:CreateRole", role(sharedID, "x"), nil, false},
		{"a network", "ec2:CreateVpc", "*", nil, false},
		{"a bucket", "s3:ListAllMyBuckets", "*", nil, false},
		{"a secret", "secretsmanager:GetSecretValue", "*", nil, false},
		{"another stack", "sts:AssumeRole", role("210000000005", "acme-deploy"), nil, false},
		{"another stack's state", "sts:AssumeRole", role(managementID, "acme-management-state-write-prod"), nil, false},
		{"another stack's network", "sts:AssumeRole", role(sharedID, "acme-prod-network"), nil, false},
		{"breaking the glass", "sts:AssumeRole", role(devID, "acme-break-glass"), nil, false},
		{"the role of the first day", "sts:AssumeRole", role(devID, "OrganizationAccountAccessRole"), nil, false},
	}
	ask(t, session(sharedID, "acme-ci-dev"), rights("ci-rights-deploy-dev"), append([]question{
		{"its deploy role", "sts:AssumeRole", role(devID, "acme-deploy"), nil, true},
		{"its narrow role", "sts:AssumeRole", role(sharedID, "acme-dev-network"), nil, true},
		{"its state", "sts:AssumeRole", role(managementID, "acme-management-state-write-dev"), nil, true},
		{"shared's deploy role", "sts:AssumeRole", role(sharedID, "acme-deploy"), nil, false},
	}, never...))
	ask(t, session(sharedID, "acme-ci-dev-preview"), rights("ci-rights-preview-dev"), append([]question{
		{"its readonly role", "sts:AssumeRole", role(devID, "acme-readonly"), nil, true},
		{"reading shared", "sts:AssumeRole", role(sharedID, "acme-readonly"), nil, true},
		{"reading its state", "sts:AssumeRole", role(managementID, "acme-management-state-read-dev"), nil, true},
		{"its deploy role", "sts:AssumeRole", role(devID, "acme-deploy"), nil, false},
		{"writing its state", "sts:AssumeRole", role(managementID, "acme-management-state-write-dev"), nil, false},
	}, never...))
}

// An account has one provider for an issuer; one that is there already is taken.
func TestContinuousIntegrationTakesAProviderThatIsThere(t *testing.T) {
	t.Parallel()
	const account = "999999999999" // outside the simulation, where everything is taken to exist
	args := ciArgs()
	args.Config.GitLab, args.Pipelines = nil, map[string]config.Pipelines{"dev": runs()["dev"]}
	args.Config.GitHub.ProviderARN = args.Scope.GlobalARN("iam", account, "oidc-provider/"+gitHubHost)
	made, _ := signIn(t, args)
	assert.NotContains(t, made, "ci-provider-github")
	assert.Contains(t, made.input(t, "ci-role-deploy-dev", "assumeRolePolicy"), args.Config.GitHub.ProviderARN)
}

func TestContinuousIntegrationCarriesTheBoundary(t *testing.T) {
	t.Parallel()
	args := ciArgs()
	args.Scope.Boundary = args.Scope.GlobalARN("iam", "aws", "policy/AdministratorAccess")
	made, _ := signIn(t, args)
	assert.Equal(t, args.Scope.Boundary, made.input(t, "ci-role-deploy-dev", "permissionsBoundary"))
}

func TestContinuousIntegrationRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*ContinuousIntegrationArgs)
		want   string
	}{
		"a stack without roles": {
			func(a *ContinuousIntegrationArgs) { a.Rights["dev"] = PipelineRights{Deploy: a.Rights["dev"].Deploy} },
			"pipelines of stack dev (preview): have no role to take",
		},
		"too long a session": {
			func(a *ContinuousIntegrationArgs) { a.Config.SessionHours = 13 }, "continuous integration: a session of 13 hours: use 1 to 12",
		},
		"a wildcard": {
			func(a *ContinuousIntegrationArgs) {
				a.Pipelines["prod"].Deploy["main"] = config.Pipeline{Project: "platform", Branch: "*"}
			}, "pipelines of stack prod (deploy): each must name one exact subject",
		},
		"nobody": {
			func(a *ContinuousIntegrationArgs) { a.Pipelines["prod"].Deploy["main"] = config.Pipeline{} },
			"pipelines of stack prod (deploy): each must name one exact subject",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := ciArgs()
			test.change(&args)
			made, err := try(t, sharedID, false, func(ctx *pulumi.Context) error {
				_, err := NewContinuousIntegration(ctx, "ci", args)
				return err
			})
			require.ErrorContains(t, err, test.want)
			assert.Empty(t, made)
		})
	}
}

// TestPipelinesSignInByExactSubject asks the simulated STS with tokens of those who may, and of those who come close.
func TestPipelinesSignInByExactSubject(t *testing.T) {
	t.Parallel()
	_, mocks := signIn(t, ciArgs())
	gitHub := func(subject string) sim.WebToken {
		return sim.WebToken{Issuer: gitHubHost, Audience: stsAudience, Subject: subject}
	}
	gitLab := func(subject string) sim.WebToken {
		return sim.WebToken{Issuer: "gitlab.com", Audience: "https://gitlab.com", Subject: subject}
	}
	for _, test := range []struct {
		why, role string
		token     sim.WebToken
		seconds   int
		refused   string
	}{
		{"the protected environment deploys", "acme-ci-dev", gitHub("repo:acme/platform:environment:dev"), 7200, ""},
		{"a pull request previews", "acme-ci-dev-preview", gitHub("repo:acme/platform:pull_request"), 3600, ""},
		{"GitLab's branch deploys", "acme-ci-prod", gitLab("project_path:acme/platform:ref_type:branch:ref:main"), 3600, ""},

		{"a pull request does not deploy", "acme-ci-dev", gitHub("repo:acme/platform:pull_request"), 3600, "AccessDenied"},
		{"nor does a branch", "acme-ci-dev", gitHub("repo:acme/platform:ref:refs/heads/main"), 3600, "AccessDenied"},
		{"another environment", "acme-ci-dev", gitHub("repo:acme/platform:environment:dev2"), 3600, "AccessDenied"},
		{"another repository", "acme-ci-dev", gitHub("repo:acme/platform2:environment:dev"), 3600, "AccessDenied"},
		{"an owner whose name begins the same", "acme-ci-dev", gitHub("repo:acme-evil/platform:environment:dev"), 3600, "AccessDenied"},
		{"a name escaped to look like ours", "acme-ci-dev", gitHub("repo:acme/platform%3Aenvironment%3Adev:environment:x"), 3600, "AccessDenied"},
		{"GitHub's token for GitLab's stack", "acme-ci-prod", gitHub("repo:acme/platform:environment:prod"), 3600, "AccessDenied"},
		{"GitLab's tag", "acme-ci-prod", gitLab("project_path:acme/platform:ref_type:tag:ref:main"), 3600, "AccessDenied"},
		{"GitLab's subgroup", "acme-ci-prod", gitLab("project_path:acme/platform/sub:ref_type:branch:ref:main"), 3600, "AccessDenied"},
		{"a token for somebody else", "acme-ci-dev", sim.WebToken{Issuer: gitHubHost, Audience: "https://github.com/acme",
			Subject: "repo:acme/platform:environment:dev"}, 3600, "InvalidIdentityToken"},
		{"an unknown issuer", "acme-ci-dev", sim.WebToken{Issuer: "gitlab.acme.example", Audience: stsAudience,
			Subject: "repo:acme/platform:environment:dev"}, 3600, "InvalidIdentityToken"},
		{"a longer session", "acme-ci-dev", gitHub("repo:acme/platform:environment:dev"), 7201, "ValidationError"},
	} {
		err := mocks.AssumeRoleWithWebIdentity(testScope("shared", sharedID).GlobalARN("iam", sharedID, "role/"+test.role), test.token, test.seconds)
		if test.refused == "" {
			assert.NoError(t, err, test.why)
			continue
		}
		if assert.Error(t, err, test.why) {
			assert.Contains(t, err.Error(), test.refused, test.why)
		}
	}
}

func TestPipelineRolesAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 100)
	for _, name := range []string{PipelineRole("acme", long), PipelinePreviewRole("acme", long), NarrowRoleName("acme", long, "dns")} {
		assert.LessOrEqual(t, len(name), maxRoleName)
	}
	assert.NotEqual(t, PipelineRole("acme", long), PipelineRole("acme", long+"2"))
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	ci := pipelines()
	assert.Equal(t, []string{gitHubHost, "gitlab.com"}, Issuers(&ci))
	ci.GitHub.ProviderARN = "there already"
	assert.Equal(t, []string{"gitlab.com"}, Issuers(&ci))
	assert.Empty(t, Issuers(nil))
}
