package operations

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/iampolicy"
)

// document is a policy's JSON, its statements one a line.
func document(t *testing.T, statements []iampolicy.Statement) string {
	t.Helper()
	output, err := iampolicy.Document(statements...)
	require.NoError(t, err)
	result, err := internals.UnsafeAwaitOutput(t.Context(), output)
	require.NoError(t, err)
	text, ok := result.Value.(string)
	require.True(t, ok)
	return strings.ReplaceAll(strings.ReplaceAll(text, `"Statement":[{`, "\"Statement\":[\n{"), "},{\"", "},\n{\"")
}

// lines are a policy as its statements.
func lines(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + "\n" + strings.Join(statements, ",\n") + "]}"
}

const administration = `{"Sid":"Administer","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000001:root"]},` +
	`"Action":["kms:CancelKeyDeletion","kms:CreateAlias","kms:DeleteAlias","kms:DescribeKey","kms:DisableKey",` +
	`"kms:DisableKeyRotation","kms:EnableKey","kms:EnableKeyRotation","kms:GetKeyPolicy","kms:GetKeyRotationStatus",` +
	`"kms:ListAliases","kms:ListGrants","kms:ListKeyPolicies","kms:ListResourceTags","kms:PutKeyPolicy","kms:RevokeGrant",` +
	`"kms:ScheduleKeyDeletion","kms:TagResource","kms:UntagResource","kms:UpdateAlias","kms:UpdateKeyDescription"],` +
	`"Resource":["*"]}`

// secretsOf is a use of one stack's secrets by roles of some accounts, with the operators if the management account is one.
func secretsOf(stack, actions string, accounts []string, roles ...string) string {
	var principals, arns []string
	for _, account := range accounts {
		principals = append(principals, `"arn:aws:iam::`+account+`:root"`)
		if account == managementID {
			arns = append(arns, `"arn:aws:iam::`+managementID+":role/"+operators+`"`)
		}
	}
	for _, role := range roles {
		arns = append(arns, `"arn:aws:iam::`+role+`"`)
	}
	slices.Sort(arns)
	return `{"Effect":"Allow","Principal":{"AWS":[` + strings.Join(principals, ",") + `]},"Action":[` + actions + `],"Resource":["*"],` +
		`"Condition":{"ArnLike":{"aws:PrincipalArn":[` + strings.Join(arns, ",") + `]},` +
		`"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["` + stack + `"]}}}`
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	key := pulumi.String("STATE-KEY")
	cases := map[string]struct {
		statements func(statePlan) []iampolicy.Statement
		want       string
	}{
		"the state key is used through S3 by this account alone": {
			func(p statePlan) []iampolicy.Statement { return p.stateKeyPolicy() },
			lines(administration,
				`{"Sid":"UseThroughS3","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000001:root"]},`+
					`"Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:ViaService":["s3.eu-west-1.amazonaws.com"]}}}`),
		},
		"those who run a stack use its secrets, those who preview or read it only decrypt": {
			func(p statePlan) []iampolicy.Statement { return p.secretsKeyPolicy() },
			lines(administration,
				`{"Sid":"UseInProject","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000001:root"]},`+
					`"Action":["kms:Decrypt","kms:Encrypt"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"]}}}`,
				secretsOf("dev", `"kms:Decrypt","kms:Encrypt"`, []string{managementID, devID}, devID+":role/acme-deploy"),
				secretsOf("dev", `"kms:Decrypt"`, []string{devID}, devID+":role/acme-readonly"),
				secretsOf("shared", `"kms:Decrypt","kms:Encrypt"`, []string{managementID, sharedID}, sharedID+":role/acme-deploy"),
				secretsOf("shared", `"kms:Decrypt"`, []string{managementID, sharedID, devID},
					sharedID+":role/acme-readonly", devID+":role/acme-deploy", devID+":role/acme-readonly")),
		},
		"the bucket refuses plain HTTP, old TLS and a wrong header, not a missing one": {
			func(p statePlan) []iampolicy.Statement { return p.bucketPolicy(key) },
			lines(
				`{"Sid":"DenyPlainHTTP","Effect":"Deny","Principal":"*","Action":["s3:*"],`+
					`"Resource":["arn:aws:s3:::acme-state","arn:aws:s3:::acme-state/*"],"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}`,
				`{"Sid":"DenyOldTLS","Effect":"Deny","Principal":"*","Action":["s3:*"],`+
					`"Resource":["arn:aws:s3:::acme-state","arn:aws:s3:::acme-state/*"],"Condition":{"NumericLessThan":{"s3:TlsVersion":["1.2"]}}}`,
				`{"Sid":"DenyOtherEncryption","Effect":"Deny","Principal":"*","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::acme-state/*"],`+
					`"Condition":{"Null":{"s3:x-amz-server-side-encryption":["false"]},`+
					`"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms"]}}}`,
				`{"Sid":"DenyOtherKey","Effect":"Deny","Principal":"*","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::acme-state/*"],`+
					`"Condition":{"Null":{"s3:x-amz-server-side-encryption-aws-kms-key-id":["false"]},`+
					`"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":["STATE-KEY"]}}}`),
		},
		"the log bucket takes the state bucket's log alone": {
			func(p statePlan) []iampolicy.Statement { return p.logBucketPolicy() },
			lines(
				`{"Sid":"DenyPlainHTTP","Effect":"Deny","Principal":"*","Action":["s3:*"],`+
					`"Resource":["arn:aws:s3:::acme-state-logs","arn:aws:s3:::acme-state-logs/*"],"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}`,
				`{"Sid":"DenyOldTLS","Effect":"Deny","Principal":"*","Action":["s3:*"],`+
					`"Resource":["arn:aws:s3:::acme-state-logs","arn:aws:s3:::acme-state-logs/*"],"Condition":{"NumericLessThan":{"s3:TlsVersion":["1.2"]}}}`,
				`{"Sid":"DeliverAccessLog","Effect":"Allow","Principal":{"Service":["logging.s3.amazonaws.com"]},"Action":["s3:PutObject"],`+
					`"Resource":["arn:aws:s3:::acme-state-logs/state/*"],`+
					`"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:s3:::acme-state"]},"StringEquals":{"aws:SourceAccount":["210000000001"]}}}`),
		},
		"a role is assumed by those named": {
			func(p statePlan) []iampolicy.Statement { return p.trust(p.stacks[0].trusted) },
			lines(`{"Sid":"AssumeByRole","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000001:root","arn:aws:iam::210000000003:root"]},` +
				`"Action":["sts:AssumeRole"],"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::210000000001:role/` + operators +
				`","arn:aws:iam::210000000003:role/acme-deploy"]}}}`),
		},
		"of the organization, if one is given": {
			func(p statePlan) []iampolicy.Statement {
				p.organization = pulumi.String("o-1")
				return p.trust([]StatePrincipals{{pulumi.String(devID).ToStringOutput(), []string{"r"}}})
			},
			lines(`{"Sid":"AssumeByRole","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000003:root"]},"Action":["sts:AssumeRole"],` +
				`"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::210000000003:role/r"]},"StringEquals":{"aws:PrincipalOrgID":["o-1"]}}}`),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, document(t, c.statements(planned(t))))
		})
	}
}

const (
	listing       = `{"Sid":"List","Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::acme-state"]}`
	stateReading  = `{"Sid":"DecryptState","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["STATE-KEY"],` + throughS3 + `}`
	stateWriting  = `{"Sid":"EncryptState","Effect":"Allow","Action":["kms:GenerateDataKey"],"Resource":["STATE-KEY"],` + throughS3 + `}`
	throughS3     = `"Condition":{"StringEquals":{"kms:ViaService":["s3.eu-west-1.amazonaws.com"]}}`
	devAndShared  = `"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["dev","shared"]}}`
	devAlone      = `"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["dev"]}}`
	stateOf       = "arn:aws:s3:::acme-state/.pulumi/"
	secretReading = `{"Sid":"DecryptSecrets","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["SECRETS-KEY"],` + devAndShared + `}`
	secretWriting = `{"Sid":"EncryptSecrets","Effect":"Allow","Action":["kms:Encrypt"],"Resource":["SECRETS-KEY"],` + devAlone + `}`
)

func access(p statePlan, write bool) []iampolicy.Statement {
	stateKey, secretsKey := pulumi.String("STATE-KEY"), pulumi.String("SECRETS-KEY")
	if write {
		return p.writeAccess(p.stacks[0], stateKey, secretsKey)
	}
	return p.readAccess(p.stacks[0], stateKey, secretsKey)
}

func TestAccess(t *testing.T) {
	t.Parallel()
	reading := `{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject"],"Resource":["` + stateOf + `meta.yaml","` +
		stateOf + `stacks/aws-platform/dev.json*","` + stateOf + `stacks/aws-platform/dev.pulumi-tags","` +
		stateOf + `stacks/aws-platform/shared.json*"]}`
	writing := `{"Sid":"Write","Effect":"Allow","Action":["s3:AbortMultipartUpload","s3:GetObject","s3:PutObject"],"Resource":["` +
		stateOf + `backups/aws-platform/dev/*","` + stateOf + `history/aws-platform/dev/*","` +
		stateOf + `locks/organization/aws-platform/dev/*","` + stateOf + `stacks/aws-platform/dev.json*","` +
		stateOf + `stacks/aws-platform/dev.pulumi-tags"]}`
	unlocking := `{"Sid":"Unlock","Effect":"Allow","Action":["s3:DeleteObject"],"Resource":["` +
		stateOf + `locks/organization/aws-platform/dev/*"]}`

	assert.Equal(t, lines(listing, reading, stateReading, secretReading), document(t, access(planned(t), false)))
	assert.Equal(t, lines(listing, reading, stateReading, secretReading, writing, unlocking, stateWriting, secretWriting),
		document(t, access(planned(t), true)))
}
