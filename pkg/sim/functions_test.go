package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	filter := func(name string, values ...any) map[string]any {
		return map[string]any{"filters": []any{map[string]any{"name": name, "values": values}}}
	}
	for name, test := range map[string]struct {
		region, token string
		args          map[string]any
		want          map[string]any // some of the answer
	}{
		"caller": {"eu-west-1", "getCallerIdentity", nil, map[string]any{
			"accountId": managementID, "arn": "arn:" + "aws:sts::111111111111:assumed-role/AWSReservedSSO_PlatformOperator_0123456789abcdef/operator"}},
		"partition": {"eu-west-1", "getPartition", nil, map[string]any{
			"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}},
		"partition of China": {"cn-north-1", "getPartition", nil, map[string]any{
			"partition": "aws-cn", "dnsSuffix": "amazonaws.com.cn", "reverseDnsPrefix": "cn.com.amazonaws"}},
		"partition of the government": {"us-gov-west-1", "getPartition", nil, map[string]any{"partition": "aws-us-gov"}},
		"region":                      {"eu-west-1", "getRegion", nil, map[string]any{"name": "eu-west-1", "id": "eu-west-1"}},
		"another region":              {"eu-west-1", "getRegion", map[string]any{"name": "us-east-1"}, map[string]any{"name": "us-east-1"}},
		"zones": {"eu-west-1", "getAvailabilityZones", map[string]any{"state": "available"}, map[string]any{
			"names": []any{"eu-west-1a", "eu-west-1b", "eu-west-1c"}, "zoneIds": []any{"euw1-az1", "euw1-az2", "euw1-az3"},
			"state": "available"}},
		"zones left out": {"ap-southeast-2", "getAvailabilityZones",
			map[string]any{"excludeNames": []any{"ap-southeast-2a"}, "excludeZoneIds": []any{"apse2-az3"}},
			map[string]any{"names": []any{"ap-southeast-2b"}}},
		"zones filtered": {"us-west-2", "getAvailabilityZones", filter("zone-name", "us-west-2d"),
			map[string]any{"names": []any{"us-west-2d"}}},
		"no local zones": {"us-east-1", "getAvailabilityZones", filter("opt-in-status", "opted-in"),
			map[string]any{"names": []any{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mocks := NewMocks(MockOptions{Region: test.region})
			got, err := mocks.Call(pulumi.MockCallArgs{
				Token: "aws:index/" + test.token + ":" + test.token, Args: mapOf(test.args)})
			require.NoError(t, err)
			for key, want := range mapOf(test.want) {
				require.Equal(t, want, got[key], "%s", key)
			}
		})
	}
}

func TestFunctionsRefuse(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	_, err := mocks.Call(pulumi.MockCallArgs{Token: "aws:index/getRegion:getRegion", Args: mapOf(map[string]any{"nme": "x"})})
	require.EqualError(t, err, `aws:index/getRegion:getRegion "": nme: unknown property "nme"; did you mean "name"?`)
	_, err = mocks.Call(pulumi.MockCallArgs{Token: "aws:index/getArn:getArn"})
	require.EqualError(t, err, "the simulated cloud has no function aws:index/getArn:getArn; add it to pkg/sim/functions.go")
}

func TestZoneIDs(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"eu-west-1a": "euw1-az1", "us-east-1f": "use1-az6", "ap-northeast-1c": "apne1-az3", "ca-central-1b": "cac1-az2",
		"": "", "nonsense": "", "us-east-1-bos-1a": "",
	} {
		require.Equal(t, want, zoneIDOf(zone), "%q", zone)
	}
}
