package security

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// alarmKeyDays is AWS's longest deletion window: without its key the topic is silent, and nobody notices on a good day.
const alarmKeyDays = 30

// BreakGlassAlarmArgs say which role is watched where.
type BreakGlassAlarmArgs struct {
	// Scope is the account's, its Region the region that is watched.
	Scope naming.Scope
	// AccountID is the account's id where it is not known beforehand; nil: the scope's.
	AccountID pulumi.StringInput
	// Notify are the e-mail addresses told.
	Notify []string
	// Protect makes the engine refuse to delete the key.
	Protect bool
}

// BreakGlassAlarm tells people at once that somebody took the account's break-glass role: a rule on CloudTrail's record
// of it, to an encrypted topic, to their addresses. CloudTrail records it in the region whose endpoint answered, so there
// is one alarm for each region where that may be; the organization's trail is what makes the records.
type BreakGlassAlarm struct {
	pulumi.ResourceState

	// TopicARN is the topic; whoever else must know subscribes to it.
	TopicARN pulumi.StringOutput `pulumi:"topicArn"`
}

// alarmBuild is an alarm in the making.
type alarmBuild struct {
	*component.Children
	ctx     *pulumi.Context
	args    BreakGlassAlarmArgs
	account pulumi.StringOutput
	out     *BreakGlassAlarm
}

// NewBreakGlassAlarm makes the alarm in one account and region.
func NewBreakGlassAlarm(
	ctx *pulumi.Context, name string, args BreakGlassAlarmArgs, opts ...pulumi.ResourceOption,
) (*BreakGlassAlarm, error) {
	b := &alarmBuild{ctx: ctx, args: args, out: &BreakGlassAlarm{}}
	b.account = pulumi.String(args.Scope.AccountID).ToStringOutput()
	if args.AccountID != nil {
		b.account = args.AccountID.ToStringOutput()
	}
	err := component.Register(ctx, "aws-platform:security:BreakGlassAlarm", name, b.out, nil, func(c *component.Children) error {
		b.Children = c
		rule, err := b.rule()
		if err != nil {
			return err
		}
		topic, err := b.topic(rule)
		if err != nil {
			return err
		}
		b.out.TopicARN = topic.Arn
		return b.deliver(rule, topic)
	}, opts...)
	if err != nil {
		return nil, err
	}
	return b.out, nil
}

// in makes a text of the account's facts once its id is known.
func (b *alarmBuild) in(text func(naming.Scope) (string, error)) pulumi.StringOutput {
	return b.account.ApplyT(func(id string) (string, error) {
		scope := b.args.Scope
		scope.AccountID = id
		return text(scope)
	}).(pulumi.StringOutput)
}

func (b *alarmBuild) rule() (*cloudwatch.EventRule, error) {
	return cloudwatch.NewEventRule(b.ctx, b.Name("rule"), &cloudwatch.EventRuleArgs{
		Description: pulumi.String("Somebody took the break-glass role"),
		// Taking a role changes nothing, and rules see only what changes something unless they ask for all.
		State:        pulumi.String("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
		EventPattern: b.in(breakGlassPattern),
		Tags:         b.tags("rule"),
	}, b.Options()...)
}

// breakGlassPattern matches CloudTrail's record of somebody taking the role, refused or not.
func breakGlassPattern(scope naming.Scope) (string, error) {
	role := scope.GlobalARN("iam", scope.AccountID, "role/"+AccessRole(scope.Organization, BreakGlass))
	pattern, err := json.Marshal(map[string]any{
		"source":      []string{"aws.sts"},
		"detail-type": []string{"AWS API Call via CloudTrail"},
		"detail": map[string]any{
			"eventName":         []string{"AssumeRole"},
			"requestParameters": map[string]any{"roleArn": []string{role}},
		},
	})
	return string(pattern), err
}

// topic makes the topic, its key, and who may write to it.
func (b *alarmBuild) topic(rule *cloudwatch.EventRule) (*sns.Topic, error) {
	key, err := kms.NewKey(b.ctx, b.Name("key"), &kms.KeyArgs{
		Description:          pulumi.String("Encrypts the break-glass alarm"),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(alarmKeyDays),
		Policy:               b.in(alarmKeyPolicy),
		Tags:                 b.tags("key"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, err
	}
	topic, err := sns.NewTopic(b.ctx, b.Name("topic"), &sns.TopicArgs{
		DisplayName:    pulumi.String("Break-glass"),
		KmsMasterKeyId: key.Arn,
		Tags:           b.tags("topic"),
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	policy, err := iampolicy.Document(
		iampolicy.Statement{
			Sid: "TellOfTheRole", Actions: []string{"sns:Publish"}, Resources: []pulumi.StringInput{topic.Arn},
			Principals: iampolicy.Principals{Service: []string{"events.amazonaws.com"}},
			Conditions: []iampolicy.Condition{{Operator: "ArnEquals", Key: "aws:SourceArn", Values: []pulumi.StringInput{rule.Arn}}},
		},
		iampolicy.Statement{
			Sid: "OnlyEncryptedTransport", Deny: true, Principals: iampolicy.Principals{Everybody: true},
			Actions: []string{"sns:Publish"}, Resources: []pulumi.StringInput{topic.Arn},
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "aws:SecureTransport", "false")},
		},
	)
	if err != nil {
		return nil, err
	}
	_, err = sns.NewTopicPolicy(b.ctx, b.Name("topic-policy"), &sns.TopicPolicyArgs{Arn: topic.Arn, Policy: policy}, b.Options()...)
	return topic, err
}

// alarmKeyPolicy lets EventBridge encrypt what it tells, and the account's administrators keep the key.
func alarmKeyPolicy(scope naming.Scope) (string, error) {
	return iampolicy.Text(
		iampolicy.Statement{
			Sid: "Administer", Actions: []string{"kms:*"}, Resources: iampolicy.Strings("*"),
			Principals: iampolicy.Principals{AWS: iampolicy.Strings(scope.GlobalARN("iam", scope.AccountID, "root"))},
			Wildcard:   "a key nobody may administer is lost; identity policies of the account narrow this down",
		},
		iampolicy.Statement{
			Sid: "Encrypt", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: iampolicy.Strings("*"),
			Principals: iampolicy.Principals{Service: []string{"events.amazonaws.com"}},
			Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID)},
		},
	)
}

// deliver sends the record to the topic in a sentence people read, and the topic to their addresses.
func (b *alarmBuild) deliver(rule *cloudwatch.EventRule, topic *sns.Topic) error {
	_, err := cloudwatch.NewEventTarget(b.ctx, b.Name("target"), &cloudwatch.EventTargetArgs{
		Rule:     rule.Name,
		TargetId: pulumi.String("topic"),
		Arn:      topic.Arn,
		InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.StringMap{
				"account": pulumi.String("$.account"), "region": pulumi.String("$.region"), "time": pulumi.String("$.time"),
				"who": pulumi.String("$.detail.userIdentity.arn"), "from": pulumi.String("$.detail.sourceIPAddress"),
			},
			InputTemplate: pulumi.String(`"Break-glass role of account <account> asked for by <who> from <from> at <time> (<region>). ` +
				`If nobody announced it, treat it as an intrusion: docs/identity.md."`),
		},
	}, b.Options()...)
	if err != nil {
		return err
	}
	for _, address := range b.args.Notify {
		_, err := sns.NewTopicSubscription(b.ctx, b.Name("mail", address), &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("email"), Endpoint: pulumi.String(address),
		}, b.Options()...)
		if err != nil {
			return fmt.Errorf("subscription of %s: %w", address, err)
		}
	}
	return nil
}

func (b *alarmBuild) tags(role string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("access", b.Name(role), nil))
}
