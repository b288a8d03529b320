package operations_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim/authz"
)

// delivery is a request of a service that delivers logs.
type delivery struct {
	service, action, resource string
	context                   map[string]string
}

// with changes one thing the request says.
func (d delivery) with(key, value string) delivery {
	d.context = maps.Clone(d.context)
	d.context[key] = value
	return d
}

// without leaves one thing unsaid.
func (d delivery) without(key string) delivery {
	d.context = maps.Clone(d.context)
	delete(d.context, key)
	return d
}

func (d delivery) of(service string) delivery { d.service = service; return d }

func (d delivery) does(action string) delivery { d.action = action; return d }

func (d delivery) to(resource string) delivery { d.resource = resource; return d }

// allowed evaluates a resource's policy as IAM does.
func allowed(t *testing.T, document string, d delivery) bool {
	t.Helper()
	policy, err := authz.Parse(document)
	require.NoError(t, err)
	asked := authz.Request{
		Principal: authz.Principal{Service: d.service}, Action: d.action, Resource: d.resource, Context: map[string][]string{},
	}
	for key, value := range d.context {
		asked.Context[key] = []string{value}
	}
	return authz.Policies{Resource: &policy}.Decide(asked).Allowed
}

// put is a service storing an object over TLS for a member account, as each service does.
func put(service, role, key, source string) delivery {
	return delivery{service, "s3:PutObject", "arn:aws:s3:::acme-shared-logs-" + role + "-" + archiveAccount + "/" + key, map[string]string{
		"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "s3:x-amz-acl": "bucket-owner-full-control",
		"aws:SourceArn": source, "aws:SourceAccount": "210000000003", "aws:SourceOrgID": "o-abc1234567",
	}}
}

const (
	trailARN    = "arn:aws:cloudtrail:eu-west-1:210000000001:trail/acme-organization"
	flowSource  = "arn:aws:logs:eu-west-1:210000000003:*"
	lbSource    = "arn:aws:elasticloadbalancing:eu-west-1:210000000003:loadbalancer/app/web/0123456789abcdef"
	cdnSource   = "arn:aws:logs:us-east-1:210000000003:delivery-source:cdn"
	logDelivery = "delivery.logs.amazonaws.com"
)

// deliveries are what must work, by the bucket's role and what it is.
func deliveries() map[string]map[string]delivery {
	return map[string]map[string]delivery{
		"trail": {
			"the management account": put("cloudtrail.amazonaws.com", "trail", "AWSLogs/210000000001/CloudTrail/eu-west-1/a.gz", trailARN),
			"a member":               put("cloudtrail.amazonaws.com", "trail", "AWSLogs/o-abc1234567/210000000003/CloudTrail/eu-west-1/a.gz", trailARN),
		},
		"config": {
			"a member":         put("config.amazonaws.com", "config", "AWSLogs/210000000003/Config/eu-west-1/a.gz", ""),
			"the test of it":   put("config.amazonaws.com", "config", "AWSLogs/210000000003/Config/ConfigWritabilityCheckFile", ""),
			"the shared stack": put("config.amazonaws.com", "config", "AWSLogs/210000000002/Config/eu-west-1/a.gz", ""),
		},
		"flow": {
			"a VPC":             put(logDelivery, "flow", "AWSLogs/210000000003/vpcflowlogs/eu-west-1/a.parquet", flowSource),
			"by hour":           put(logDelivery, "flow", "AWSLogs/aws-account-id=210000000003/aws-service=vpcflowlogs/a.parquet", flowSource),
			"without an ACL":    put(logDelivery, "flow", "AWSLogs/210000000003/vpcflowlogs/a.parquet", flowSource).without("s3:x-amz-acl"),
			"of another region": put(logDelivery, "flow", "AWSLogs/210000000003/vpcflowlogs/a.parquet", "arn:aws:logs:us-east-1:210000000003:*"),
		},
		"balancers": {
			"an application load balancer": put("logdelivery.elasticloadbalancing.amazonaws.com", "balancers", "AWSLogs/210000000003/elasticloadbalancing/a.gz", lbSource).without("s3:x-amz-acl"),
			"a network load balancer":      put(logDelivery, "balancers", "AWSLogs/210000000003/elasticloadbalancing/a.gz", flowSource),
		},
		"cdn": {"a distribution": put(logDelivery, "cdn", "AWSLogs/210000000003/CloudFront/a.gz", cdnSource).without("s3:x-amz-acl")},
		"access": {"another bucket": put("logging.s3.amazonaws.com", "access", "trail/2026-01-01", "arn:aws:s3:::acme-shared-logs-trail-210000000002").
			with("aws:SourceAccount", archiveAccount)},
	}
}

func TestLogArchiveLetsServicesIn(t *testing.T) {
	t.Parallel()
	made, err := archive(t, archiveArguments(), false)
	require.NoError(t, err)
	for role, ways := range deliveries() {
		document := made["logs-"+role+"-policy"].Inputs["policy"].StringValue()
		bucket := "arn:aws:s3:::acme-shared-logs-" + role + "-" + archiveAccount
		for name, good := range ways {
			assert.True(t, allowed(t, document, good), "%s: %s", role, name)
			if role != "access" && good.service != "logdelivery.elasticloadbalancing.amazonaws.com" {
				assert.True(t, allowed(t, document, good.does("s3:GetBucketAcl").to(bucket)), "%s: %s looks first", role, name)
			}
			for what, bad := range map[string]delivery{
				"plain HTTP":             good.with("aws:SecureTransport", "false"),
				"old TLS":                good.with("s3:TlsVersion", "1.1"),
				"another service":        good.of("sns.amazonaws.com"),
				"reading":                good.does("s3:GetObject"),
				"deleting":               good.does("s3:DeleteObject"),
				"its policy":             good.does("s3:PutBucketPolicy").to(bucket),
				"ending a lock":          good.does("s3:BypassGovernanceRetention"),
				"another bucket":         good.to("arn:aws:s3:::acme-other/AWSLogs/210000000003/a"),
				"outside of its folders": good.to(bucket + "/elsewhere/AWSLogs"),
			} {
				if role == "access" && what == "outside of its folders" {
					continue
				}
				assert.False(t, allowed(t, document, bad), "%s: %s: %s", role, name, what)
			}
		}
	}
}

// TestLogArchiveKeepsOthersOut: the right service, sent by the wrong account.
func TestLogArchiveKeepsOthersOut(t *testing.T) {
	t.Parallel()
	made, err := archive(t, archiveArguments(), false)
	require.NoError(t, err)
	for role, ways := range deliveries() {
		document := made["logs-"+role+"-policy"].Inputs["policy"].StringValue()
		for name, good := range ways {
			strangers := map[string]delivery{
				"another organization": good.with("aws:SourceOrgID", "o-other"),
				"no organization":      good.without("aws:SourceOrgID"),
			}
			switch role {
			case "trail":
				strangers = map[string]delivery{
					"another trail":      good.with("aws:SourceArn", trailARN+"-2"),
					"a stranger's trail": good.with("aws:SourceArn", "arn:aws:cloudtrail:eu-west-1:999999999999:trail/acme-organization"),
					"another region's":   good.with("aws:SourceArn", "arn:aws:cloudtrail:us-east-1:210000000001:trail/acme-organization"),
					"no trail":           good.without("aws:SourceArn"),
					"no control":         good.with("s3:x-amz-acl", "private"),
					"another's folder":   good.to("arn:aws:s3:::acme-shared-logs-trail-210000000002/AWSLogs/o-other/a"),
				}
			case "access":
				strangers = map[string]delivery{
					"a stranger":       good.with("aws:SourceAccount", "999999999999"),
					"another's bucket": good.with("aws:SourceArn", "arn:aws:s3:::other-bucket"),
				}
			case "config":
				strangers["no control"] = good.with("s3:x-amz-acl", "private")
				strangers["another's folder"] = good.to("arn:aws:s3:::acme-shared-logs-config-210000000002/AWSLogs/210000000003/Other/a")
			case "cdn", "balancers":
				strangers["another region's"] = good.with("aws:SourceArn", "arn:aws:logs:eu-central-1:210000000003:*")
			}
			for what, bad := range strangers {
				assert.False(t, allowed(t, document, bad), "%s: %s: %s", role, name, what)
			}
		}
	}
}

func TestLogArchiveKeys(t *testing.T) {
	t.Parallel()
	made, err := archive(t, archiveArguments(), false)
	require.NoError(t, err)
	const key = "arn:aws:kms:eu-west-1:210000000002:key/k"
	encrypt := func(service, source string) delivery {
		good := put(service, "trail", "", source).does("kms:GenerateDataKey").to(key)
		return good.with("kms:EncryptionContext:aws:cloudtrail:arn", trailARN)
	}
	for role, good := range map[string]delivery{
		"trail":  encrypt("cloudtrail.amazonaws.com", trailARN),
		"config": encrypt("config.amazonaws.com", ""),
		"flow":   encrypt(logDelivery, flowSource),
	} {
		document := made["logs-key-"+role].Inputs["policy"].StringValue()
		assert.True(t, allowed(t, document, good), role)
		stranger := good.with("aws:SourceOrgID", "o-other")
		if role == "trail" {
			stranger = good.with("aws:SourceArn", trailARN+"-2")
			assert.False(t, allowed(t, document, good.with("kms:EncryptionContext:aws:cloudtrail:arn",
				"arn:aws:cloudtrail:eu-west-1:999999999999:trail/x")), "another trail's context")
			assert.False(t, allowed(t, document, good.does("kms:Decrypt")), "the trail only writes")
			assert.True(t, allowed(t, document, good.does("kms:DescribeKey")))
		}
		assert.False(t, allowed(t, document, stranger), role)
		assert.False(t, allowed(t, document, good.of("sns.amazonaws.com")), role)
		assert.False(t, allowed(t, document, good.does("kms:ScheduleKeyDeletion")), role)
		assert.False(t, allowed(t, document, good.does("kms:PutKeyPolicy")), role)
	}
}
