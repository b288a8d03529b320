package security

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// ServiceAccount is a Kubernetes service account, in full.
type ServiceAccount struct{ Namespace, Name string }

// kubernetesName is RFC 1123's label, which namespaces are; service accounts may have dots between labels.
var (
	kubernetesNamespace = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	kubernetesAccount   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
)

// check refuses what is not one service account: a wildcard would let in whoever may make one of that name.
func (a ServiceAccount) check() error {
	if !kubernetesNamespace.MatchString(a.Namespace) || !kubernetesAccount.MatchString(a.Name) {
		return fmt.Errorf("%q in namespace %q is not one service account: name both in full", a.Name, a.Namespace)
	}
	return nil
}

// PodRoleArgs say which pods, in which cluster, may do what. Exactly one of IssuerARN and ClusterARN is given: by the
// first pods get credentials through the cluster's identity provider (IRSA), by the second from EKS Pod Identity.
type PodRoleArgs struct {
	Scope       naming.Scope
	Description string
	// IssuerARN is the ARN of the cluster's identity provider in IAM.
	IssuerARN pulumi.StringInput
	// ClusterARN is the cluster's ARN.
	ClusterARN     pulumi.StringInput
	ServiceAccount ServiceAccount
	// Statements are what the pods may do beside ManagedPolicies.
	Statements []iampolicy.Statement
	// ManagedPolicies are ARNs of policies, by a name for each.
	ManagedPolicies map[string]pulumi.StringInput
}

// PodRole is a role that the pods of one Kubernetes service account act as.
type PodRole struct {
	pulumi.ResourceState

	RoleARN  pulumi.StringOutput `pulumi:"roleArn"`
	RoleName pulumi.StringOutput `pulumi:"roleName"`

	made *component.Children
}

// Ready is the option to wait until the role has its rights: a controller that starts before fails and waits for minutes.
func (r *PodRole) Ready() pulumi.ResourceOption { return r.made.Ready() }

// NewPodRole makes the role.
func NewPodRole(ctx *pulumi.Context, name string, args PodRoleArgs, opts ...pulumi.ResourceOption) (*PodRole, error) {
	trust, err := args.trust()
	if err != nil {
		return nil, fmt.Errorf("pod role %q: %w", name, err)
	}
	out := &PodRole{}
	err = component.Register(ctx, "aws-platform:security:PodRole", name, out, nil, func(c *component.Children) error {
		out.made = c
		tags := pulumi.ToStringMap(args.Scope.Tags("access", c.Name("role"), nil))
		role, err := iam.NewRole(ctx, c.Name("role"), &iam.RoleArgs{
			Description:         pulumi.String(args.Description),
			Path:                pulumi.String(args.Scope.RolePath()),
			AssumeRolePolicy:    iampolicy.TrustPolicy.Within(trust),
			PermissionsBoundary: component.Boundary(args.Scope),
			MaxSessionDuration:  pulumi.Int(chainedSeconds),
			Tags:                tags,
		}, c.Options()...)
		if err != nil {
			return err
		}
		out.RoleARN, out.RoleName = role.Arn, role.Name
		return args.rights(ctx, c, role)
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// rights gives the role its policies.
func (a PodRoleArgs) rights(ctx *pulumi.Context, c *component.Children, role *iam.Role) error {
	for _, name := range slices.Sorted(maps.Keys(a.ManagedPolicies)) {
		_, err := iam.NewRolePolicyAttachment(ctx, c.Name("policy", name), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: a.ManagedPolicies[name],
		}, c.Options()...)
		if err != nil {
			return err
		}
	}
	if len(a.Statements) == 0 {
		return nil
	}
	rights, err := iampolicy.Document(a.Statements...)
	if err != nil {
		return err
	}
	_, err = iam.NewRolePolicy(ctx, c.Name("rights"), &iam.RolePolicyArgs{
		Name: pulumi.String("pods"), Role: role.Name, Policy: iampolicy.RolePolicy.Within(rights),
	}, c.Options()...)
	return err
}

// trust is who takes the role: the pods of the one service account of the one cluster.
func (a PodRoleArgs) trust() (pulumi.StringOutput, error) {
	if (a.IssuerARN == nil) == (a.ClusterARN == nil) {
		return pulumi.StringOutput{}, errors.New("give one of IssuerARN and ClusterARN")
	}
	if err := a.ServiceAccount.check(); err != nil {
		return pulumi.StringOutput{}, err
	}
	if a.ClusterARN != nil {
		return iampolicy.Document(podIdentityTrust(a.Scope.AccountID, a.ClusterARN, a.ServiceAccount))
	}
	// The issuer's host is the name of condition keys, which must be plain: the document waits for it.
	return a.IssuerARN.ToStringOutput().ApplyT(func(arn string) (string, error) {
		statement, err := irsaTrust(arn, a.ServiceAccount)
		if err != nil {
			return "", err
		}
		return iampolicy.Text(statement)
	}).(pulumi.StringOutput), nil
}

// irsaTrust lets in tokens that the cluster's issuer gives the service account's pods.
// https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
func irsaTrust(issuerARN string, account ServiceAccount) (iampolicy.Statement, error) {
	_, issuer, found := strings.Cut(issuerARN, ":oidc-provider/")
	if !found || issuer == "" {
		return iampolicy.Statement{}, fmt.Errorf("%q is not the ARN of an identity provider", issuerARN)
	}
	return webIdentity("Pods", pulumi.String(issuerARN), issuer, stsAudience,
		"system:serviceaccount:"+account.Namespace+":"+account.Name), nil
}

// podIdentityTrust lets in EKS on behalf of the service account's pods in the cluster. EKS writes both into the session's
// tags; without conditions the role could be associated with any service account of any cluster of the account.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html, pod-id-abac.html
func podIdentityTrust(accountID string, clusterARN pulumi.StringInput, account ServiceAccount) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: "Pods", Actions: []string{"sts:AssumeRole", "sts:TagSession"},
		Principals: iampolicy.Principals{Service: []string{"pods.eks.amazonaws.com"}},
		Conditions: []iampolicy.Condition{
			iampolicy.When("StringEquals", "aws:SourceAccount", accountID),
			{Operator: "ArnEquals", Key: "aws:SourceArn", Values: []pulumi.StringInput{clusterARN}},
			iampolicy.When("StringEquals", "aws:RequestTag/kubernetes-namespace", account.Namespace),
			iampolicy.When("StringEquals", "aws:RequestTag/kubernetes-service-account", account.Name),
		},
	}
}
