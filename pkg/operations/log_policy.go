package operations

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// purpose is what a kind of log asks of its bucket.
type purpose struct {
	// allow lets the delivering services in.
	allow func(*archiveBuild) []iampolicy.Statement
	// encrypt lets them use a key of ours; nil where they write with S3's own key only.
	encrypt func(*archiveBuild) []iampolicy.Statement
	// lockable logs may have default retention. AWS Config does not deliver to such a bucket, nor do S3's access logs.
	lockable bool
}

// purposes are the logs the archive can keep.
var purposes = map[string]purpose{
	"trail":     {allow: (*archiveBuild).allowTrail, encrypt: (*archiveBuild).encryptTrail, lockable: true},
	"config":    {allow: (*archiveBuild).allowConfig, encrypt: (*archiveBuild).encryptConfig},
	"flow":      {allow: (*archiveBuild).allowFlow, encrypt: (*archiveBuild).encryptFlow},
	"balancers": {allow: (*archiveBuild).allowBalancers},
	"cdn":       {allow: (*archiveBuild).allowCDN},
}

const (
	trailService    = "cloudtrail.amazonaws.com"
	configService   = "config.amazonaws.com"
	deliveryService = "delivery.logs.amazonaws.com" // of flow logs, network load balancers and CloudFront
	// balancerService writes the access logs of application load balancers, in every region; the accounts that wrote them
	// in regions older than August 2022 cannot be held to an organization.
	balancerService = "logdelivery.elasticloadbalancing.amazonaws.com"

	sourceARN          = "aws:SourceArn"
	sourceOrganization = "aws:SourceOrgID"
	cannedACL          = "s3:x-amz-acl"
	fullControl        = "bucket-owner-full-control"
)

func service(name string) iampolicy.Principals {
	return iampolicy.Principals{Service: []string{name}}
}

// within holds a service to acting for accounts of the organization.
func (b *archiveBuild) within() iampolicy.Condition {
	return iampolicy.Condition{
		Operator: "StringEquals", Key: sourceOrganization, Values: []pulumi.StringInput{b.args.OrganizationID},
	}
}

// bucketPolicy is the policy of a purpose's bucket.
func (b *archiveBuild) bucketPolicy(name string, rules purpose) []iampolicy.Statement {
	return append(transport(b.bucketARN(name)), rules.allow(b)...)
}

// objects are a service's own part of a bucket: AWSLogs/<account>/<service's folder>.
func (b *archiveBuild) objects(purpose, folder string) []pulumi.StringInput {
	return iampolicy.Strings(b.bucketARN(purpose) + "/AWSLogs/*" + folder)
}

// trailARN is the trail's ARN: it belongs to the management account.
func (b *archiveBuild) trailARN() iampolicy.Condition {
	scope := b.args.Scope
	arn := pulumi.Sprintf("arn:%s:cloudtrail:%s:%s:trail/%s", scope.Partition, scope.Region, b.args.ManagementAccountID, b.args.TrailName)
	return iampolicy.Condition{Operator: "StringEquals", Key: sourceARN, Values: []pulumi.StringInput{arn}}
}

// allowTrail lets this one trail write, for the management account and for the organization: a trail is made by the
// first and delivers by the second.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
func (b *archiveBuild) allowTrail() []iampolicy.Statement {
	arn := b.bucketARN("trail")
	return []iampolicy.Statement{
		{
			Sid: "CheckBeforeDelivery", Principals: service(trailService), Actions: []string{"s3:GetBucketAcl"},
			Resources: iampolicy.Strings(arn), Conditions: []iampolicy.Condition{b.trailARN()},
		},
		{
			Sid: "Deliver", Principals: service(trailService), Actions: []string{"s3:PutObject"},
			Resources: []pulumi.StringInput{
				pulumi.Sprintf("%s/AWSLogs/%s/*", arn, b.args.ManagementAccountID),
				pulumi.Sprintf("%s/AWSLogs/%s/*", arn, b.args.OrganizationID),
			},
			Conditions: []iampolicy.Condition{b.trailARN(), iampolicy.When("StringEquals", cannedACL, fullControl)},
		},
	}
}

// encryptTrail lets the trail encrypt, each object in the context of the trail.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
func (b *archiveBuild) encryptTrail() []iampolicy.Statement {
	trails := pulumi.Sprintf("arn:%s:cloudtrail:*:%s:trail/*", b.args.Scope.Partition, b.args.ManagementAccountID)
	return []iampolicy.Statement{
		{
			Sid: "Deliver", Principals: service(trailService), Resources: iampolicy.Strings("*"),
			Actions: []string{"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"},
			Conditions: []iampolicy.Condition{b.trailARN(), {
				Operator: "StringLike", Key: "kms:EncryptionContext:aws:cloudtrail:arn", Values: []pulumi.StringInput{trails},
			}},
		},
		{
			Sid: "CheckBeforeDelivery", Principals: service(trailService), Actions: []string{"kms:DescribeKey"},
			Resources: iampolicy.Strings("*"), Conditions: []iampolicy.Condition{b.trailARN()},
		},
	}
}

// allowConfig lets AWS Config write for the organization's accounts.
// https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
func (b *archiveBuild) allowConfig() []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Sid: "CheckBeforeDelivery", Principals: service(configService), Actions: []string{"s3:GetBucketAcl", "s3:ListBucket"},
			Resources: iampolicy.Strings(b.bucketARN("config")), Conditions: []iampolicy.Condition{b.within()},
		},
		{
			Sid: "Deliver", Principals: service(configService), Actions: []string{"s3:PutObject"},
			Resources:  b.objects("config", "/Config/*"),
			Conditions: []iampolicy.Condition{b.within(), iampolicy.When("StringEquals", cannedACL, fullControl)},
		},
	}
}

// encryptConfig lets AWS Config encrypt: its service-linked role may not, so it comes as the service.
// https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
func (b *archiveBuild) encryptConfig() []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid: "Deliver", Principals: service(configService), Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
		Resources: iampolicy.Strings("*"), Conditions: []iampolicy.Condition{b.within()},
	}}
}

// delivery are the conditions under which the log delivery service acts for the organization's accounts. sources are
// the deliveries' ARNs after the region's place.
func (b *archiveBuild) delivery(region, sources string) []iampolicy.Condition {
	everywhere := naming.Scope{Partition: b.args.Scope.Partition, Region: region, AccountID: "*"}
	return []iampolicy.Condition{b.within(), iampolicy.When("ArnLike", sourceARN, everywhere.ARN("logs", sources))}
}

// deliver lets the log delivery service write to a purpose's bucket. No condition on the canned ACL: the bucket has no
// ACLs, and not every delivery sends one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
func (b *archiveBuild) deliver(purpose string, conditions []iampolicy.Condition) []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Sid: "CheckBeforeDelivery", Principals: service(deliveryService), Actions: []string{"s3:GetBucketAcl"},
			Resources: iampolicy.Strings(b.bucketARN(purpose)), Conditions: conditions,
		},
		{
			Sid: "Deliver", Principals: service(deliveryService), Actions: []string{"s3:PutObject"},
			Resources: b.objects(purpose, ""), Conditions: conditions,
		},
	}
}

// allowFlow lets flow logs of VPCs and transit gateways in, from any region.
func (b *archiveBuild) allowFlow() []iampolicy.Statement {
	return b.deliver("flow", b.delivery("*", "*"))
}

func (b *archiveBuild) encryptFlow() []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid: "Deliver", Principals: service(deliveryService), Resources: iampolicy.Strings("*"),
		Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"},
		Conditions: b.delivery("*", "*"),
	}}
}

// allowBalancers lets the access logs of load balancers of this region in: a bucket takes those of its own region only,
// under S3's own key only.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
func (b *archiveBuild) allowBalancers() []iampolicy.Statement {
	scope := b.args.Scope
	everywhere := naming.Scope{Partition: scope.Partition, Region: scope.Region, AccountID: "*"}
	return append(b.deliver("balancers", b.delivery(scope.Region, "*")), iampolicy.Statement{
		Sid: "DeliverApplication", Principals: service(balancerService), Actions: []string{"s3:PutObject"},
		Resources: b.objects("balancers", ""),
		Conditions: []iampolicy.Condition{
			b.within(), iampolicy.When("ArnLike", sourceARN, everywhere.ARN("elasticloadbalancing", "loadbalancer/*")),
		},
	})
}

// allowCDN lets CloudFront's standard logging (v2) in. It goes through the log delivery service and needs no ACL, where
// the older kind needs one; its deliveries are of us-east-1.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
func (b *archiveBuild) allowCDN() []iampolicy.Statement {
	return b.deliver("cdn", b.delivery("us-east-1", "delivery-source:*"))
}

// accessPolicy lets S3 deliver the access logs of this archive's buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
func (b *archiveBuild) accessPolicy() []iampolicy.Statement {
	scope, arn := b.args.Scope, b.bucketARN(accessLogs)
	return append(transport(arn), iampolicy.Statement{
		Sid: "DeliverAccessLog", Principals: service("logging.s3.amazonaws.com"), Actions: []string{"s3:PutObject"},
		Resources: iampolicy.Strings(arn + "/*"),
		Conditions: []iampolicy.Condition{
			iampolicy.When("ArnLike", sourceARN, scope.GlobalARN("s3", "", scope.Name(maxBucketName, "logs", "*"))),
			iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID),
		},
	})
}
