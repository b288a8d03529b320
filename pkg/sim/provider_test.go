package sim

import (
	"context"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
)

func wired(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	encoded, err := encode(mapOf(values))
	require.NoError(t, err)
	return encoded
}

func TestAProviderThatMovesIsReplaced(t *testing.T) {
	t.Parallel()
	to := connect(t, start(t, Options{}))
	diff := func(olds, news map[string]any) *pulumirpc.DiffResponse {
		got, err := to.DiffConfig(context.Background(), &pulumirpc.DiffRequest{
			Urn: providerName, OldInputs: wired(t, olds), News: wired(t, news)})
		require.NoError(t, err)
		return got
	}
	here := map[string]any{"region": "eu-west-1", "profile": "a"}
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, diff(here, here).GetChanges())
	moved := diff(here, map[string]any{"region": "eu-west-2", "profile": "b"})
	require.Equal(t, []string{"profile", "region"}, moved.GetDiffs())
	require.Equal(t, []string{"region"}, moved.GetReplaces())
	require.Empty(t, diff(here, map[string]any{"region": "eu-west-1", "profile": "b"}).GetReplaces())
}

func TestUpdateOverTheWire(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to, ctx := dial(t, cloud, nil), context.Background()
	made := to.create(t, vpcToken, "main", anyVpc)
	request := &pulumirpc.UpdateRequest{
		Urn: urnOf(vpcToken, "main"), Id: made.ID, Olds: wired(t, map[string]any{
			"cidrBlock": "10.0.0.0/16", "arn": made.Outputs["arn"].StringValue(), "tags": map[string]any{"a": "old"}}),
		News: wired(t, map[string]any{
			"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true, "tags": map[string]any{"a": "new"}}),
		IgnoreChanges: []string{"tags.a"}, Preview: true,
	}
	for _, preview := range []bool{true, false} {
		request.Preview = preview
		got, err := to.Update(ctx, request)
		require.NoError(t, err)
		values, err := decode(got.GetProperties())
		require.NoError(t, err)
		require.True(t, flag(values, "enableDnsHostnames"))
		require.Equal(t, made.Outputs["arn"], values["arn"])
		require.Equal(t, mapOf(map[string]any{"a": "old"}), values["tags"].ObjectValue())
		require.Equal(t, preview, !cloud.Resources()[0].Flag("enableDnsHostnames"), "a preview changes nothing")
	}

	cloud.Inject(Fault{Op: "update", Code: "IncorrectState", Message: "not now"})
	_, err := to.Update(ctx, request)
	require.ErrorContains(t, err, "api error IncorrectState: not now")
}

func TestDeleteOverTheWire(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to, ctx := dial(t, cloud, nil), context.Background()
	vpc := to.create(t, vpcToken, "main", anyVpc)
	subnet := to.create(t, subnetToken, "a", mapOf(map[string]any{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24"}))
	drop := func(token, id string) error {
		_, err := to.Delete(ctx, &pulumirpc.DeleteRequest{Urn: urnOf(token, "x"), Id: id})
		return err
	}
	require.ErrorContains(t, drop(vpcToken, vpc.ID), "operation error EC2: DeleteVpc, https response error StatusCode: 400, "+
		"api error DependencyViolation: The vpc '"+vpc.ID+"' has dependencies and cannot be deleted.")
	require.NoError(t, drop(subnetToken, subnet.ID))
	require.NoError(t, drop(vpcToken, vpc.ID))
	require.NoError(t, drop(vpcToken, vpc.ID), "deleting what is gone is no error")
	require.Empty(t, cloud.Resources())
}

func TestAnotherPackage(t *testing.T) {
	t.Parallel()
	_, err := connect(t, start(t, Options{})).CheckConfig(context.Background(), &pulumirpc.CheckRequest{
		Urn: "urn:pulumi:dev::platform::pulumi:providers:gcp::default"})
	require.ErrorContains(t, err, `the simulated cloud has no package "gcp"`)
}
