package sim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kept is a key policy that keeps the account in control, with more statements.
func kept(more ...string) string {
	statements := append([]string{
		`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}`}, more...)
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// forLogs lets CloudWatch Logs of a region use a key for one log group or many.
func forLogs(region, group string) string {
	return `{"Effect":"Allow","Principal":{"Service":"logs.` + region + `.amazonaws.com"},"Action":["kms:Encrypt*","kms:Decrypt*",` +
		`"kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"],"Resource":"*","Condition":{"ArnLike":{` +
		`"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:` + region + `:111111111111:log-group:` + group + `"}}}`
}

func keyAct(name, policy string) act {
	return act{token: "aws:kms/key:Key", name: name, inputs: props{"policy": policy}}
}

func aliasAct(name, alias, key string) act {
	return act{token: "aws:kms/alias:Alias", name: name, inputs: props{"name": alias, "targetKeyId": "$" + key}}
}

func TestKeyRules(t *testing.T) {
	t.Parallel()
	malformed := func(policy, message string) ruleCase {
		return ruleCase{
			create: keyAct("k", policy), code: "MalformedPolicyDocumentException", message: message, passes: props{"policy": kept()},
		}
	}
	const lockedOut = "The new key policy will not allow you to update the key policy in the future."
	strange := `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/other"},"Action":"kms:Decrypt","Resource":"*"}`
	refusals(t, map[string]ruleCase{
		"no JSON":      malformed("{", "The policy is not valid JSON."),
		"no principal": malformed(kept(`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`), "Missing required field Principal"),
		"no resource":  malformed(kept(`{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt"}`), "Missing required field Resource"),
		"a missing role": {
			create: keyAct("k", kept(strange)), code: "MalformedPolicyDocumentException",
			message: "Policy contains a statement with one or more invalid principals.",
			first:   []act{roleAct("other", assumable(byAccount))},
		},
		"nobody may change it":          malformed(strings.ReplaceAll(kept(), "kms:*", "kms:Decrypt"), lockedOut),
		"another account may change it": malformed(strings.ReplaceAll(kept(), managementID, memberID), lockedOut),
		"nobody may change it, and so be it": {
			create: keyAct("k", strings.ReplaceAll(kept(), "kms:*", "kms:Decrypt")), code: "MalformedPolicyDocumentException",
			message: lockedOut, passes: props{"bypassPolicyLockoutSafetyCheck": true},
		},
		"changed so that nobody may": {
			after: []act{keyAct("k", kept())}, change: "k",
			create: act{inputs: props{"policy": strings.ReplaceAll(kept(), "kms:*", "kms:Decrypt")}},
			code:   "MalformedPolicyDocumentException", message: lockedOut, passes: props{"policy": kept(forLogs("eu-west-1", "*"))},
		},
		"a role of the account may change it": {
			after:  []act{roleAct("admin", assumable(byAccount))},
			create: keyAct("k", strings.ReplaceAll(kept(), ":root", ":role/other")), code: "MalformedPolicyDocumentException",
			message: "Policy contains a statement with one or more invalid principals.",
			passes:  props{"policy": strings.ReplaceAll(kept(), ":root", ":role/admin")},
		},
		"a policy too long": {
			create: keyAct("k", kept()+strings.Repeat(" ", 32768)), code: "LimitExceededException",
			message: fmt.Sprintf("The policy is %d bytes long; a key policy has at most 32768.", len(kept())+32768),
			passes:  props{"policy": kept()},
		},
		"rotation of an asymmetric key": {
			create: act{token: "aws:kms/key:Key", name: "k", inputs: props{
				"enableKeyRotation": true, "customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY",
			}},
			code: "UnsupportedOperationException", message: "You cannot perform this operation on a RSA_2048 key.",
			passes: props{"enableKeyRotation": false},
		},
		"an alias that is taken": {
			after: []act{keyAct("k", kept()), aliasAct("a", "alias/state", "k")}, create: aliasAct("b", "alias/state", "k"),
			code:    "AlreadyExistsException",
			message: "An alias with the name arn:aws:kms:eu-west-1:111111111111:alias/state already exists",
			passes:  props{"name": "alias/other"},
		},
		"an alias of a missing key": {
			after: []act{keyAct("k", kept())}, create: act{token: "aws:kms/alias:Alias", name: "a", inputs: props{
				"name": "alias/state", "targetKeyId": "arn:aws:kms:eu-west-1:111111111111:key/other",
			}},
			code: "NotFoundException", message: "Key 'arn:aws:kms:eu-west-1:111111111111:key/other' does not exist",
			passes: props{"targetKeyId": "$k.arn"},
		},
	})
	badInputs(t, map[string]faultCase{
		"a short window": {
			token: "aws:kms/key:Key", inputs: props{"deletionWindowInDays": 6},
			want: []Failure{{"deletionWindowInDays", "must be from 7 to 30, not 6"}}, passes: props{"deletionWindowInDays": 7},
		},
		"a long window": {
			token: "aws:kms/key:Key", inputs: props{"deletionWindowInDays": 31},
			want: []Failure{{"deletionWindowInDays", "must be from 7 to 30, not 31"}}, passes: props{"deletionWindowInDays": 30},
		},
		"an alias without its prefix": {
			token: "aws:kms/alias:Alias", inputs: props{"name": "state", "targetKeyId": "k"},
			want:   []Failure{{"name", `"state" must begin with alias/ and go on with letters, digits and any of /_-, 256 characters in all`}},
			passes: props{"name": "alias/state"},
		},
		"an alias of AWS's": {
			token: "aws:kms/alias:Alias", inputs: props{"name": "alias/aws/s3", "targetKeyId": "k"},
			want:   []Failure{{"name", `"alias/aws/s3" must not begin with alias/aws/, which is for AWS's own keys`}},
			passes: props{"name": "alias/awsome"},
		},
	})
}

func TestKeyOutputs(t *testing.T) {
	t.Parallel()
	computes(t, map[string]outputCase{
		"key": {create: act{token: "aws:kms/key:Key", name: "k", inputs: props{"enableKeyRotation": true}}, want: props{
			"arn": "arn:aws:kms:eu-west-1:111111111111:key/$k$", "keyId": "$k$", "rotationPeriodInDays": 365, "isEnabled": true,
			"multiRegion": false, "keyUsage": "ENCRYPT_DECRYPT", "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
		}},
		"alias by id": {after: []act{keyAct("k", kept())}, create: aliasAct("a", "alias/state", "k"), want: props{
			"arn": "arn:aws:kms:eu-west-1:111111111111:alias/state", "targetKeyArn": "$k.arn",
		}},
		"alias without a name": {
			after: []act{keyAct("k", kept())}, create: act{token: "aws:kms/alias:Alias", name: "a", inputs: props{"targetKeyId": "$k"}},
			want: props{"name": "$a$", "arn": "arn:aws:kms:eu-west-1:111111111111:$a$"},
		},
	})
	s := newStage(t, ruleCase{after: []act{{token: "aws:kms/key:Key", name: "k", inputs: props{}}}}, "")
	_, refused := keyDocument.check(s.made["k"].Text("policy"))
	require.Nil(t, refused, "the policy KMS makes is one")

	before := s.made["k"].ID
	require.Nil(t, s.destroy(s.made["k"]))
	s.must(act{token: "aws:kms/key:Key", name: "k", inputs: props{}})
	require.NotEqual(t, before, s.made["k"].ID, "a deleted key's id is never used again")
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, before)
}

func TestLogGroupRules(t *testing.T) {
	t.Parallel()
	group := func(name string, more props) act {
		inputs := props{"name": "/vpc/main"}
		for key, value := range more {
			inputs[key] = value
		}
		return act{token: "aws:cloudwatch/logGroup:LogGroup", name: name, inputs: inputs}
	}
	const denied = "The specified KMS key does not exist or is not allowed to be used with Arn " +
		"'arn:aws:logs:eu-west-1:111111111111:log-group:/vpc/main'"
	refusals(t, map[string]ruleCase{
		"a name that is taken": {
			after: []act{group("g", nil)}, create: group("h", nil),
			code: "ResourceAlreadyExistsException", message: "The specified log group already exists",
			passes: props{"name": "/vpc/other"},
		},
		"a missing key": {
			after:  []act{keyAct("k", kept(forLogs("eu-west-1", "*")))},
			create: group("g", props{"kmsKeyId": "arn:aws:kms:eu-west-1:111111111111:key/other"}),
			code:   "AccessDeniedException", message: denied, passes: props{"kmsKeyId": "$k.arn"},
		},
		"a key that does not serve logs": {
			after:  []act{keyAct("k", kept()), keyAct("l", kept(forLogs("eu-west-1", "*")))},
			create: group("g", props{"kmsKeyId": "$k.arn"}),
			code:   "AccessDeniedException", message: denied, passes: props{"kmsKeyId": "$l.arn"},
		},
		"a key that serves logs of another region": {
			after:  []act{keyAct("k", kept(forLogs("us-east-1", "*")))},
			create: group("g", props{"kmsKeyId": "$k.arn"}), code: "AccessDeniedException", message: denied,
			passes: props{"kmsKeyId": nil},
		},
		"a key that serves another group": {
			after:  []act{keyAct("k", kept(forLogs("eu-west-1", "/vpc/other")))},
			create: group("g", props{"kmsKeyId": "$k.arn"}), code: "AccessDeniedException", message: denied,
			passes: props{"name": "/vpc/other"},
		},
		"a key that only decrypts": {
			after:  []act{keyAct("k", kept(strings.ReplaceAll(forLogs("eu-west-1", "*"), `"kms:GenerateDataKey*",`, "")))},
			create: group("g", props{"kmsKeyId": "$k.arn"}), code: "AccessDeniedException", message: denied,
			passes: props{"kmsKeyId": nil},
		},
		"changed to a key that does not serve logs": {
			after:  []act{keyAct("k", kept()), keyAct("l", kept(forLogs("eu-west-1", "*"))), group("g", nil)},
			change: "g", create: group("g", props{"kmsKeyId": "$k.arn"}),
			code: "AccessDeniedException", message: denied, passes: props{"kmsKeyId": "$l.arn"},
		},
	})
	badInputs(t, map[string]faultCase{
		"retention": {
			token: "aws:cloudwatch/logGroup:LogGroup", inputs: props{"retentionInDays": 10},
			want: []Failure{{"retentionInDays", "must be one of 0 1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 " +
				"2922 3288 3653, not 10"}},
			passes: props{"retentionInDays": 14},
		},
		"name": {
			token: "aws:cloudwatch/logGroup:LogGroup", inputs: props{"name": "a b"},
			want:   []Failure{{"name", `"a b" must be 1 to 512 letters, digits and any of ./_#-`}},
			passes: props{"name": "/a/b"},
		},
	})
	computes(t, map[string]outputCase{
		"log group": {create: group("g", nil), want: props{
			"arn": "arn:aws:logs:eu-west-1:111111111111:log-group:/vpc/main", "retentionInDays": 0, "logGroupClass": "STANDARD",
			"skipDestroy": false,
		}},
	})
}
