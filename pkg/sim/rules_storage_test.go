package sim

import (
	"net/http"
	"strings"
	"testing"
)

// setting is one of the bucket's settings.
func settingAct(name, token string, inputs props) act {
	with := props{"bucket": "acme-data"}
	for key, value := range inputs {
		with[key] = value
	}
	return act{token: token, name: name, inputs: with}
}

func dataBucket(more ...act) []act { return append([]act{bucketAct("b", "acme-data")}, more...) }

func bucketStatement(text string) props {
	return props{"policy": `{"Version":"2012-10-17","Statement":[` + text + `]}`}
}

const (
	readByAccount = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"}`
	readByAll     = `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"}`
)

func TestBucketRules(t *testing.T) {
	t.Parallel()
	object := act{token: typeBucketObjectv2, name: "o", inputs: props{"bucket": "$b", "key": "a", "content": "x"}}
	refusals(t, map[string]ruleCase{
		"a name of one's own": {
			after: dataBucket(), create: bucketAct("c", "acme-data"), code: "BucketAlreadyOwnedByYou", status: http.StatusConflict,
			message: "Your previous request to create the named bucket succeeded and you already own it.", passes: props{"bucket": "acme-other"},
		},
		"a name of another account's": {
			after:  []act{{token: bucketV2Token, name: "b", account: memberID, region: "us-east-1", inputs: props{"bucket": "acme-data"}}},
			create: bucketAct("c", "acme-data"), code: "BucketAlreadyExists", status: http.StatusConflict,
			message: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. " +
				"Please select a different name and try again.",
			unless: "b",
		},
		"deleted with an object in it": {
			after: dataBucket(object), destroy: "b", code: "BucketNotEmpty", status: http.StatusConflict,
			message: "The bucket you tried to delete is not empty", unless: "o",
		},
		"an object in a missing bucket": {
			create: act{token: typeBucketObjectv2, name: "o", inputs: props{"bucket": "acme-data", "key": "a", "content": "x"}},
			code:   "NoSuchBucket", message: "The specified bucket does not exist", status: http.StatusNotFound, first: dataBucket(),
		},
		"a setting of a missing bucket": {
			create: settingAct("v", typeVersioning, props{"versioningConfiguration": props{"status": "Enabled"}}),
			code:   "NoSuchBucket", message: "The specified bucket does not exist", status: http.StatusNotFound, first: dataBucket(),
		},
		"too many": {
			after: dataBucket(), quotas: map[string]int{"TooManyBuckets": 1}, create: bucketAct("c", "acme-other"),
			code: "TooManyBuckets", message: "You have attempted to create more buckets than allowed", unless: "b",
		},
	})
	names := map[string]faultCase{}
	const form = "a bucket name has 3 to 63 characters: lower-case letters, digits, dots and hyphens, a letter or digit at both ends"
	for name, reason := range map[string]string{
		"ab": form, "Acme": form, "acme_data": form, "-acme": form, "acme-": form, strings.Repeat("a", 64): form,
		"acme..data":  "a bucket name has no two dots side by side and is not an IP address",
		"192.168.0.1": "a bucket name has no two dots side by side and is not an IP address",
		"xn--acme": "a bucket name must not begin with xn--, sthree-, amzn-s3-demo- or end with -s3alias, --ol-s3, .mrap, --x-s3, " +
			"--table-s3",
		"acme--x-s3": "a bucket name must not begin with xn--, sthree-, amzn-s3-demo- or end with -s3alias, --ol-s3, .mrap, --x-s3, " +
			"--table-s3",
	} {
		names[name] = faultCase{
			token: bucketV2Token, inputs: props{"bucket": name}, want: []Failure{{"bucket", reason}}, passes: props{"bucket": "acme.data-1"},
		}
	}
	badInputs(t, names)
}

func TestBucketPolicyRules(t *testing.T) {
	t.Parallel()
	block := func(on bool) act {
		return settingAct("x", typePublicAccess, props{"blockPublicPolicy": on})
	}
	malformed := func(inputs props, message string) ruleCase {
		return ruleCase{
			after: dataBucket(), create: settingAct("p", typeBucketPolicy, inputs), code: "MalformedPolicy", message: message,
			passes: bucketStatement(readByAccount),
		}
	}
	const public = "User is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::acme-data\" because public " +
		"policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
	whole := strings.ReplaceAll(readByAccount, "acme-data/*", "acme-data")
	refusals(t, map[string]ruleCase{
		"no JSON":                          malformed(props{"policy": "allow"}, "Policies must be valid JSON and the first byte must be '{'"),
		"a list":                           malformed(props{"policy": "[]"}, "Policies must be valid JSON and the first byte must be '{'"),
		"no principal":                     malformed(bucketStatement(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"}`), "Missing required field Principal"),
		"no resource":                      malformed(bucketStatement(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}`), "Missing required field Resource"),
		"another bucket":                   malformed(bucketStatement(strings.ReplaceAll(readByAccount, "acme-data", "acme-data2")), "Policy has invalid resource"),
		"a missing role":                   malformed(bucketStatement(strings.ReplaceAll(readByAccount, "222222222222:root", "222222222222:role/other")), "Invalid principal in policy"),
		"an object's action on the bucket": malformed(bucketStatement(whole), "Action does not apply to any resource(s) in statement"),
		"the bucket's action on objects": malformed(bucketStatement(strings.ReplaceAll(readByAccount, "s3:GetObject", "s3:ListBucket")),
			"Action does not apply to any resource(s) in statement"),
		"another service's action": malformed(bucketStatement(strings.ReplaceAll(readByAccount, "s3:GetObject", "ec2:RunInstances")),
			"Policy has invalid action"),
		"too long": malformed(bucketStatement(readByAccount+strings.Repeat(" ", 20480)), "Policy exceeds the maximum allowed document size."),
		"public on a new bucket": {
			after: dataBucket(), create: settingAct("p", typeBucketPolicy, bucketStatement(readByAll)), code: "AccessDenied",
			message: public, status: http.StatusForbidden, first: []act{block(false)},
		},
		"public while it is blocked": {
			after: dataBucket(block(true)), create: settingAct("p", typeBucketPolicy, bucketStatement(readByAll)), code: "AccessDenied",
			message: public, status: http.StatusForbidden,
			passes: bucketStatement(strings.TrimSuffix(readByAll, "}") + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`),
		},
		"public by what fixes nobody": {
			after: dataBucket(), status: http.StatusForbidden, code: "AccessDenied", message: public,
			create: settingAct("p", typeBucketPolicy, bucketStatement(strings.TrimSuffix(readByAll, "}")+
				`,"Condition":{"StringLike":{"aws:PrincipalOrgID":"*"}}}`)),
			passes: bucketStatement(strings.ReplaceAll(readByAll, "Allow", "Deny")),
		},
		"public by exclusion": {
			after: dataBucket(), status: http.StatusForbidden, code: "AccessDenied", message: public,
			create: settingAct("p", typeBucketPolicy, bucketStatement(strings.TrimSuffix(readByAll, "}")+
				`,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}`)),
			passes: bucketStatement(readByAccount),
		},
		"public by an update": {
			after:  dataBucket(settingAct("p", typeBucketPolicy, bucketStatement(readByAccount))),
			change: "p", create: settingAct("p", typeBucketPolicy, bucketStatement(readByAll)), code: "AccessDenied",
			message: public, status: http.StatusForbidden, passes: bucketStatement(readByAccount),
		},
	})
}

func TestBucketSettingRules(t *testing.T) {
	t.Parallel()
	ownership := func(value string) act {
		return settingAct("o", typeOwnership, props{"rule": props{"objectOwnership": value}})
	}
	acl := func(value string) act { return settingAct("a", typeBucketACL, props{"acl": value}) }
	version := func(status string) props { return props{"versioningConfiguration": props{"status": status}} }
	lock := settingAct("l", typeObjectLock, props{"rule": props{"defaultRetention": props{"mode": "GOVERNANCE", "days": 1}}})
	encrypt := func(inputs props) props {
		return props{"rules": []any{props{"applyServerSideEncryptionByDefault": inputs}}}
	}
	logging := settingAct("l", "aws:s3/bucketLoggingV2:BucketLoggingV2", props{"targetBucket": "acme-logs", "targetPrefix": "x/"})
	logs := func(account, region string) act {
		return act{token: bucketV2Token, name: "t", account: account, region: region, inputs: props{"bucket": "acme-logs"}}
	}
	refusals(t, map[string]ruleCase{
		"an ACL where ACLs are off": {
			after: dataBucket(), create: acl("private"), code: "AccessControlListNotSupported", message: "The bucket does not allow ACLs",
			first: []act{ownership("BucketOwnerPreferred")},
		},
		"a public ACL": {
			after: dataBucket(ownership("ObjectWriter")), create: acl("public-read"), code: "AccessDenied", message: "Access Denied",
			status: http.StatusForbidden, first: []act{settingAct("x", typePublicAccess, props{"blockPublicPolicy": true})},
		},
		"ACLs turned off under one": {
			after:  dataBucket(ownership("ObjectWriter"), settingAct("x", typePublicAccess, props{}), acl("public-read")),
			change: "o", create: ownership("BucketOwnerEnforced"), code: "InvalidBucketAclWithObjectOwnership",
			message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", unless: "a",
		},
		"versioning taken back": {
			after:  dataBucket(settingAct("v", typeVersioning, version("Enabled"))),
			change: "v", create: settingAct("v", typeVersioning, version("Disabled")), code: "InvalidRequest",
			message: "versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'", passes: version("Suspended"),
		},
		"a lock without versions": {
			after: dataBucket(), create: lock, code: "InvalidBucketState", status: http.StatusConflict,
			message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
			first:   []act{settingAct("v", typeVersioning, version("Enabled"))},
		},
		"versioning suspended under a lock": {
			after:  dataBucket(settingAct("v", typeVersioning, version("Enabled")), lock),
			change: "v", create: settingAct("v", typeVersioning, version("Suspended")), code: "InvalidBucketState",
			message: "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
			status:  http.StatusConflict, unless: "l",
		},
		"S3's own key and one's own": {
			after:  dataBucket(keyAct("k", kept())),
			create: settingAct("e", typeBucketEncryption, encrypt(props{"sseAlgorithm": "AES256", "kmsMasterKeyId": "$k.arn"})),
			code:   "InvalidArgument", passes: encrypt(props{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "$k.arn"}),
			message: "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
		},
		"a missing key": {
			after: dataBucket(keyAct("k", kept())), create: settingAct("e", typeBucketEncryption, encrypt(props{
				"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:eu-west-1:111111111111:key/other",
			})),
			code: "NotFoundException", message: "Key 'arn:aws:kms:eu-west-1:111111111111:key/other' does not exist",
			passes: encrypt(props{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "$k.arn"}),
		},
		"logs to a missing bucket": {
			after: dataBucket(), create: logging, code: "InvalidTargetBucketForLogging",
			message: "The target bucket for logging does not exist", first: []act{logs("", "")},
		},
		"logs to another account": {
			after: dataBucket(logs(memberID, "")), create: logging, code: "InvalidTargetBucketForLogging",
			message: "The owner for the bucket to be logged and the target bucket must be the same.",
			passes:  props{"targetBucket": "acme-data"},
		},
		"logs to another region": {
			after: dataBucket(logs("", "us-east-1")), create: logging, code: "CrossLocationLoggingProhibited",
			message: "Cross S3 location logging not allowed.", passes: props{"targetBucket": "acme-data"},
		},
	})
	badInputs(t, map[string]faultCase{
		"ownership": {
			token: typeOwnership, inputs: ownership("Owner").inputs,
			want:   []Failure{{"rule.objectOwnership", `"Owner" must be one of BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter`}},
			passes: ownership("ObjectWriter").inputs,
		},
		"versioning": {
			token: typeVersioning, inputs: settingAct("v", "", version("On")).inputs,
			want:   []Failure{{"versioningConfiguration.status", `"On" must be one of Enabled, Suspended, Disabled`}},
			passes: version("Enabled"),
		},
		"algorithm": {
			token: typeBucketEncryption, inputs: settingAct("e", "", encrypt(props{"sseAlgorithm": "aes"})).inputs,
			want: []Failure{{"rules.applyServerSideEncryptionByDefault.sseAlgorithm",
				`"aes" must be one of AES256, aws:kms, aws:kms:dsse`}},
			passes: encrypt(props{"sseAlgorithm": "AES256"}),
		},
	})
}

func TestLifecycleRules(t *testing.T) {
	t.Parallel()
	rules := func(list ...props) props {
		all := make([]any, len(list))
		for i, each := range list {
			all[i] = map[string]any(each)
		}
		return props{"rules": all}
	}
	rule := func(more props) props {
		with := props{"id": "r", "status": "Enabled", "filter": props{}}
		for key, value := range more {
			with[key] = value
		}
		return with
	}
	refused := func(list props, code, message string, passes props) ruleCase {
		return ruleCase{
			after: dataBucket(), create: settingAct("l", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", list),
			code: code, message: message, passes: passes,
		}
	}
	aborts := props{"abortIncompleteMultipartUpload": props{"daysAfterInitiation": 7}}
	noncurrent := func(days, newer int) props {
		return rule(props{"noncurrentVersionExpiration": props{"noncurrentDays": days, "newerNoncurrentVersions": newer}})
	}
	refusals(t, map[string]ruleCase{
		"nothing to do": refused(rules(rule(nil)), "InvalidRequest", "At least one action needs to be specified in a rule.", rules(rule(aborts))),
		"two rules of a name": refused(rules(rule(aborts), rule(aborts)), "InvalidArgument",
			"Rule ID must be unique. Found same ID for more than one rule", rules(rule(aborts))),
		"an upload aborted at once": refused(rules(rule(props{"abortIncompleteMultipartUpload": props{"daysAfterInitiation": 0}})),
			"InvalidArgument", "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer", rules(rule(aborts))),
		"expired before it is there": refused(rules(rule(props{"expiration": props{"days": -1}})), "InvalidArgument",
			"'Days' for Expiration action must be a positive integer",
			rules(rule(props{"expiration": props{"days": 0, "expiredObjectDeleteMarker": true}}))),
		"overwritten versions gone at once": refused(rules(noncurrent(0, 1)), "InvalidArgument",
			"'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer", rules(noncurrent(1, 1))),
		"more versions than can be kept": refused(rules(noncurrent(30, 101)), "InvalidArgument",
			"'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer no greater than 100",
			rules(noncurrent(30, 100))),
	})
}

func TestStorageOutputs(t *testing.T) {
	t.Parallel()
	object := func(content string) act {
		return act{token: typeBucketObjectv2, name: "o", inputs: props{"bucket": "$b", "key": "a", "content": content}}
	}
	computes(t, map[string]outputCase{
		"bucket": {create: bucketAct("b", "acme-data"), want: props{
			"arn": "arn:aws:s3:::acme-data", "bucketDomainName": "acme-data.s3.amazonaws.com", "region": "eu-west-1",
			"requestPayer": "BucketOwner", "forceDestroy": false,
		}},
		"object without versions": {after: dataBucket(), create: object("x"), want: props{"versionId": "", "storageClass": "STANDARD"}},
		"lifecycle": {after: dataBucket(), create: settingAct("l", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", props{
			"rules": []any{props{"id": "r", "status": "Enabled", "expiration": props{"days": 1}}},
		}), want: props{"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"}},
	})
	s := newStage(t, ruleCase{after: dataBucket(
		settingAct("v", typeVersioning, props{"versioningConfiguration": props{"status": "Enabled"}}), object("x"),
	)}, "")
	made := s.made["o"]
	updated, refused := s.change(made, map[string]any{"bucket": "acme-data", "key": "a", "content": "y"})
	if refused != nil || made.Text("versionId") == "" || made.Text("versionId") == updated.Text("versionId") || made.Text("etag") == updated.Text("etag") {
		t.Error("an object with other content has another tag and version", refused, made.Text("versionId"), updated.Text("versionId"))
	}
}
