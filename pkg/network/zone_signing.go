package network

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// zonesHome is the region where Route 53 has its keys and log groups, whatever the region of those who ask.
const zonesHome = "us-east-1"

// signing is what a zone is signed with.
type signing struct {
	key  *route53.KeySigningKey
	zone *route53.HostedZoneDnsSec
}

// abroad is the scope in Route 53's region.
func (b *publicZoneBuild) abroad() naming.Scope {
	scope := b.args.Scope
	scope.Region = zonesHome
	return scope
}

// recorder makes what query logs need, in Route 53's region.
func (b *publicZoneBuild) recorder() recorder {
	return recorder{
		Children: b.Children, ctx: b.ctx, scope: b.abroad(), subject: "zone " + b.args.Config.Domain, protect: b.args.Protect,
		tags: b.tags, abroad: b.args.Global,
	}
}

// forThisZone are the conditions under which Route 53 acts for this zone and no other.
func (b *publicZoneBuild) forThisZone() []iampolicy.Condition {
	return []iampolicy.Condition{
		iampolicy.When("StringEquals", "aws:SourceAccount", b.args.Scope.AccountID),
		{Operator: "ArnEquals", Key: "aws:SourceArn", Values: []pulumi.StringInput{b.zone.Arn}},
	}
}

// logQueries records what is asked, and by which resolver.
func (b *publicZoneBuild) logQueries() error {
	cfg := b.args.Config.QueryLogs
	if cfg == nil {
		b.out.QueryLogGroup = pulumi.String("").ToStringOutput()
		return nil
	}
	records := b.recorder()
	name := "/aws/route53/" + b.args.Config.Domain
	group, err := records.makeGroup("query-log", name, cfg.RetentionDays)
	if err != nil {
		return err
	}
	document, err := iampolicy.Document(iampolicy.Statement{
		Sid:        "Route53",
		Principals: iampolicy.Principals{Service: []string{"route53.amazonaws.com"}},
		Actions:    []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources:  iampolicy.Strings(b.abroad().ARN("logs", "log-group:"+name+":*")),
		Conditions: b.forThisZone(),
	})
	if err != nil {
		return err
	}
	const longestPolicyName = 255
	policy, err := cloudwatch.NewLogResourcePolicy(b.ctx, b.Name("query-log-policy"), &cloudwatch.LogResourcePolicyArgs{
		PolicyName:     pulumi.String(b.args.Scope.Name(longestPolicyName, b.name, "query-logs")),
		PolicyDocument: document,
	}, records.Options()...)
	if err != nil {
		return err
	}
	b.out.QueryLogGroup = group.Arn
	_, err = route53.NewQueryLog(b.ctx, b.Name("query-log"), &route53.QueryLogArgs{
		ZoneId:                b.zone.ZoneId,
		CloudwatchLogGroupArn: group.Arn,
		// A zone has one.
	}, b.Options(pulumi.DependsOn([]pulumi.Resource{policy}), pulumi.DeleteBeforeReplace(true))...)
	return err
}

// sign signs the zone's answers: key, key signing key, zone; the parent comes last, and goes first.
func (b *publicZoneBuild) sign() error {
	if b.args.Config.DNSSEC == nil {
		b.out.DSRecord = pulumi.String("").ToStringOutput()
		return nil
	}
	key, err := b.makeSigningKey()
	if err != nil {
		return err
	}
	const longestName = 128
	name := naming.Cut(strings.NewReplacer(".", "_", "-", "_").Replace(b.args.Config.Domain), longestName)
	signer, err := route53.NewKeySigningKey(b.ctx, b.Name("key-signing-key"), &route53.KeySigningKeyArgs{
		HostedZoneId:            b.zone.ZoneId,
		KeyManagementServiceArn: key.Arn,
		Name:                    pulumi.String(strings.ReplaceAll(name, "-", "_")),
		Status:                  pulumi.String("ACTIVE"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	zone, err := route53.NewHostedZoneDnsSec(b.ctx, b.Name("signing"), &route53.HostedZoneDnsSecArgs{
		HostedZoneId:  signer.HostedZoneId,
		SigningStatus: pulumi.String("SIGNING"),
	}, b.Options(pulumi.DependsOn([]pulumi.Resource{signer}))...)
	if err != nil {
		return err
	}
	b.signing = &signing{key: signer, zone: zone}
	b.content = append(b.content, zone)
	b.out.DSRecord = signer.DsRecord
	return nil
}

// makeSigningKey makes the key whose fingerprint the parent has. AWS rotates no key of this kind: docs/dns.md says how.
func (b *publicZoneBuild) makeSigningKey() (*kms.Key, error) {
	signer := iampolicy.Principals{Service: []string{"dnssec-route53.amazonaws.com"}}
	policy, err := iampolicy.Document(
		administeredHere(b.args.Scope),
		iampolicy.Statement{
			Sid: "Sign", Principals: signer,
			Actions:    []string{"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"},
			Resources:  iampolicy.Strings("*"),
			Conditions: b.forThisZone(),
		},
		iampolicy.Statement{
			Sid: "Grant", Principals: signer, Actions: []string{"kms:CreateGrant"}, Resources: iampolicy.Strings("*"),
			// Grants are asked for without the zone.
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "kms:GrantIsForAWSResource", "true")},
		},
	)
	if err != nil {
		return nil, err
	}
	return kms.NewKey(b.ctx, b.Name("signing-key"), &kms.KeyArgs{
		Description:           pulumi.String("Signs the zone " + b.args.Config.Domain),
		CustomerMasterKeySpec: pulumi.String("ECC_NIST_P256"),
		KeyUsage:              pulumi.String("SIGN_VERIFY"),
		DeletionWindowInDays:  pulumi.Int(keyDeletionDays),
		Policy:                iampolicy.KeyPolicy.Within(policy),
		Tags:                  b.tags("signing"),
	}, b.recorder().Options(pulumi.Protect(b.args.Protect))...)
}
