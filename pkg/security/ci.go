package security

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// PipelineRights are the roles that a stack's pipelines take once they have signed in, as ARNs.
type PipelineRights struct {
	// Deploy are the stack's deploy role, the role that writes its state, and its narrow roles in other accounts.
	Deploy []pulumi.StringInput
	// Preview are the readonly roles of its account and of those it has work in, and the role that reads its state.
	Preview []pulumi.StringInput
	// DeployMore and PreviewMore are what they do themselves, before they take a role: open the stack's secrets.
	DeployMore, PreviewMore []iampolicy.Statement
}

// ContinuousIntegrationArgs say which pipelines sign in and what for.
type ContinuousIntegrationArgs struct {
	// Scope is the account's in which they sign in.
	Scope  naming.Scope
	Config config.ContinuousIntegration
	// Pipelines are those that run a stack, by stack.
	Pipelines map[string]config.Pipelines
	// Rights are by stack; every stack of Pipelines has some.
	Rights map[string]PipelineRights
}

// ContinuousIntegration lets pipelines sign in with a token instead of a key: an identity provider each for GitHub and
// GitLab, and for each stack a role to deploy and one to preview, taken by exact subjects. The roles take the
// stack's own roles, and do nothing themselves but open its secrets.
type ContinuousIntegration struct {
	pulumi.ResourceState

	// Providers are the ARNs of the identity providers, by host.
	Providers pulumi.StringMapOutput `pulumi:"providers"`
	// DeployRoles and PreviewRoles are ARNs by stack; stacks without such pipelines have none.
	DeployRoles  pulumi.StringMapOutput `pulumi:"deployRoles"`
	PreviewRoles pulumi.StringMapOutput `pulumi:"previewRoles"`
}

// ciBuild is continuous integration in the making.
type ciBuild struct {
	*component.Children
	ctx            *pulumi.Context
	args           ContinuousIntegrationArgs
	gitHub, gitLab pulumi.StringInput // the providers' ARNs, nil without
	out            *ContinuousIntegration
}

// NewContinuousIntegration makes identity providers and pipelines' roles.
func NewContinuousIntegration(
	ctx *pulumi.Context, name string, args ContinuousIntegrationArgs, opts ...pulumi.ResourceOption,
) (*ContinuousIntegration, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	b := &ciBuild{ctx: ctx, args: args, out: &ContinuousIntegration{}}
	err := component.Register(ctx, "aws-platform:security:ContinuousIntegration", name, b.out, nil, func(c *component.Children) error {
		b.Children = c
		if err := b.providers(); err != nil {
			return err
		}
		return b.roles()
	}, opts...)
	if err != nil {
		return nil, err
	}
	return b.out, nil
}

// check refuses what would make a role that can do nothing, or one that anybody can take.
func (a ContinuousIntegrationArgs) check() error {
	var faults []error
	if _, err := sessionSeconds(a.Config.SessionHours); err != nil {
		faults = append(faults, fmt.Errorf("continuous integration: %w", err))
	}
	for _, stack := range slices.Sorted(maps.Keys(a.Pipelines)) {
		rights, pipelines := a.Rights[stack], a.Pipelines[stack]
		for _, kind := range []struct {
			name      string
			pipelines map[string]config.Pipeline
			rights    []pulumi.StringInput
		}{{"deploy", pipelines.Deploy, rights.Deploy}, {"preview", pipelines.Preview, rights.Preview}} {
			if len(kind.pipelines) == 0 {
				continue
			}
			if len(kind.rights) == 0 {
				faults = append(faults, fmt.Errorf("pipelines of stack %s (%s): have no role to take", stack, kind.name))
			}
			trusted := subjectsOf(a.Config, kind.pipelines)
			all := append(slices.Clone(trusted.gitHub), trusted.gitLab...)
			if len(all) == 0 || slices.ContainsFunc(all, func(s string) bool { return strings.ContainsAny(s, "*?") }) {
				faults = append(faults, fmt.Errorf("pipelines of stack %s (%s): each must name one exact subject", stack, kind.name))
			}
		}
	}
	return errors.Join(faults...)
}

// The limits of a role's session, in hours.
const (
	shortestSession = 1
	longestSession  = 12
)

// sessionSeconds is how long a session lasts that is not taken from another; 0 is the shortest.
func sessionSeconds(hours int) (int, error) {
	if hours == 0 {
		hours = shortestSession
	}
	if hours < shortestSession || hours > longestSession {
		return 0, fmt.Errorf("a session of %d hours: use %d to %d", hours, shortestSession, longestSession)
	}
	return hours * 3600, nil
}

// providers makes the identity providers, or takes those there are.
func (b *ciBuild) providers() error {
	made := pulumi.StringMap{}
	if gitHub := b.args.Config.GitHub; gitHub != nil {
		arn, err := b.provider("github", "https://"+gitHubHost, stsAudience, gitHub.ProviderARN)
		if err != nil {
			return err
		}
		b.gitHub, made[gitHubHost] = arn, arn
	}
	if gitLab := b.args.Config.GitLab; gitLab != nil {
		arn, err := b.provider("gitlab", gitLab.Address(), gitLab.Audience, gitLab.ProviderARN)
		if err != nil {
			return err
		}
		b.gitLab, made[gitLab.Host()] = arn, arn
	}
	b.out.Providers = made.ToStringMapOutput()
	return nil
}

func (b *ciBuild) provider(name, url, audience, existing string) (pulumi.StringInput, error) {
	if existing != "" {
		return pulumi.String(existing), nil
	}
	provider, err := iam.NewOpenIdConnectProvider(b.ctx, b.Name("provider", name), &iam.OpenIdConnectProviderArgs{
		Url:           pulumi.String(url),
		ClientIdLists: pulumi.StringArray{pulumi.String(audience)},
		Tags:          b.tags("provider", name),
		// AWS trusts public hosts by their certificates' authority and fills in a thumbprint it does not look at.
	}, b.Options(pulumi.IgnoreChanges([]string{"thumbprintLists"}))...)
	if err != nil {
		return nil, err
	}
	return provider.Arn, nil
}

// roles makes each stack's two roles.
func (b *ciBuild) roles() error {
	org := b.args.Scope.Organization
	deploy, preview := pulumi.StringMap{}, pulumi.StringMap{}
	for _, stack := range slices.Sorted(maps.Keys(b.args.Pipelines)) {
		pipelines, rights := b.args.Pipelines[stack], b.args.Rights[stack]
		if len(pipelines.Deploy) > 0 {
			role, err := b.role("deploy", stack, PipelineRole(org, stack), pipelines.Deploy, rights.Deploy, rights.DeployMore)
			if err != nil {
				return err
			}
			deploy[stack] = role.Arn
		}
		if len(pipelines.Preview) > 0 {
			role, err := b.role("preview", stack, PipelinePreviewRole(org, stack), pipelines.Preview, rights.Preview, rights.PreviewMore)
			if err != nil {
				return err
			}
			preview[stack] = role.Arn
		}
	}
	b.out.DeployRoles, b.out.PreviewRoles = deploy.ToStringMapOutput(), preview.ToStringMapOutput()
	return nil
}

func (b *ciBuild) role(
	kind, stack, name string, pipelines map[string]config.Pipeline, rights []pulumi.StringInput,
	more []iampolicy.Statement,
) (*iam.Role, error) {
	trust, err := iampolicy.Document(b.trust(subjectsOf(b.args.Config, pipelines))...)
	if err != nil {
		return nil, err
	}
	assume, err := iampolicy.Document(append([]iampolicy.Statement{
		{Sid: "TakeOwnRoles", Actions: []string{"sts:AssumeRole"}, Resources: rights},
	}, more...)...)
	if err != nil {
		return nil, err
	}
	seconds, err := sessionSeconds(b.args.Config.SessionHours)
	if err != nil {
		return nil, err
	}
	role, err := iam.NewRole(b.ctx, b.Name("role", kind, stack), &iam.RoleArgs{
		Name:                pulumi.String(name),
		Description:         pulumi.String("Pipelines of stack " + stack + ": " + kind),
		AssumeRolePolicy:    iampolicy.TrustPolicy.Within(trust),
		PermissionsBoundary: component.Boundary(b.args.Scope),
		MaxSessionDuration:  pulumi.Int(seconds),
		Tags:                b.tags("role", kind, stack),
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	_, err = iam.NewRolePolicy(b.ctx, b.Name("rights", kind, stack), &iam.RolePolicyArgs{
		Name: pulumi.String("assume"), Role: role.Name, Policy: iampolicy.RolePolicy.Within(assume),
	}, b.Options()...)
	return role, err
}

// trust opens a role to tokens of exact subjects. Audience and subject stand in one statement: conditions of one
// statement must all hold, those of two need not.
func (b *ciBuild) trust(trusted subjects) []iampolicy.Statement {
	var statements []iampolicy.Statement
	open := func(sid string, provider pulumi.StringInput, host, audience string, subjects []string) {
		if len(subjects) > 0 && provider != nil {
			statements = append(statements, webIdentity(sid, provider, host, audience, subjects...))
		}
	}
	open("GitHub", b.gitHub, gitHubHost, stsAudience, trusted.gitHub)
	if gitLab := b.args.Config.GitLab; gitLab != nil {
		open("GitLab", b.gitLab, gitLab.Host(), gitLab.Audience, trusted.gitLab)
	}
	return statements
}

// webIdentity opens a role to tokens of a provider for an audience, with one of the subjects.
func webIdentity(sid string, provider pulumi.StringInput, host, audience string, subjects ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: sid, Actions: []string{"sts:AssumeRoleWithWebIdentity"},
		Principals: iampolicy.Principals{Federated: []pulumi.StringInput{provider}},
		Conditions: []iampolicy.Condition{
			iampolicy.When("StringEquals", host+":aud", audience),
			iampolicy.When("StringEquals", host+":sub", subjects...),
		},
	}
}

func (b *ciBuild) tags(role string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("access", b.Name(role, keys...), nil))
}
