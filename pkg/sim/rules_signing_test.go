package sim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const serviceSource = `"Condition":{"StringEquals":{"aws:SourceAccount":"` + managementID + `"}}`

// signingKeyAct makes a key that DNSSEC can use.
func signingKeyAct(name string) act {
	statement := func(actions, condition string) string {
		return `{"Effect":"Allow","Principal":{"Service":"` + signer + `"},"Action":` + actions + `,"Resource":"*",` + condition + `}`
	}
	return act{token: "aws:kms/key:Key", name: name, region: zonesHome, inputs: props{
		"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY",
		"policy": `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Principal":{"AWS":"` + managementID + `"},"Action":"kms:*","Resource":"*"},` +
			statement(`["kms:DescribeKey","kms:GetPublicKey","kms:Sign"]`, serviceSource) + `,` +
			statement(`"kms:CreateGrant"`, `"Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}`) + `]}`,
	}}
}

// signingKeyWith is the same with something changed.
func signingKeyWith(key string, value any) act {
	made := signingKeyAct("k")
	made.inputs[key] = value
	return made
}

func kskAct(name, zone, key string) act {
	return act{token: typeKeySigningKey, name: name, inputs: props{
		"hostedZoneId": zone, "keyManagementServiceArn": "$" + key + ".arn", "name": name + "_name",
	}}
}

func signAct(name, zone string) act {
	return act{token: typeZoneSigning, name: name, inputs: props{"hostedZoneId": zone}}
}

// signedZone are acts after a signed zone.
func signedZone(acts ...act) []act {
	return append([]act{zoneAct("z", "dev.acme.example"), signingKeyAct("k"), kskAct("one", "$z", "k"), signAct("s", "$z")}, acts...)
}

// published are acts after a signed zone whose parent vouches for it.
func published(acts ...act) []act {
	return append(signedZone(zoneAct("p", "acme.example"), act{token: typeRecord, name: "ds", inputs: props{
		"zoneId": "$p", "name": "dev", "type": "DS", "ttl": 300, "records": []any{"$one.dsRecord"},
	}}), acts...)
}

func TestSigningRules(t *testing.T) {
	t.Parallel()
	private := append([]act{vpcAct("v", "10.0.0.0/16"), privateZoneAct("q", "acme.internal", "$v")}, signedZone()...)
	badKey := func(key act) ruleCase {
		return ruleCase{
			after: []act{zoneAct("z", "dev.acme.example"), key, signingKeyAct("good")}, create: kskAct("one", "$z", "k"), code: "InvalidKMSArn",
			message: "The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing.",
			passes:  props{"keyManagementServiceArn": "$good.arn"},
		}
	}
	abroad := signingKeyAct("k")
	abroad.region = "eu-west-1"
	policy, _ := signingKeyAct("k").inputs["policy"].(string)
	inParent := parentKnows().Message
	refusals(t, map[string]ruleCase{
		"a key of another region":        badKey(abroad),
		"a key of another kind":          badKey(signingKeyWith("customerMasterKeySpec", "ECC_NIST_P384")),
		"a key that is switched off":     badKey(signingKeyWith("isEnabled", false)),
		"a key Route 53 may not use":     badKey(signingKeyWith("policy", strings.ReplaceAll(policy, "kms:Sign", "kms:Verify"))),
		"a key that grants nothing":      badKey(signingKeyWith("policy", strings.ReplaceAll(policy, "kms:CreateGrant", "kms:ListGrants"))),
		"a key for the zones of another": badKey(signingKeyWith("policy", strings.ReplaceAll(policy, serviceSource, strings.ReplaceAll(serviceSource, managementID, memberID)))),
		"a key of a zone that is private": {
			after: private, create: kskAct("two", "$q", "k"), code: "InvalidArgument", passes: props{"hostedZoneId": "$z"},
			message: "The hosted zone $q$ is a private hosted zone: DNSSEC signing is for public hosted zones.",
		},
		"a private zone signed": {
			after: private, create: signAct("t", "$q"), code: "InvalidArgument", passes: props{"hostedZoneId": "$z"},
			message: "The hosted zone $q$ is a private hosted zone: DNSSEC signing is for public hosted zones.",
		},
		"a zone that is not": {
			after: signedZone(), create: kskAct("two", "Z1", "k"), code: "NoSuchHostedZone", status: 404,
			message: "No hosted zone found with ID: Z1", passes: props{"hostedZoneId": "$z"},
		},
		"a key's name twice": {
			after: signedZone(), create: act{token: typeKeySigningKey, name: "two", inputs: props{
				"hostedZoneId": "$z", "keyManagementServiceArn": "$k.arn", "name": "one_name"}},
			code: "KeySigningKeyAlreadyExists", status: 409, passes: props{"name": "two_name"},
			message: "A key-signing key with the name one_name already exists for hosted zone $z$.",
		},
		"three keys": {
			after: signedZone(kskAct("two", "$z", "k")), create: kskAct("three", "$z", "k"), code: "TooManyKeySigningKeys", unless: "two",
			message: "You've reached the limit for the number of key-signing keys (KSKs). Remove at least one KSK, and then try again.",
		},
		"signed by nothing": {
			after:  []act{zoneAct("z", "dev.acme.example"), signingKeyAct("k")},
			create: signAct("s", "$z"), code: "KeySigningKeyWithActiveStatusNotFound", first: []act{kskAct("one", "$z", "k")},
			message: "A key-signing key (KSK) with ACTIVE status wasn't found.",
		},
		"the only key at rest": {
			after: signedZone(), change: "one", create: act{inputs: props{
				"hostedZoneId": "$z", "keyManagementServiceArn": "$k.arn", "name": "one_name", "status": "INACTIVE"}},
			code: "KeySigningKeyInUse", passes: props{"status": "ACTIVE"},
			message: "The key-signing key (KSK) that you specified can't be deactivated because it's the only KSK for a " +
				"currently-enabled DNSSEC. Disable DNSSEC signing, or add or enable another KSK.",
		},
		"the only key gone": {
			after: signedZone(), destroy: "one", code: "KeySigningKeyInUse", first: []act{kskAct("two", "$z", "k")},
			message: "The key-signing key (KSK) that you specified can't be deactivated because it's the only KSK for a " +
				"currently-enabled DNSSEC. Disable DNSSEC signing, or add or enable another KSK.",
		},
		"a key the parent vouches for": {
			after: published(kskAct("two", "$z", "k")), destroy: "one", code: "KeySigningKeyInParentDSRecord", message: inParent, unless: "ds",
		},
		"unsigned under a parent that vouches": {
			after: published(), destroy: "s", code: "KeySigningKeyInParentDSRecord", message: inParent, unless: "ds",
		},
		"no longer signing under a parent that vouches": {
			after: published(), change: "s", create: act{inputs: props{"hostedZoneId": "$z", "signingStatus": "NOT_SIGNING"}},
			code: "KeySigningKeyInParentDSRecord", message: inParent, passes: props{"signingStatus": "SIGNING"},
		},
		"a signed zone gone": {
			after: []act{zoneAct("z", "dev.acme.example"), signingKeyAct("k"), kskAct("one", "$z", "k")}, destroy: "z", unless: "one",
			code: "HostedZoneNotEmpty", message: "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
		},
	})
}

// TestSigningRollback: what was done last is undone first.
func TestSigningRollback(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: published()}, "")
	require.Regexp(t, `^\d{1,5} 13 2 [0-9A-F]{64}$`, s.made["one"].Text("dsRecord"))
	require.Regexp(t, `^257 3 13 \S{88}$`, s.made["one"].Text("dnskeyRecord"))
	for _, name := range []string{"ds", "s", "one", "z"} {
		require.Nil(t, s.destroy(s.made[name]), name)
	}
}

// queryGroupActs are a log group and what lets Route 53 write to it.
func queryGroupActs() []act {
	return []act{
		zoneAct("z", "acme.example"),
		{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", region: zonesHome, inputs: props{"name": "/aws/route53/acme.example"}},
		{token: "aws:cloudwatch/logGroup:LogGroup", name: "far", inputs: props{"name": "/aws/route53/far"}},
		{token: "aws:cloudwatch/logGroup:LogGroup", name: "shut", region: zonesHome, inputs: props{"name": "/aws/route53/shut"}},
		{token: typeLogPolicy, name: "p", region: zonesHome, inputs: props{
			"policyName": "p", "policyDocument": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},` +
				`"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"` + "arn:" + `aws:logs:us-east-1:` + managementID +
				`:log-group:/aws/route53/acme.example:*",` + serviceSource + `}]}`,
		}},
	}
}

func queryLogAct(name, zone, group string) act {
	return act{token: typeQueryLog, name: name, inputs: props{"zoneId": zone, "cloudwatchLogGroupArn": group}}
}

func TestQueryLogRules(t *testing.T) {
	t.Parallel()
	refusals(t, map[string]ruleCase{
		"a group of another region": {
			after: queryGroupActs(), create: queryLogAct("q", "$z", "$far.arn"), code: "NoSuchCloudWatchLogsLogGroup", status: 404,
			message: "The specified CloudWatch Logs log group does not exist.", passes: props{"cloudwatchLogGroupArn": "$g.arn"},
		},
		"a group Route 53 may not write to": {
			after: queryGroupActs(), create: queryLogAct("q", "$z", "$shut.arn"), code: "InsufficientCloudWatchLogsResourcePolicy",
			message: "The CloudWatch Logs log resource policy does not grant Route53 sufficient permissions to create and write to log streams.",
			passes:  props{"cloudwatchLogGroupArn": "$g.arn"},
		},
		"logged already": {
			after: append(queryGroupActs(), queryLogAct("q", "$z", "$g.arn")), create: queryLogAct("r", "$z", "$g.arn"),
			code: "QueryLoggingConfigAlreadyExists", status: 409, message: "A query logging configuration already exists for this hosted zone.", unless: "q",
		},
		"a private zone": {
			after:  append(queryGroupActs(), vpcAct("v", "10.0.0.0/16"), privateZoneAct("i", "acme.internal", "$v")),
			create: queryLogAct("q", "$i", "$g.arn"), code: "InvalidInput", passes: props{"zoneId": "$z"},
			message: "The hosted zone $i$ is a private hosted zone: query logging is for public hosted zones.",
		},
		"a zone that is not": {
			after: queryGroupActs(), create: queryLogAct("q", "Z1", "$g.arn"), code: "NoSuchHostedZone", status: 404,
			message: "No hosted zone found with ID: Z1", passes: props{"zoneId": "$z"},
		},
	})
}

func TestWhatReplacesInZones(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	for _, each := range []struct{ token, property string }{
		{typeZone, "name"}, {typeZone, "delegationSetId"}, {typeRecord, "zoneId"}, {typeRecord, "name"}, {typeHealthCheck, "type"},
		{typeQueryLog, "cloudwatchLogGroupArn"}, {typeKeySigningKey, "name"}, {typeZoneAssociation, "vpcId"}, {typeZoneInvitation, "zoneId"},
	} {
		require.Equal(t, []string{each.property}, m.replaces(each.token, props{each.property: "a"}, props{each.property: "b"}), each.token)
	}
	for _, each := range []struct{ token, property string }{
		{typeZone, "comment"}, {typeRecord, "type"}, {typeRecord, "setIdentifier"}, {typeHealthCheck, "fqdn"}, {typeKeySigningKey, "status"},
	} {
		require.Empty(t, m.replaces(each.token, props{each.property: "a"}, props{each.property: "b"}), each.token)
	}
}
