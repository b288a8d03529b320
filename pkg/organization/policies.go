package organization

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/organizations"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// makeServicePolicies makes each unit's service control policies and attaches them. AWS attaches FullAWSAccess to every
// root, unit and account itself; it stays, or these policies, which only deny, would leave nothing allowed.
func (b *organizationBuild) makeServicePolicies() error {
	for _, unit := range b.plan.units {
		for _, policy := range unit.policies {
			made, err := b.policy("scp", policy.key, serviceControlPolicy, policy.name,
				"What accounts in "+unit.path+" may never do", policy.text)
			if err != nil {
				return err
			}
			if err := b.attach("scp-attachment", policy.key, made, b.unitID(unit.path)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *organizationBuild) makeTagPolicies() error {
	for _, policy := range b.plan.tagPolicies {
		made, err := b.policy("tag-policy", policy.key, tagPolicy, policy.name, "How tags are written", policy.text)
		if err != nil {
			return err
		}
		for _, target := range policy.targets {
			role, key := "tag-policy-attachment", policy.key+"-"+target
			if target == "" {
				role, key = "tag-policy-root-attachment", policy.key
			}
			if err := b.attach(role, key, made, b.unitID(target)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *organizationBuild) policy(role, key, kind, name, description, text string) (*organizations.Policy, error) {
	made, err := organizations.NewPolicy(b.ctx, b.Name(role, key), &organizations.PolicyArgs{
		Name:        pulumi.String(name),
		Type:        pulumi.String(kind),
		Description: pulumi.String(description),
		Content:     pulumi.String(text),
		Tags:        b.tags(role, key),
	}, b.afterOrganization()...)
	if err != nil {
		return nil, err
	}
	b.policies[key] = made.ID().ToStringOutput()
	return made, nil
}

func (b *organizationBuild) attach(role, key string, policy *organizations.Policy, target pulumi.StringInput) error {
	_, err := organizations.NewPolicyAttachment(b.ctx, b.Name(role, key), &organizations.PolicyAttachmentArgs{
		PolicyId: policy.ID(), TargetId: target,
	}, b.Options()...)
	return err
}
