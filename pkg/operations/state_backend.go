// Package operations holds the components that keep the platform itself running.
package operations

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

const stateBackendToken = "aws-platform:operations:StateBackend"

const (
	deletionWindow = 30   // days, the longest KMS allows: a lost key is lost state
	sessionSeconds = 3600 // the longest a role may hold when it is assumed by a role
)

// StateBackendArgs say whose state is kept and where.
type StateBackendArgs struct {
	// Scope is the management account's.
	Scope naming.Scope
	// Config decides the bucket and how long things are kept.
	Config config.StateBackend
	// Stacks are the stacks whose state is kept here, by name; each gets two roles of its own.
	Stacks map[string]StateStack
	// OrganizationID, if given, is the organization that whoever assumes a role must belong to.
	OrganizationID pulumi.StringInput
	// Project is the Pulumi project whose stacks these are; part of every key and of the secrets' context.
	Project string
	// Protect makes the engine refuse to delete buckets and keys.
	Protect bool
}

// StateStack is who may use one stack's state.
type StateStack struct {
	// Reads are the other stacks whose outputs this one uses through stack references; its roles may read their state.
	Reads []string
	// Trusted may assume the role that writes the stack's state and the one that reads it, and use the stack's secrets as far
	// as their own policies let them; so may Readers, as far as reading goes.
	Trusted []StatePrincipals
	// Readers may assume the role that reads, and no other: whoever previews.
	Readers []StatePrincipals
}

// StatePrincipals are roles of one account.
type StatePrincipals struct {
	AccountID pulumi.StringInput
	// Roles are paths and names, * and ? as in IAM: "acme-deploy",
	// "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformOperator_*".
	Roles []string
}

// StateBackend is where Pulumi keeps state: a versioned, encrypted bucket with its access log, the key that encrypts it,
// the key that wraps the stacks' secrets, and for each stack one role that writes its state and one that only reads it.
// What may be done by whom, and why, is in docs/state.md.
type StateBackend struct {
	pulumi.ResourceState

	// Bucket is the bucket's name, and BucketARN its ARN.
	Bucket    pulumi.StringOutput `pulumi:"bucket"`
	BucketARN pulumi.StringOutput `pulumi:"bucketArn"`
	// KeyARN is the key that encrypts the bucket, SecretsKeyARN the one that wraps secrets.
	KeyARN        pulumi.StringOutput `pulumi:"keyArn"`
	SecretsKeyARN pulumi.StringOutput `pulumi:"secretsKeyArn"`
	// BackendURL is what `pulumi login` takes.
	BackendURL pulumi.StringOutput `pulumi:"backendUrl"`
	// BackendURLs are, by stack, the same with the role that writes the stack's state.
	BackendURLs pulumi.StringMapOutput `pulumi:"backendUrls"`
	// Roles and ReadRoles are, by stack, the ARNs of the roles that write and that read its state.
	Roles     pulumi.StringMapOutput `pulumi:"roles"`
	ReadRoles pulumi.StringMapOutput `pulumi:"readRoles"`
	// SecretsProviders are, by stack, the URL for `pulumi stack init --secrets-provider`.
	SecretsProviders pulumi.StringMapOutput `pulumi:"secretsProviders"`

	ctx        *pulumi.Context
	children   *component.Children
	args       StateBackendArgs
	plan       statePlan
	store      storage
	stateKey   *kms.Key
	secretsKey *kms.Key
}

// NewStateBackend makes the state backend in the management account.
func NewStateBackend(
	ctx *pulumi.Context, name string, args StateBackendArgs, opts ...pulumi.ResourceOption,
) (*StateBackend, error) {
	plan, err := planState(args)
	if err != nil {
		return nil, err
	}
	b := &StateBackend{ctx: ctx, args: args, plan: plan}
	inputs := pulumi.Map{"bucket": pulumi.String(plan.bucket), "project": pulumi.String(plan.project)}
	err = component.Register(ctx, stateBackendToken, name, b, inputs, func(c *component.Children) error {
		b.children = c
		b.store = storage{ctx: ctx, children: c, tags: b.tags, protect: args.Protect}
		if err := b.keys(); err != nil {
			return err
		}
		logs, err := b.logBucket()
		if err != nil {
			return err
		}
		if err := b.stateBucket(logs); err != nil {
			return err
		}
		return b.roles()
	}, opts...)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// keys makes the key of the bucket and the key of the secrets. They are two, because the first works through S3 alone
// and the second is called by the CLI itself.
func (b *StateBackend) keys() (err error) {
	b.stateKey, err = b.key("state", "Encrypts the Pulumi state bucket "+b.plan.bucket, b.plan.stateKeyPolicy())
	if err != nil {
		return err
	}
	b.secretsKey, err = b.key("secrets", "Wraps the secrets of the stacks of "+b.plan.project, b.plan.secretsKeyPolicy())
	if err != nil {
		return err
	}
	b.KeyARN, b.SecretsKeyARN = b.stateKey.Arn, b.secretsKey.Arn
	providers := pulumi.StringMap{}
	for _, stack := range b.plan.stacks {
		providers[stack.name] = b.secretsKey.Arn.ApplyT(func(arn string) string {
			return b.plan.secretsProvider(arn, stack.name)
		}).(pulumi.StringOutput)
	}
	b.SecretsProviders = providers.ToStringMapOutput()
	return nil
}

func (b *StateBackend) key(role, description string, policy []iampolicy.Statement) (*kms.Key, error) {
	return b.store.key(role, b.plan.alias(role), description, policy)
}

// roles makes two roles for each stack. Their rights are inline: they belong to this role alone and go with it.
func (b *StateBackend) roles() error {
	write, read, urls := pulumi.StringMap{}, pulumi.StringMap{}, pulumi.StringMap{}
	for _, stack := range b.plan.stacks {
		writer, err := b.role("write", stack, stack.writeRole, stack.trusted, b.plan.writeAccess(stack, b.stateKey.Arn, b.secretsKey.Arn))
		if err != nil {
			return err
		}
		reader, err := b.role("read", stack, stack.readRole, slices.Concat(stack.trusted, stack.readers), b.plan.readAccess(stack, b.stateKey.Arn, b.secretsKey.Arn))
		if err != nil {
			return err
		}
		write[stack.name], read[stack.name] = writer.Arn, reader.Arn
		urls[stack.name] = writer.Arn.ApplyT(b.plan.backendURL).(pulumi.StringOutput)
	}
	b.Roles, b.ReadRoles = write.ToStringMapOutput(), read.ToStringMapOutput()
	b.BackendURLs = urls.ToStringMapOutput()
	return nil
}

func (b *StateBackend) role(
	kind string, stack stackPlan, name string, trusted []StatePrincipals, access []iampolicy.Statement,
) (*iam.Role, error) {
	trust, err := iampolicy.Document(b.plan.trust(trusted)...)
	if err != nil {
		return nil, err
	}
	rights, err := iampolicy.Document(access...)
	if err != nil {
		return nil, err
	}
	role, err := iam.NewRole(b.ctx, b.children.Name("role", kind, stack.name), &iam.RoleArgs{
		Name:               pulumi.String(name),
		Description:        pulumi.String("Pulumi state of stack " + stack.name + ": " + kind),
		AssumeRolePolicy:   iampolicy.TrustPolicy.Within(trust),
		MaxSessionDuration: pulumi.Int(sessionSeconds),
		Tags:               b.tags("role", kind, stack.name),
	}, b.children.Options()...)
	if err != nil {
		return nil, err
	}
	_, err = iam.NewRolePolicy(b.ctx, b.children.Name("access", kind, stack.name), &iam.RolePolicyArgs{
		Name:   pulumi.String("state"),
		Role:   role.Name,
		Policy: iampolicy.RolePolicy.Within(rights),
	}, b.children.Options()...)
	return role, err
}

func (b *StateBackend) tags(role string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("state-backend", b.children.Name(role, keys...), nil))
}
