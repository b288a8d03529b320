package network

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// recorder makes what traffic records need: a key, a log group, a role to write with. What is recorded makes the flow
// log itself.
type recorder struct {
	*component.Children
	ctx     *pulumi.Context
	scope   naming.Scope
	subject string // whose records, for people: "VPC main"
	protect bool
	tags    func(parts ...string) pulumi.StringMap
	keys    []string                // tell the records of several subjects of one component apart
	abroad  pulumi.ProviderResource // of another region, which is the scope's then; nil: the component's own
}

// Options are those of what records need: made where the records are.
func (r recorder) Options(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	if r.abroad != nil {
		opts = append(opts, pulumi.Provider(r.abroad))
	}
	return r.Children.Options(opts...)
}

// administeredHere leaves a key to the identity policies of its account.
func administeredHere(scope naming.Scope) iampolicy.Statement {
	return iampolicy.Statement{
		Sid:        "Administer",
		Principals: iampolicy.Principals{AWS: iampolicy.Strings(scope.GlobalARN("iam", scope.AccountID, "root"))},
		Actions:    []string{"kms:*"},
		Resources:  iampolicy.Strings("*"),
		Wildcard:   "a key nobody may administer is lost; identity policies of the account narrow this down",
	}
}

// makeKey makes the key that encrypts records. users are the statements that let a logging service in.
func (r recorder) makeKey(role string, users ...iampolicy.Statement) (*kms.Key, error) {
	policy, err := iampolicy.Document(append([]iampolicy.Statement{administeredHere(r.scope)}, users...)...)
	if err != nil {
		return nil, err
	}
	return kms.NewKey(r.ctx, r.Name(role+"-key", r.keys...), &kms.KeyArgs{
		Description:          pulumi.String("Encrypts the " + strings.ReplaceAll(role, "-", " ") + "s of " + r.subject),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(keyDeletionDays),
		Policy:               iampolicy.KeyPolicy.Within(policy),
		Tags:                 r.tags(append([]string{role + "s"}, r.keys...)...),
	}, r.Options(pulumi.Protect(r.protect))...)
}

// makeGroup makes a log group that keeps records for some days, under a key of its own.
func (r recorder) makeGroup(role, name string, days int) (*cloudwatch.LogGroup, error) {
	key, err := r.makeKey(role, iampolicy.Statement{
		Sid:        "EncryptTheLogGroup",
		Principals: iampolicy.Principals{Service: []string{"logs." + r.scope.Region + ".amazonaws.com"}},
		Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{
			iampolicy.When("ArnEquals", "kms:EncryptionContext:aws:logs:arn", r.scope.ARN("logs", "log-group:"+name)),
		},
	})
	if err != nil {
		return nil, err
	}
	return cloudwatch.NewLogGroup(r.ctx, r.Name(role+"-group", r.keys...), &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(name),
		RetentionInDays: pulumi.Int(days),
		KmsKeyId:        key.Arn,
		Tags:            r.tags(append([]string{role + "s"}, r.keys...)...),
	}, r.Options(pulumi.Protect(r.protect))...)
}

// makeWriter makes the role the flow log service writes with: to this log group, for this account's flow logs.
func (r recorder) makeWriter(groupARN string) (*iam.Role, *iam.RolePolicy, error) {
	scope := r.scope
	trust, err := iampolicy.Document(iampolicy.Statement{
		Sid:        "FlowLogs",
		Principals: iampolicy.Principals{Service: []string{"vpc-flow-logs.amazonaws.com"}},
		Actions:    []string{"sts:AssumeRole"},
		Conditions: []iampolicy.Condition{
			iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID),
			iampolicy.When("ArnLike", "aws:SourceArn", scope.ARN("ec2", "vpc-flow-log/*")),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(r.ctx, r.Name("flow-log-role"), &iam.RoleArgs{
		Description:         pulumi.String("Writes the flow logs of " + r.subject),
		Path:                pulumi.String(scope.RolePath()),
		AssumeRolePolicy:    iampolicy.TrustPolicy.Within(trust),
		PermissionsBoundary: component.Boundary(scope),
		Tags:                r.tags("flow-logs"),
	}, r.Options()...)
	if err != nil {
		return nil, nil, err
	}
	document, err := iampolicy.Document(
		iampolicy.Statement{
			Sid:       "Write",
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: iampolicy.Strings(groupARN, groupARN+":*"),
		},
		iampolicy.Statement{
			Sid:       "Find",
			Actions:   []string{"logs:DescribeLogGroups"},
			Resources: iampolicy.Strings(scope.ARN("logs", "log-group:*")),
		},
	)
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicy(r.ctx, r.Name("flow-log-policy"), &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: iampolicy.RolePolicy.Within(document),
	}, r.Options()...)
	return role, policy, err
}
