package sim

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func contactAct(inputs props) act {
	whole := props{
		"alternateContactType": "SECURITY", "name": "Security", "title": "On call", "emailAddress": "security@example.com", "phoneNumber": "+1 555 0100",
	}
	for key, value := range inputs {
		whole[key] = value
	}
	return act{token: typeContact, name: "c", inputs: whole}
}

func TestBaselineRules(t *testing.T) {
	t.Parallel()
	service := func(name, of string) act {
		return act{token: typeServiceRole, name: name, inputs: props{"awsServiceName": of}}
	}
	denied := "User is not authorized to perform: account:PutAlternateContact on resource: " + memberID +
		" (Your organization must first enable trusted access with AWS Account Management)"
	blockAll := act{token: typeAccountBlock, name: "a", inputs: props{"blockPublicPolicy": true}}
	refusals(t, map[string]ruleCase{
		"another account's buckets": {
			create: act{token: typeAccountBlock, name: "a", inputs: props{"accountId": memberID}}, code: "AccessDenied", message: "Access Denied",
			status: http.StatusForbidden, passes: props{"accountId": managementID},
		},
		"a public policy where the account has none": {
			after:  dataBucket(settingAct("x", typePublicAccess, props{}), blockAll),
			create: settingAct("p", typeBucketPolicy, bucketStatement(readByAll)),
			code:   "AccessDenied", status: http.StatusForbidden, unless: "a",
			message: "User is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::acme-data\" because public policies are " +
				"prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
		},
		"a member's contact without trust": {
			create: contactAct(props{"accountId": memberID}), code: "AccessDeniedException", status: http.StatusForbidden, message: denied,
			first: []act{trusting("account.amazonaws.com")},
		},
		"another's contact by a member": {
			after:  []act{trusting("account.amazonaws.com")},
			create: of(contactAct(props{"accountId": memberID})), code: "AccessDeniedException", status: http.StatusForbidden, message: denied,
			passes: props{"accountId": nil},
		},
		"the management account's contact from outside": {
			after:  []act{trusting("account.amazonaws.com")},
			create: contactAct(props{"accountId": managementID}), code: "ValidationException", passes: props{"accountId": memberID},
			message: "The management account can only be managed using the standalone context from the management account.",
		},
		"a volume key of another region": {
			create: act{token: typeVolumeKey, name: "v", inputs: props{"keyArn": "arn:aws:kms:us-east-1:999999999999:key/x"}}, code: "InvalidParameterValue",
			message: "The KMS key arn:aws:kms:us-east-1:999999999999:key/x is not in the region eu-west-1.",
			passes:  props{"keyArn": "arn:aws:kms:eu-west-1:999999999999:key/x"},
		},
		"a volume key that signs": {
			after: []act{
				{token: "aws:kms/key:Key", name: "k", inputs: props{"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "RSA_2048"}},
				{token: "aws:kms/key:Key", name: "l", inputs: props{}},
			},
			create: act{token: typeVolumeKey, name: "v", inputs: props{"keyArn": "$k.arn"}}, code: "InvalidParameterValue",
			message: "The KMS key $k.arn is not a symmetric encryption key.", passes: props{"keyArn": "$l.arn"},
		},
		"a role twice": {
			after: []act{service("s", "config.amazonaws.com")}, create: service("t", "config.amazonaws.com"), code: "InvalidInput", unless: "s",
			message: "Service role name AWSServiceRoleForConfig has been taken in this account, please try a different suffix.",
		},
		"a service without a role": {
			create: service("s", "s3.amazonaws.com"), code: "InvalidInput",
			message: "Service s3.amazonaws.com does not have a service-linked role", passes: props{"awsServiceName": "config.amazonaws.com"},
		},
		"a suffix the service does not know": {
			create: act{token: typeServiceRole, name: "s", inputs: props{"awsServiceName": "config.amazonaws.com", "customSuffix": "x"}},
			code:   "InvalidInput", message: "Custom suffix is not allowed for config.amazonaws.com", passes: props{"customSuffix": nil},
		},
	})
}

func TestBaselineFaults(t *testing.T) {
	t.Parallel()
	contact := contactAct(nil).inputs
	badInputs(t, map[string]faultCase{
		"a contact": {
			token: typeContact, inputs: contactAct(props{"alternateContactType": "LEGAL"}).inputs,
			want: []Failure{{"alternateContactType", `"LEGAL" must be one of BILLING, OPERATIONS, SECURITY`}}, passes: contact,
		},
		"an address": {
			token: typeContact, inputs: contactAct(props{"emailAddress": "nobody"}).inputs,
			want: []Failure{{"emailAddress", `"nobody" must be an e-mail address of at most 254 characters`}}, passes: contact,
		},
		"a number": {
			token: typeContact, inputs: contactAct(props{"phoneNumber": "call me"}).inputs,
			want: []Failure{{"phoneNumber", `"call me" must be digits, spaces and any of ()+-, at most 25`}}, passes: contact,
		},
		"snapshots": {
			token: typeSnapshots, inputs: props{"state": "block"},
			want:   []Failure{{"state", `"block" must be one of block-all-sharing, block-new-sharing, unblocked`}},
			passes: props{"state": "block-all-sharing"},
		},
		"hops": {
			token: typeMetadata, inputs: props{"httpPutResponseHopLimit": 65},
			want: []Failure{{"httpPutResponseHopLimit", "must be from 1 to 64, not 65"}}, passes: props{"httpPutResponseHopLimit": -1},
		},
		"a short password": {
			token: typePasswordPolicy, inputs: props{"minimumPasswordLength": 5},
			want: []Failure{{"minimumPasswordLength", "must be from 6 to 128, not 5"}}, passes: props{"minimumPasswordLength": 6},
		},
	})
}

func TestSettingsOfAnAccountAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{}, "")
	for _, name := range []string{"first", "second"} {
		s.must(act{token: typePasswordPolicy, name: name, inputs: props{"minimumPasswordLength": 14, "maxPasswordAge": 90}})
		s.must(act{token: typeVolumes, name: name + "-volumes", inputs: props{"enabled": true}})
	}
	require.Equal(t, s.made["first"].ID, s.made["second"].ID)
	require.True(t, s.made["second"].Flag("expirePasswords"))
	require.Len(t, s.inventory.sorted(), 2, "whoever makes them again overwrites them")
}
