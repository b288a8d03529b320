package sim

import (
	"errors"
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const (
	managementID = "111111111111"
	memberID     = "222222222222"
)

// testModel is a model with short calls; all act at home unless at says otherwise.
type testModel struct {
	*model
	t  *testing.T
	at place
}

// newTestModel is an empty cloud in memory: a management account, one member, eu-west-1.
func newTestModel(t *testing.T) *testModel {
	t.Helper()
	return newTestModelOf(t, groups()...)
}

// newTestModelOf is an empty cloud that knows some types only.
func newTestModelOf(t *testing.T, groups ...[]row) *testModel {
	t.Helper()
	reg, err := registryOf(groups...)
	require.NoError(t, err)
	inventory, err := openInventory("", reg)
	require.NoError(t, err)
	objects, err := openStore("")
	require.NoError(t, err)
	m := &model{registry: reg, inventory: inventory, store: objects, accounts: map[string]Account{
		managementID: {ID: managementID, Name: "management", Management: true}, memberID: {ID: memberID, Name: "member"},
	}}
	home := place{Account: managementID, Region: "eu-west-1", Partition: "aws"}
	objects.model, objects.owner = m, home
	return &testModel{model: m, t: t, at: home}
}

// in acts elsewhere.
func (m *testModel) in(account, region string) *testModel {
	elsewhere := *m
	elsewhere.at = place{Account: account, Region: region, Partition: partitionOf(region)}
	return &elsewhere
}

func (m *testModel) call(token, name string, inputs map[string]any) call {
	return call{
		place: m.at, Token: token, Name: name, Inputs: mapOf(inputs),
		URN: resource.NewURN("dev", "platform", "", "aws:x:Y", name),
	}
}

// check gives the faults found before anything is made.
func (m *testModel) check(token string, inputs map[string]any) []Failure {
	m.t.Helper()
	_, faults, err := m.model.check(m.call(token, "checked", inputs), nil)
	require.NoError(m.t, err)
	return faults
}

// try checks and creates, and gives the AWS code of a refusal, "" for none.
func (m *testModel) try(token, name string, inputs map[string]any) (*Resource, *Error) {
	m.t.Helper()
	asked := m.call(token, name, inputs)
	checked, faults, err := m.model.check(asked, nil)
	require.NoError(m.t, err)
	require.Empty(m.t, faults, "%s %s", token, name)
	asked.Inputs = checked
	record, err := m.model.create(asked)
	return record, refusalOf(m.t, err)
}

// make creates what must be possible.
func (m *testModel) make(token, name string, inputs map[string]any) *Resource {
	m.t.Helper()
	record, refused := m.try(token, name, inputs)
	require.Nil(m.t, refused, "%s %s", token, name)
	return record
}

// change updates a resource to new inputs.
func (m *testModel) change(record *Resource, inputs map[string]any) (*Resource, *Error) {
	m.t.Helper()
	asked := m.call(record.Type, record.Name, inputs)
	asked.ID = record.ID
	updated, err := m.model.update(asked)
	return updated, refusalOf(m.t, err)
}

// destroy deletes a resource.
func (m *testModel) destroy(record *Resource) *Error {
	m.t.Helper()
	asked := m.call(record.Type, record.Name, nil)
	asked.ID = record.ID
	return refusalOf(m.t, m.model.remove(asked))
}

// replaces says which properties of a change force a replacement.
func (m *testModel) replaces(token string, before, after map[string]any) []string {
	m.t.Helper()
	found, err := m.model.diff(token, mapOf(before), mapOf(before), mapOf(after))
	require.NoError(m.t, err)
	return found.Replace
}

func refusalOf(t *testing.T, err error) *Error {
	t.Helper()
	if err == nil {
		return nil
	}
	var refused *Error
	require.True(t, errors.As(err, &refused), "not a refusal of the cloud's: %v", err)
	return refused
}

func (m *testModel) vpc() *Resource {
	m.t.Helper()
	return m.make(vpcToken, "main", map[string]any{"cidrBlock": "10.0.0.0/16"})
}

func subnetIn(vpc *Resource, block string) map[string]any {
	return map[string]any{"vpcId": vpc.ID, "cidrBlock": block}
}

func TestIDsDependOnTheURNAloneAndNeverRepeat(t *testing.T) {
	t.Parallel()
	first, second := newTestModel(t), newTestModel(t)
	vpc := first.vpc()
	second.make(vpcToken, "other", map[string]any{"cidrBlock": "10.1.0.0/16"})
	require.Equal(t, vpc.ID, second.vpc().ID, "whatever was made before")

	require.Nil(t, first.destroy(vpc))
	again := first.vpc()
	require.NotEqual(t, vpc.ID, again.ID, "an id is never used twice")
	require.NotEqual(t, vpc.ID, newTestModel(t).in(memberID, "eu-west-1").vpc().ID)
}

func TestReferences(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	vpc := m.vpc()
	const absent = "vpc-0123456789abcdef0"

	_, refused := m.try(subnetToken, "a", map[string]any{"vpcId": absent, "cidrBlock": "10.0.0.0/24"})
	require.Equal(t, "InvalidVpcID.NotFound", refused.Code)
	require.Equal(t, "The vpc ID '"+absent+"' does not exist", refused.Message)
	_, refused = m.in(memberID, "eu-west-1").try(subnetToken, "a", subnetIn(vpc, "10.0.0.0/24"))
	require.Equal(t, "InvalidVpcID.NotFound", refused.Code, "another account's VPC")
	_, refused = m.in(managementID, "us-east-1").try(subnetToken, "a", subnetIn(vpc, "10.0.0.0/24"))
	require.Equal(t, "InvalidVpcID.NotFound", refused.Code, "another region's VPC")

	m.make(subnetToken, "a", map[string]any{
		"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "tags": map[string]any{"was": absent},
	})
}

func TestWhatIsReferredToStays(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	vpc := m.vpc()
	subnet := m.make(subnetToken, "a", subnetIn(vpc, "10.0.0.0/24"))

	refused := m.destroy(vpc)
	require.Equal(t, "DependencyViolation", refused.Code)
	require.Equal(t, "The vpc '"+vpc.ID+"' has dependencies and cannot be deleted.", refused.Message)
	require.Nil(t, m.destroy(subnet))
	require.Nil(t, m.destroy(vpc))
	require.Nil(t, m.destroy(vpc), "deleting what is gone is no error")
	require.Empty(t, m.inventory.records)
}

func TestQuotasCanBeRaised(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	inputs := map[string]any{"cidrBlock": "10.0.0.0/16"}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		m.make(vpcToken, name, inputs)
	}
	_, refused := m.try(vpcToken, "f", inputs)
	require.Equal(t, "VpcLimitExceeded", refused.Code)
	m.in(managementID, "us-east-1").make(vpcToken, "f", inputs)
	m.quotas = map[string]int{"VpcLimitExceeded": 6}
	m.make(vpcToken, "f", inputs)
}

func TestUpdateKeepsWhatTheCloudDecided(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	vpc := m.vpc()
	updated, refused := m.change(vpc, map[string]any{"cidrBlock": "10.0.0.0/16", "enableDnsSupport": false})
	require.Nil(t, refused)
	require.Equal(t, vpc.Text("arn"), updated.Text("arn"))
	require.False(t, updated.Flag("enableDnsSupport"))

	require.Nil(t, m.destroy(vpc))
	_, refused = m.change(vpc, map[string]any{"cidrBlock": "10.0.0.0/16"})
	require.Equal(t, "InvalidVpcID.NotFound", refused.Code)
}

func TestPreviewKnowsWhatARealProviderKnows(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	asked := m.call(vpcToken, "main", map[string]any{"cidrBlock": "10.0.0.0/16"})
	asked.DefaultTags = mapOf(map[string]any{"Owner": "net"})
	fresh, err := m.preview(asked, nil)
	require.NoError(t, err)
	require.True(t, isUnknown(fresh["arn"]))
	require.True(t, isUnknown(fresh["defaultSecurityGroupId"]))
	require.Equal(t, "10.0.0.0/16", text(fresh, "cidrBlock"))
	require.Equal(t, "default", text(fresh, "instanceTenancy"))
	require.Equal(t, mapOf(map[string]any{"Owner": "net"}), fresh["tagsAll"].ObjectValue())
	require.NotContains(t, fresh, resource.PropertyKey("ipv4IpamPoolId"), "an input left out is absent, not unknown")
	require.Empty(t, m.inventory.records)

	vpc := m.vpc()
	next, err := m.preview(asked, vpc.Properties)
	require.NoError(t, err)
	require.Equal(t, vpc.Text("arn"), text(next, "arn"), "an update keeps what is known already")
}

func TestInputsOf(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	inputs := map[string]any{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}
	vpc := m.make(vpcToken, "main", inputs)
	require.Equal(t, mapOf(inputs), m.inputsOf(vpc, nil, nil), "an import takes what is not a default")

	drifted := vpc.clone()
	drifted.Properties["instanceTenancy"] = resource.NewProperty("dedicated")
	drifted.Properties["cidrBlock"] = resource.NewProperty("10.9.0.0/16")
	want := maps.Clone(inputs)
	want["cidrBlock"], want["instanceTenancy"] = "10.9.0.0/16", "dedicated"
	require.Equal(t, mapOf(want), m.inputsOf(&drifted, mapOf(inputs), vpc.Properties), "a refresh takes what changed")
}

func TestATypeWithoutARow(t *testing.T) {
	t.Parallel()
	_, _, err := newTestModel(t).model.check(call{Token: "aws:ec2/nope:Nope"}, nil)
	require.EqualError(t, err,
		"the simulated cloud has no type aws:ec2/nope:Nope; add it to pkg/sim/schema/types.txt and give it a row")
}
