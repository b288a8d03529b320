package operations

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// keyAdministration is what the account's administrators do with a key: all of its management, none of its use.
var keyAdministration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
	"kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
	"kms:ListAliases", "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy",
	"kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias",
	"kms:UpdateKeyDescription",
}

const (
	viaService     = "kms:ViaService"
	contextProject = "kms:EncryptionContext:project"
	contextStack   = "kms:EncryptionContext:stack"
)

// accounts are whole accounts as principals: which of their roles may, their own IAM decides.
func accounts(scope naming.Scope, ids ...string) iampolicy.Principals {
	return roots(scope, iampolicy.Strings(ids...)...)
}

// roots are the same of accounts that may not be known yet.
func roots(scope naming.Scope, ids ...pulumi.StringInput) iampolicy.Principals {
	arns := make([]pulumi.StringInput, len(ids))
	for i, id := range ids {
		arns[i] = ofAccount(scope, id, "root")
	}
	return iampolicy.Principals{AWS: arns}
}

// ofAccount is the ARN of an account's root or of its roles.
func ofAccount(scope naming.Scope, id pulumi.StringInput, resource string) pulumi.StringInput {
	if known, plain := id.(pulumi.String); plain {
		return pulumi.String(scope.GlobalARN("iam", string(known), resource))
	}
	return id.ToStringOutput().ApplyT(func(id string) string { return scope.GlobalARN("iam", id, resource) }).(pulumi.StringOutput)
}

// administer keeps the account able to manage a key. In a key's own policy "*" is that key.
func administer(scope naming.Scope) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: "Administer", Principals: accounts(scope, scope.AccountID), Actions: keyAdministration,
		Resources: iampolicy.Strings("*"),
	}
}

// useThroughS3 lets the account's IAM give a use of a key away, through S3 only.
func useThroughS3(scope naming.Scope, actions ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: "UseThroughS3", Principals: accounts(scope, scope.AccountID), Actions: actions, Resources: iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", viaService, s3Service(scope))},
	}
}

// stateKeyPolicy lets the account's IAM give the key's use away, through S3 only.
func (p statePlan) stateKeyPolicy() []iampolicy.Statement {
	return []iampolicy.Statement{administer(p.scope), useThroughS3(p.scope, "kms:Decrypt", "kms:GenerateDataKey")}
}

// secretsKeyPolicy binds those who take a stack's roles to the encryption contexts of the stack and of those it reads: Pulumi
// opens secrets with the credentials of the run. Statements of stacks have no id: stack names may have characters that an id
// may not.
func (p statePlan) secretsKeyPolicy() []iampolicy.Statement {
	statements := []iampolicy.Statement{administer(p.scope), {
		Sid: "UseInProject", Principals: accounts(p.scope, p.scope.AccountID),
		Actions: []string{"kms:Decrypt", "kms:Encrypt"}, Resources: iampolicy.Strings("*"),
		Conditions: secretsContext(p.project),
	}}
	for _, stack := range p.stacks {
		if len(stack.trusted) > 0 {
			statements = append(statements, p.useSecrets(stack.name, stack.trusted, "kms:Decrypt", "kms:Encrypt"))
		}
		if readers := p.readersOf(stack); len(readers) > 0 {
			statements = append(statements, p.useSecrets(stack.name, readers, "kms:Decrypt"))
		}
	}
	return statements
}

// useSecrets lets principals use a stack's secrets.
func (p statePlan) useSecrets(stack string, by []StatePrincipals, actions ...string) iampolicy.Statement {
	who, named := p.named(by)
	return iampolicy.Statement{
		Principals: who, Actions: actions, Resources: iampolicy.Strings("*"),
		Conditions: append(secretsContext(p.project, stack), named...),
	}
}

// secretsContext holds a use of the secrets key to a project, and to stacks of it if any are named.
func secretsContext(project string, stacks ...string) []iampolicy.Condition {
	conditions := []iampolicy.Condition{iampolicy.When("StringEquals", contextProject, project)}
	if len(stacks) > 0 {
		conditions = append(conditions, iampolicy.When("StringEquals", contextStack, stacks...))
	}
	return conditions
}

// transport refuses plain HTTP and TLS before 1.2.
func transport(bucketARN string) []iampolicy.Statement {
	everybody, all := iampolicy.Principals{Everybody: true}, iampolicy.Strings(bucketARN, bucketARN+"/*")
	return []iampolicy.Statement{
		{
			Sid: "DenyPlainHTTP", Deny: true, Principals: everybody, Actions: []string{"s3:*"}, Resources: all,
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "aws:SecureTransport", "false")},
		},
		{
			Sid: "DenyOldTLS", Deny: true, Principals: everybody, Actions: []string{"s3:*"}, Resources: all,
			Conditions: []iampolicy.Condition{iampolicy.When("NumericLessThan", "s3:TlsVersion", "1.2")},
		},
	}
}

// bucketPolicy refuses what would leave state in the clear or under a foreign key. Pulumi sends no encryption header, so
// a missing one is let through to the bucket's default: hence Null false beside StringNotEquals.
func (p statePlan) bucketPolicy(keyARN pulumi.StringInput) []iampolicy.Statement {
	const algorithm, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
	everybody, objects := iampolicy.Principals{Everybody: true}, iampolicy.Strings(p.object("*"))
	return append(transport(p.bucketARN()),
		iampolicy.Statement{
			Sid: "DenyOtherEncryption", Deny: true, Principals: everybody, Actions: []string{"s3:PutObject"}, Resources: objects,
			Conditions: []iampolicy.Condition{
				iampolicy.When("Null", algorithm, "false"), iampolicy.When("StringNotEquals", algorithm, "aws:kms"),
			},
		},
		iampolicy.Statement{
			Sid: "DenyOtherKey", Deny: true, Principals: everybody, Actions: []string{"s3:PutObject"}, Resources: objects,
			Conditions: []iampolicy.Condition{
				iampolicy.When("Null", key, "false"),
				{Operator: "StringNotEquals", Key: key, Values: []pulumi.StringInput{keyARN}},
			},
		})
}

// logBucketPolicy lets S3 deliver the state bucket's access log, and nobody's else.
func (p statePlan) logBucketPolicy() []iampolicy.Statement {
	return append(transport(p.logBucketARN()), iampolicy.Statement{
		Sid: "DeliverAccessLog", Principals: iampolicy.Principals{Service: []string{"logging.s3.amazonaws.com"}},
		Actions: []string{"s3:PutObject"}, Resources: iampolicy.Strings(p.logBucketARN() + "/" + logPrefix + "*"),
		Conditions: []iampolicy.Condition{
			iampolicy.When("ArnLike", "aws:SourceArn", p.bucketARN()),
			iampolicy.When("StringEquals", "aws:SourceAccount", p.scope.AccountID),
		},
	})
}

// trust opens a role to named roles.
func (p statePlan) trust(trusted []StatePrincipals) []iampolicy.Statement {
	who, named := p.named(trusted)
	return []iampolicy.Statement{{
		Sid: "AssumeByRole", Principals: who, Actions: []string{"sts:AssumeRole"}, Conditions: named,
	}}
}

// named are named roles as principals: their accounts, and the roles as a condition, because a role named as principal is
// stored by its internal id and is shut out once it is made again.
func (p statePlan) named(principals []StatePrincipals) (iampolicy.Principals, []iampolicy.Condition) {
	var ids, roles []pulumi.StringInput
	for _, who := range principals {
		ids = append(ids, who.AccountID)
		for _, role := range who.Roles {
			roles = append(roles, ofAccount(p.scope, who.AccountID, "role/"+role))
		}
	}
	conditions := []iampolicy.Condition{{Operator: "ArnLike", Key: "aws:PrincipalArn", Values: roles}}
	if p.organization != nil {
		conditions = append(conditions, iampolicy.Condition{
			Operator: "StringEquals", Key: "aws:PrincipalOrgID", Values: []pulumi.StringInput{p.organization}})
	}
	return roots(p.scope, ids...), conditions
}

// readAccess is what preview needs for a stack, and what stack references to the stacks it reads need. Listing has no
// condition on the prefix: see docs/state.md.
func (p statePlan) readAccess(s stackPlan, stateKey, secretsKey pulumi.StringInput) []iampolicy.Statement {
	objects := []string{p.object(".pulumi/meta.yaml"), p.checkpoints(s.name), p.stackTags(s.name)}
	for _, other := range s.reads {
		objects = append(objects, p.checkpoints(other))
	}
	return []iampolicy.Statement{
		{Sid: "List", Actions: []string{"s3:ListBucket"}, Resources: iampolicy.Strings(p.bucketARN())},
		{Sid: "Read", Actions: []string{"s3:GetObject"}, Resources: iampolicy.Strings(objects...)},
		{
			Sid: "DecryptState", Actions: []string{"kms:Decrypt"}, Resources: []pulumi.StringInput{stateKey},
			Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", viaService, s3Service(p.scope))},
		},
		DecryptSecrets(p.project, secretsKey, append([]string{s.name}, s.reads...)...),
	}
}

// DecryptSecrets opens the secrets of stacks of a project. Pulumi opens them with the credentials of the run, not with those
// of the role for the state, so whoever runs it needs this too.
func DecryptSecrets(project string, keyARN pulumi.StringInput, stacks ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: "DecryptSecrets", Actions: []string{"kms:Decrypt"}, Resources: []pulumi.StringInput{keyARN},
		Conditions: secretsContext(project, stacks...),
	}
}

// EncryptSecrets is the same for new secrets.
func EncryptSecrets(project string, keyARN pulumi.StringInput, stacks ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: "EncryptSecrets", Actions: []string{"kms:Encrypt"}, Resources: []pulumi.StringInput{keyARN},
		Conditions: secretsContext(project, stacks...),
	}
}

// writeAccess is what up, refresh, destroy and import need on top of reading. Nothing but a lock is ever deleted.
func (p statePlan) writeAccess(s stackPlan, stateKey, secretsKey pulumi.StringInput) []iampolicy.Statement {
	locks := p.under("locks", s.name)
	return append(p.readAccess(s, stateKey, secretsKey),
		iampolicy.Statement{
			Sid: "Write", Actions: []string{"s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"},
			Resources: iampolicy.Strings(p.checkpoints(s.name), p.stackTags(s.name), p.under("history", s.name),
				p.under("backups", s.name), locks),
		},
		iampolicy.Statement{Sid: "Unlock", Actions: []string{"s3:DeleteObject"}, Resources: iampolicy.Strings(locks)},
		iampolicy.Statement{
			Sid: "EncryptState", Actions: []string{"kms:GenerateDataKey"}, Resources: []pulumi.StringInput{stateKey},
			Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", viaService, s3Service(p.scope))},
		},
		EncryptSecrets(p.project, secretsKey, s.name))
}
