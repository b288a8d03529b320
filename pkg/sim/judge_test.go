package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const (
	testRole       = "aws:iam/role:Role"
	testRolePolicy = "aws:iam/rolePolicy:RolePolicy"
	testAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	testFlowLog    = "aws:ec2/flowLog:FlowLog"
	testPolicy     = "aws:s3/bucketPolicy:BucketPolicy"
	testVersioning = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	testObject     = "aws:s3/bucketObjectv2:BucketObjectv2"
)

// genericRows are rows of the least content that show what is generic; the real ones say more.
func genericRows() []row {
	return []row{
		{
			Token: testRole, Scope: account, ID: fill("{name}"), Live: []string{"uniqueId"},
			Computed: map[string]maker{
				"arn": fill("arn:{partition}:iam::{account}:role/{id}"), "uniqueId": func(r *request) resource.PropertyValue {
					return resource.NewProperty(r.Text("description"))
				},
			},
			Unique: []unique{{By: []string{"name"}, refusal: refusal{
				Code: "EntityAlreadyExists", Message: "Role with name {name} already exists.", Status: 409}}},
			NotFound: &refusal{Code: "NoSuchEntity", Message: "The role with name {target} cannot be found.", Status: 404},
			InUse:    &refusal{Code: "DeleteConflict", Message: "Cannot delete entity {id}", Status: 409},
		},
		{Token: testRolePolicy, Scope: account, ID: fill("{role}:{name}"), Refs: map[string]string{"role": testRole}, Within: "role"},
		{Token: testAttachment, Scope: account, ID: fill("{role}-{policyArn}"), Refs: map[string]string{"role": testRole}},
		{Token: testFlowLog, Prefix: "fl", Refs: map[string]string{"iamRoleArn": testRole}, Weak: []string{"iamRoleArn"}},
		{Token: testPolicy, Attached: true, ID: fill("{bucket}"), Refs: map[string]string{"bucket": kindBucket}, Within: "bucket"},
		{Token: testVersioning, Attached: true, ID: fill("{bucket}"), Refs: map[string]string{"bucket": kindBucket}, Within: "bucket"},
		{Token: testObject, ID: fill("{bucket}/{key}"), Refs: map[string]string{"bucket": kindBucket}, Within: "bucket", Effect: objectInStore},
		bucketRow(bucketToken),
	}
}

func role(name string) map[string]any { return map[string]any{"name": name, "assumeRolePolicy": "{}"} }

func TestReferencesByNameAndARN(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	made := m.make(testRole, "r", role("deploy"))
	attach := func(role string) map[string]any {
		return map[string]any{"role": role, "policyArn": "arn:" + "aws:iam::aws:policy/X"}
	}

	_, refused := m.try(testAttachment, "x", attach("deplo"))
	require.Equal(t, "NoSuchEntity", refused.Code)
	require.Equal(t, "The role with name deplo cannot be found.", refused.Message)
	m.in(managementID, "us-east-1").make(testAttachment, "x", attach("deploy"))
	_, refused = m.in(memberID, "eu-west-1").try(testAttachment, "x", attach("deploy"))
	require.Equal(t, "NoSuchEntity", refused.Code, "another account's role")

	flow := func(role string) map[string]any { return map[string]any{"vpcId": "v", "iamRoleArn": role} }
	m.make(testFlowLog, "by ARN", flow(made.Text("arn")))
	m.in(memberID, "eu-west-1").make(testFlowLog, "of another account", flow(made.Text("arn")))
	m.make(testFlowLog, "of an account outside", flow(roleARN("999999999999", "any")))
	_, refused = m.try(testFlowLog, "of nobody", flow(roleARN(memberID, "deploy")))
	require.Equal(t, "NoSuchEntity", refused.Code)
}

func TestUniqueNames(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	m.make(testRole, "a", role("deploy"))
	_, refused := m.in(managementID, "us-east-1").try(testRole, "b", role("deploy"))
	require.Equal(t, "EntityAlreadyExists", refused.Code, "IAM has no regions")
	require.Equal(t, "Role with name deploy already exists.", refused.Message)
	require.Equal(t, 409, refused.Status)
	m.in(memberID, "eu-west-1").make(testRole, "b", role("deploy"))
}

func TestHoldersAndContents(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	made := m.make(testRole, "r", role("deploy"))
	m.make(testFlowLog, "weak", map[string]any{"vpcId": "v", "iamRoleArn": made.Text("arn")})
	m.make(testRolePolicy, "inside", map[string]any{"role": made.ID, "name": "p", "policy": "{}"})
	holder := m.make(testAttachment, "x", map[string]any{"role": made.ID, "policyArn": "p"})

	require.Equal(t, "DeleteConflict", m.destroy(made).Code)
	require.Nil(t, m.destroy(holder))
	require.Nil(t, m.destroy(made))
	require.Len(t, m.inventory.records, 1, "the inline policy vanished with its role, the flow log did not")
}

func TestAttachedResources(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	bucket := m.make(bucketToken, "b", map[string]any{"bucket": "logs"})
	policy := map[string]any{"bucket": "logs", "policy": "{}"}
	m.make(testPolicy, "p", policy)
	m.make(testPolicy, "q", policy) // puts another policy in its place, as S3 does
	require.Len(t, m.inventory.records, 2)
	_, refused := m.try(testPolicy, "p", map[string]any{"bucket": "none", "policy": "{}"})
	require.Equal(t, "NoSuchBucket", refused.Code)
	require.Nil(t, m.destroy(bucket))
	require.Empty(t, m.inventory.records)
}

func TestAVersionedBucketIsNotEmptiedByDeletingObjects(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	bucket := m.make(bucketToken, "b", map[string]any{"bucket": "logs"})
	m.put("logs", "before")
	m.make(testVersioning, "v", map[string]any{
		"bucket": "logs", "versioningConfiguration": map[string]any{"status": "Enabled"}})
	remove := func(key string) {
		_, err := m.store.DeleteObject("logs", key)
		require.NoError(t, err)
	}
	remove("before")
	m.put("logs", "after")
	remove("after")
	refused := m.destroy(bucket)
	require.Equal(t, "BucketNotEmpty", refused.Code)
	require.Contains(t, refused.Message, "You must delete all versions in the bucket.")

	_, refused = m.change(bucket, map[string]any{"bucket": "logs", "forceDestroy": true})
	require.Nil(t, refused)
	require.Nil(t, m.destroy(bucket))
	again := m.make(bucketToken, "b", map[string]any{"bucket": "logs"})
	require.Nil(t, m.destroy(again), "a new bucket of the name has no versions")
}

func TestObjectsOfTheProgramAreInTheStore(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	m.make(bucketToken, "b", map[string]any{"bucket": "logs"})
	object := m.make(testObject, "o", map[string]any{"bucket": "logs", "key": "a/b", "content": "text"})
	head, err := m.store.HeadObject("logs", "a/b")
	require.NoError(t, err)
	require.Equal(t, int64(4), head.Size)

	asset, err := resource.NewTextAsset("longer text")
	require.NoError(t, err)
	asked := m.call(testObject, "o", map[string]any{"bucket": "logs", "key": "a/b"})
	asked.Inputs["source"], asked.ID = resource.NewProperty(asset), object.ID
	_, err = m.update(asked)
	require.NoError(t, err)
	head, err = m.store.HeadObject("logs", "a/b")
	require.NoError(t, err)
	require.Equal(t, int64(11), head.Size)

	require.Nil(t, m.destroy(object))
	_, err = m.store.HeadObject("logs", "a/b")
	require.Error(t, err)
}

func TestLiveOutputsAreMadeAnew(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	made := m.make(testRole, "r", role("deploy"))
	inputs := role("deploy")
	inputs["description"] = "new"
	updated, refused := m.change(made, inputs)
	require.Nil(t, refused)
	require.Equal(t, "new", updated.Text("uniqueId"))
	preview, err := m.preview(m.call(testRole, "r", inputs), made.Properties)
	require.NoError(t, err)
	require.True(t, isUnknown(preview["uniqueId"]))
	require.Equal(t, made.Text("arn"), text(preview, "arn"))
}

func TestARoleOfTheProgramCanBeAssumed(t *testing.T) {
	t.Parallel()
	m := newTestModelOf(t, genericRows())
	caller := operator(m.at)
	wish := assumption{RoleARN: roleARN(memberID, "deploy"), Session: "up"}
	_, refused := m.assume(caller, "aws", wish)
	require.Equal(t, "AccessDenied", refused.Code)

	trusting := role("deploy")
	trusting["assumeRolePolicy"] = trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}}`)
	m.in(memberID, "us-east-1").make(testRole, "r", trusting)
	got, refused := m.assume(caller, "aws", wish)
	require.Nil(t, refused)
	require.Equal(t, memberID, got.Account)
	require.Equal(t, "arn:"+"aws:sts::222222222222:assumed-role/deploy/up", got.ARN)
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	r := &request{
		place: place{Account: "1", Region: "r", Partition: "aws"}, ID: "i", Name: "logical",
		New: mapOf(map[string]any{"key": "new"}), Old: mapOf(map[string]any{"key": "old", "gone": "was"}),
	}
	require.Equal(t, "aws 1 r i logical new was  {open", r.expand("{partition} {account} {region} {id} {name} {key} {gone} {none} {open"))
	r.New["name"] = resource.NewProperty("given")
	require.Equal(t, "given", r.expand("{name}"))
}
