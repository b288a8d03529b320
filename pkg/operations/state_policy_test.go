package operations

import (
	"encoding/json"
	"regexp"
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
		"each account uses the secrets of its stacks, readers only decrypt": {
			func(p statePlan) []iampolicy.Statement { return p.secretsKeyPolicy() },
			lines(administration,
				`{"Sid":"UseInProject","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000001:root"]},`+
					`"Action":["kms:Decrypt","kms:Encrypt"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"]}}}`,
				`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000003:root"]},`+
					`"Action":["kms:Decrypt","kms:Encrypt"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["dev"]}}}`,
				`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000002:root"]},`+
					`"Action":["kms:Decrypt","kms:Encrypt"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["shared"]}}}`,
				`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::210000000003:root"]},`+
					`"Action":["kms:Decrypt"],"Resource":["*"],`+
					`"Condition":{"StringEquals":{"kms:EncryptionContext:project":["aws-platform"],"kms:EncryptionContext:stack":["shared"]}}}`),
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

// allowed evaluates an identity policy as IAM does, conditions aside.
func allowed(t *testing.T, statements []iampolicy.Statement, action, target string) bool {
	t.Helper()
	var policy struct {
		Statement []struct{ Action, Resource []string }
	}
	require.NoError(t, json.Unmarshal([]byte(document(t, statements)), &policy))
	for _, s := range policy.Statement {
		covers := slices.ContainsFunc(s.Resource, func(pattern string) bool {
			quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
			return regexp.MustCompile("^" + quoted + "$").MatchString(target)
		})
		if covers && slices.Contains(s.Action, action) {
			return true
		}
	}
	return false
}

// TestRolesReachWhatPulumiTouches goes through the calls of Pulumi's S3 backend (pkg/backend/diy) and through what one
// stack's role must never do to another stack.
func TestRolesReachWhatPulumiTouches(t *testing.T) {
	t.Parallel()
	const own, lock = ".pulumi/stacks/aws-platform/dev", ".pulumi/locks/organization/aws-platform/dev/4c5e.json"
	cases := []struct {
		why, action, key string
		read, write      bool
	}{
		{"every command reads the layout", "s3:GetObject", ".pulumi/meta.yaml", true, true},
		{"no role lays the bucket out", "s3:PutObject", ".pulumi/meta.yaml", false, false},
		{"preview reads the checkpoint", "s3:GetObject", own + ".json", true, true},
		{"or its compressed form", "s3:GetObject", own + ".json.zst", true, true},
		{"and the tags", "s3:GetObject", own + ".pulumi-tags", true, true},
		{"up writes the checkpoint", "s3:PutObject", own + ".json", false, true},
		{"copies the one before", "s3:PutObject", own + ".json.bak", false, true},
		{"writes history", "s3:PutObject", ".pulumi/history/aws-platform/dev/dev-1.history.json", false, true},
		{"and a backup", "s3:PutObject", ".pulumi/backups/aws-platform/dev/dev.1.json", false, true},
		{"takes the lock", "s3:PutObject", lock, false, true},
		{"looks at it, as gocloud does before a delete", "s3:GetObject", lock, false, true},
		{"and gives it back", "s3:DeleteObject", lock, false, true},
		{"no role removes a checkpoint", "s3:DeleteObject", own + ".json", false, false},
		{"nor a version", "s3:DeleteObjectVersion", lock, false, false},
		{"a stack reference reads the other checkpoint", "s3:GetObject", ".pulumi/stacks/aws-platform/shared.json", true, true},
		{"and nothing else of it", "s3:GetObject", ".pulumi/history/aws-platform/shared/shared-1.checkpoint.json", false, false},
		{"least of all writes it", "s3:PutObject", ".pulumi/stacks/aws-platform/shared.json", false, false},
		{"a stack not read is closed", "s3:GetObject", ".pulumi/stacks/aws-platform/prod.json", false, false},
		{"even when its name begins the same", "s3:GetObject", ".pulumi/stacks/aws-platform/dev2.json", false, false},
		{"another project's stack of the same name too", "s3:GetObject", ".pulumi/stacks/other/dev.json", false, false},
		{"and its lock", "s3:DeleteObject", ".pulumi/locks/organization/aws-platform/dev2/1.json", false, false},
	}
	plan := planned(t)
	reader, writer := access(plan, false), access(plan, true)
	for _, c := range cases {
		assert.Equal(t, c.read, allowed(t, reader, c.action, plan.object(c.key)), "reader: %s", c.why)
		assert.Equal(t, c.write, allowed(t, writer, c.action, plan.object(c.key)), "writer: %s", c.why)
	}
	for _, statements := range [][]iampolicy.Statement{reader, writer} {
		assert.True(t, allowed(t, statements, "s3:ListBucket", plan.bucketARN()))
	}
}
