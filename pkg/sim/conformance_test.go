package sim

import (
	"context"
	"errors"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// adapter is one of the two ways into the model: the engine's gRPC and Pulumi's mocks.
type adapter interface {
	// create checks and makes one resource.
	create(t *testing.T, token, name string, inputs resource.PropertyMap) answer
}

// answer is what either way says.
type answer struct {
	ID       string
	Outputs  resource.PropertyMap
	Failures []Failure
	Code     string // of the refusal
}

// step is one resource of a case; "$name" in its inputs is the id of an earlier one.
type step struct {
	token, name string
	inputs      map[string]any
}

// conformance is what both adapters must say of the last step.
var conformance = map[string]struct {
	before   []step
	last     step
	failures []Failure
	code     string
	outputs  map[string]any // some of them
	id       string         // pattern
}{
	"made": {
		last: step{vpcToken, "main", map[string]any{"cidrBlock": "10.0.0.0/16", "tags": map[string]any{"a": "b"}}},
		id:   "^vpc-0[0-9a-f]{16}$",
		outputs: map[string]any{
			"cidrBlock": "10.0.0.0/16", "enableDnsSupport": true, "tagsAll": map[string]any{"a": "b"}, "ownerId": managementID,
		},
	},
	"named by its inputs": {
		last:    step{bucketToken, "logs", map[string]any{"bucket": "acme-logs"}},
		id:      "^acme-logs$",
		outputs: map[string]any{"bucketRegionalDomainName": "acme-logs.s3.eu-west-1.amazonaws.com"},
	},
	"named by the provider": {last: step{bucketToken, "Logs", nil}, id: "^logs-[0-9a-f]{7}$"},
	"missing property": {
		last:     step{subnetToken, "a", map[string]any{"cidrBlock": "10.0.0.0/24"}},
		failures: []Failure{{"vpcId", `missing required property "vpcId"`}},
	},
	"unknown property": {
		last:     step{vpcToken, "a", map[string]any{"cidrBlok": "10.0.0.0/16"}},
		failures: []Failure{{"cidrBlok", `unknown property "cidrBlok"; did you mean "cidrBlock"?`}},
	},
	"mistyped property": {
		last:     step{vpcToken, "a", map[string]any{"cidrBlock": true}},
		failures: []Failure{{"cidrBlock", "must be a string, not the boolean true"}},
	},
	"mistyped element": {
		last:     step{vpcToken, "a", map[string]any{"tags": map[string]any{"Name": 7}}},
		failures: []Failure{{"tags.Name", "must be a string, not the number 7"}},
	},
	"several faults at once": {
		last: step{subnetToken, "a", map[string]any{"mapPublicIpOnLaunch": "yes", "zone": "a"}},
		failures: []Failure{
			{"mapPublicIpOnLaunch", `must be a boolean, not the string "yes"`},
			{"vpcId", `missing required property "vpcId"`}, {"zone", `unknown property "zone"`},
		},
	},
	"bad CIDR": {
		last:     step{vpcToken, "a", map[string]any{"cidrBlock": "10.0.0/16"}},
		failures: []Failure{{"cidrBlock", `"10.0.0/16" is not a valid IPv4 CIDR block`}},
	},
	"dangling reference": {
		last: step{subnetToken, "a", map[string]any{"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"}},
		code: "InvalidVpcID.NotFound",
	},
	"a subnet outside its VPC": {
		before: []step{{vpcToken, "v", map[string]any{"cidrBlock": "10.0.0.0/16"}}},
		last:   step{subnetToken, "a", map[string]any{"vpcId": "$v", "cidrBlock": "10.1.0.0/24"}},
		code:   "InvalidSubnet.Range",
	},
	"overlapping subnets": {
		before: []step{
			{vpcToken, "v", map[string]any{"cidrBlock": "10.0.0.0/16"}},
			{subnetToken, "a", map[string]any{"vpcId": "$v", "cidrBlock": "10.0.0.0/24"}},
		},
		last: step{subnetToken, "b", map[string]any{"vpcId": "$v", "cidrBlock": "10.0.0.128/25"}},
		code: "InvalidSubnet.Conflict",
	},
	"a zone of another region": {
		before: []step{{vpcToken, "v", map[string]any{"cidrBlock": "10.0.0.0/16"}}},
		last: step{subnetToken, "a", map[string]any{
			"vpcId": "$v", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a"}},
		code: "InvalidParameterValue",
	},
	"a name that is taken": {
		before: []step{{bucketToken, "a", map[string]any{"bucket": "acme-logs"}}},
		last:   step{bucketToken, "b", map[string]any{"bucket": "acme-logs"}},
		code:   "BucketAlreadyOwnedByYou",
	},
	"computed outputs": {
		before: []step{{vpcToken, "v", map[string]any{"cidrBlock": "10.0.0.0/16"}}},
		last: step{subnetToken, "b", map[string]any{
			"vpcId": "$v", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1b"}},
		outputs: map[string]any{"availabilityZoneId": "euw1-az2", "mapPublicIpOnLaunch": false},
		id:      "^subnet-0",
	},
}

func TestConformance(t *testing.T) {
	t.Parallel()
	adapters := map[string]func(*testing.T) adapter{
		"engine": func(t *testing.T) adapter { return dial(t, start(t, Options{Region: "eu-west-1"}), nil) },
		"mocks":  func(*testing.T) adapter { return mockAdapter{NewMocks(MockOptions{})} },
	}
	for name, test := range conformance {
		for kind, open := range adapters {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				to, ids := open(t), map[string]string{}
				for _, each := range test.before {
					made := to.create(t, each.token, each.name, resolved(each.inputs, ids))
					require.NotEmpty(t, made.ID, "%s: %+v", each.name, made)
					ids["$"+each.name] = made.ID
				}
				got := to.create(t, test.last.token, test.last.name, resolved(test.last.inputs, ids))
				require.Equal(t, test.failures, got.Failures)
				require.Equal(t, test.code, got.Code)
				require.Regexp(t, regexp.MustCompile(test.id), got.ID)
				for key, want := range mapOf(test.outputs) {
					require.Equal(t, want, got.Outputs[key], "%s", key)
				}
			})
		}
	}
}

func resolved(inputs map[string]any, ids map[string]string) resource.PropertyMap {
	values := mapOf(inputs)
	for key, value := range values {
		if value.IsString() && ids[value.StringValue()] != "" {
			values[key] = resource.NewProperty(ids[value.StringValue()])
		}
	}
	return values
}

// engineAdapter speaks as the engine does.
type engineAdapter struct {
	pulumirpc.ResourceProviderClient
}

// dial connects to a cloud as one provider instance of a configuration.
func dial(t *testing.T, cloud *Cloud, config map[string]any) engineAdapter {
	t.Helper()
	to := connect(t, cloud)
	require.NoError(t, to.configure(t, config))
	return to
}

func connect(t *testing.T, cloud *Cloud) engineAdapter {
	t.Helper()
	target := net.JoinHostPort("127.0.0.1", strconv.Itoa(cloud.providerPort))
	connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })
	return engineAdapter{pulumirpc.NewResourceProviderClient(connection)}
}

const providerName = "urn:pulumi:dev::platform::pulumi:providers:aws::default"

func (a engineAdapter) configure(t *testing.T, config map[string]any) error {
	t.Helper()
	args, err := encode(mapOf(config))
	require.NoError(t, err)
	urn := providerName
	_, err = a.Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: args, Urn: &urn})
	return err
}

func urnOf(token, name string) string { return "urn:pulumi:dev::platform::" + token + "::" + name }

func (a engineAdapter) create(t *testing.T, token, name string, inputs resource.PropertyMap) answer {
	t.Helper()
	news, err := encode(inputs)
	require.NoError(t, err)
	checked, err := a.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urnOf(token, name), News: news})
	require.NoError(t, err)
	var got answer
	for _, failure := range checked.GetFailures() {
		got.Failures = append(got.Failures, Failure{failure.GetProperty(), failure.GetReason()})
	}
	if got.Failures != nil {
		return got
	}
	made, err := a.Create(context.Background(), &pulumirpc.CreateRequest{
		Urn: urnOf(token, name), Properties: checked.GetInputs()})
	if err != nil {
		got.Code = codeIn(err)
		return got
	}
	got.ID = made.GetId()
	got.Outputs, err = decode(made.GetProperties())
	require.NoError(t, err)
	return got
}

// codeIn is the AWS code an error's text names.
func codeIn(err error) string {
	_, after, _ := strings.Cut(err.Error(), "api error ")
	code, _, _ := strings.Cut(after, ":")
	return code
}

// mockAdapter registers as the SDK does under mocks.
type mockAdapter struct{ mocks *Mocks }

func (a mockAdapter) create(t *testing.T, token, name string, inputs resource.PropertyMap) answer {
	t.Helper()
	object, err := encode(inputs)
	require.NoError(t, err)
	id, outputs, err := a.mocks.NewResource(pulumi.MockResourceArgs{
		TypeToken: token, Name: name, Custom: true, Inputs: inputs,
		RegisterRPC: &pulumirpc.RegisterResourceRequest{Type: token, Name: name, Custom: true, Object: object},
	})
	var faults *CheckError
	if errors.As(err, &faults) {
		return answer{Failures: faults.Failures}
	}
	var refused *Error
	if errors.As(err, &refused) {
		return answer{Code: refused.Code}
	}
	require.NoError(t, err)
	return answer{ID: id, Outputs: outputs}
}
