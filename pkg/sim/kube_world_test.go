package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// kubeWorld is an account with a VPC of two zones and a cluster in it, and whoever made it.
type kubeWorld struct {
	*testModel
	cluster *Resource
	subnets []string
	target  *kubeTarget
	vpc     string
}

const worldServer = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"

// newKubeWorld has no nodes yet and nothing in the cluster.
func newKubeWorld(t *testing.T) *kubeWorld {
	t.Helper()
	w := &kubeWorld{testModel: newTestModel(t), target: &kubeTarget{Server: worldServer, Namespace: "default"}}
	vpc := w.make(typeVpc, "main", map[string]any{"cidrBlock": "10.0.0.0/16"})
	w.vpc = vpc.ID
	for i, zone := range []string{"eu-west-1a", "eu-west-1b"} {
		subnet := w.make(typeSubnet, zone, map[string]any{
			"vpcId": vpc.ID, "cidrBlock": []string{"10.0.0.0/20", "10.0.16.0/20"}[i], "availabilityZone": zone,
			"tags": map[string]any{"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": "main"},
		})
		w.subnets = append(w.subnets, subnet.ID)
	}
	w.cluster = w.plant(typeCluster, "main", map[string]any{
		"name": "main", "arn": "arn:" + "aws:eks:eu-west-1:111111111111:cluster/main", "endpoint": worldServer, "version": "1.35",
		"vpcConfig":  map[string]any{"subnetIds": anyTexts(w.subnets), "endpointPublicAccess": false},
		"identities": []any{map[string]any{"oidcs": []any{map[string]any{"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/0123"}}}},
	})
	w.cluster.creator = operator(w.at).Source
	return w
}

// plant puts a record into the inventory, whatever its row would say of it.
func (w *kubeWorld) plant(token, id string, properties map[string]any) *Resource {
	w.t.Helper()
	known := w.registry.rows[token]
	if known == nil {
		known = &row{Token: token, Kind: token, schema: &resourceSchema{}}
	}
	record := &Resource{
		Account: w.at.Account, Region: known.regionOf(w.at), Type: token, ID: id, Name: id, URN: "urn:pulumi:dev::platform::x::" + resource.URN(id),
		Properties: mapOf(properties), row: known,
	}
	require.NoError(w.t, w.inventory.change([]*Resource{record}, nil))
	return record
}

// uproot takes what was planted away.
func (w *kubeWorld) uproot(record *Resource) {
	w.t.Helper()
	require.NoError(w.t, w.inventory.change(nil, []*Resource{record}))
}

// nodes makes a managed group, its nodes over both zones.
func (w *kubeWorld) nodes(name string, size int, taints ...any) *Resource {
	return w.plant(typeNodeGroup, "main:"+name, map[string]any{
		"clusterName": "main", "nodeGroupName": name, "subnetIds": anyTexts(w.subnets), "scalingConfig": map[string]any{"desiredSize": float64(size)},
		"taints": taints, "nodeRoleArn": roleARN(managementID, "node"),
	})
}

var criticalTaint = map[string]any{"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}

var criticalToleration = []any{map[string]any{"key": "CriticalAddonsOnly", "operator": "Exists"}}

// agent is what hands out credentials by Pod Identity.
func (w *kubeWorld) agent() *Resource {
	return w.plant(typeAddon, "main:eks-pod-identity-agent", map[string]any{"clusterName": "main", "addonName": "eks-pod-identity-agent"})
}

// podRole is a role that EKS gives to pods, with rights.
func (w *kubeWorld) podRole(name string, actions ...string) *Resource {
	w.t.Helper()
	inputs := map[string]any{"name": name, "assumeRolePolicy": trust(
		`{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}`)}
	if len(actions) > 0 {
		list, err := json.Marshal(actions)
		require.NoError(w.t, err)
		inputs["inlinePolicies"] = []any{map[string]any{"name": "rights", "policy": trust(
			`{"Effect":"Allow","Action":` + string(list) + `,"Resource":"*"}`)}}
	}
	return w.make(roleToken, name, inputs)
}

func (w *kubeWorld) associate(namespace, account, role string) *Resource {
	return w.plant(typeAssociation, namespace+"-"+account, map[string]any{
		"clusterName": "main", "namespace": namespace, "serviceAccount": account, "roleArn": roleARN(managementID, role),
	})
}

// asked is a call to the cluster by whoever made it.
func (w *kubeWorld) asked(token, name string, inputs map[string]any) call {
	asked := w.call(token, name, inputs)
	caller := operator(w.at)
	asked.Caller, asked.kube = &caller, w.target
	return asked
}

// put checks and creates an object or a release; the error is the engine's.
func (w *kubeWorld) put(token, name string, inputs map[string]any) (*Resource, error) {
	w.t.Helper()
	asked := w.asked(token, name, inputs)
	checked, faults, err := w.model.check(asked, nil)
	require.NoError(w.t, err)
	require.Empty(w.t, faults)
	asked.Inputs = checked
	return w.model.create(asked)
}

// must puts what must be possible.
func (w *kubeWorld) must(token, name string, inputs map[string]any) *Resource {
	w.t.Helper()
	made, err := w.put(token, name, inputs)
	require.NoError(w.t, err)
	return made
}

// again updates what was put.
func (w *kubeWorld) again(made *Resource, inputs map[string]any) (*Resource, error) {
	w.t.Helper()
	asked := w.asked(made.Type, made.Name, inputs)
	asked.ID = made.ID
	checked, faults, err := w.model.check(asked, made.Properties)
	require.NoError(w.t, err)
	require.Empty(w.t, faults)
	asked.Inputs = checked
	return w.model.update(asked)
}

// take deletes what was put.
func (w *kubeWorld) take(made *Resource) error {
	asked := w.asked(made.Type, made.Name, nil)
	asked.ID = made.ID
	return w.model.remove(asked)
}

// read is what was put, as it is now; nil if it is gone.
func (w *kubeWorld) read(token, id string) *Resource {
	w.t.Helper()
	asked := w.asked(token, "read", nil)
	asked.ID = id
	found, err := w.model.read(asked)
	require.NoError(w.t, err)
	return found
}

// orphans are the types of what no program made, sorted.
func (w *kubeWorld) orphans() []string {
	var types []string
	for _, record := range w.inventory.sorted() {
		if orphaned(*record) {
			types = append(types, record.Type[strings.LastIndex(record.Type, ":")+1:])
		}
	}
	slices.Sort(types)
	return types
}

const (
	namespaceToken   = "kubernetes:core/v1:Namespace"
	serviceToken     = "kubernetes:core/v1:Service"
	controllerChart  = "aws-load-balancer-controller"
	eksCharts        = "https://aws.github.io/eks-charts"
	karpenterAddress = "oci://public.ecr.aws/karpenter/karpenter"
)

func (w *kubeWorld) namespace(name string) *Resource {
	w.t.Helper()
	return w.must(namespaceToken, name, map[string]any{"metadata": map[string]any{"name": name}})
}

// chart are the inputs of a release of a chart of the catalogue, over which others go.
func chart(name, namespace, repository, version string, values map[string]any, over ...map[string]any) map[string]any {
	inputs := map[string]any{"name": name, "namespace": namespace, "version": version, "values": values, "timeout": 900.0}
	if strings.HasPrefix(repository, "oci://") {
		inputs["chart"] = repository
	} else {
		inputs["chart"], inputs["repositoryOpts"] = name, map[string]any{"repo": repository}
	}
	for _, more := range over {
		maps.Copy(inputs, more)
	}
	return inputs
}

// loadBalancerRelease are the inputs of the AWS Load Balancer Controller's.
func (w *kubeWorld) loadBalancerRelease(over ...map[string]any) map[string]any {
	return chart(controllerChart, "kube-system", eksCharts, "3.5.0", map[string]any{
		"clusterName": "main", "region": "eu-west-1", "vpcId": w.vpc, "enableServiceMutatorWebhook": false, "tolerations": criticalToleration,
	}, over...)
}

var balancerRights = []string{
	"ec2:Describe*", "elasticloadbalancing:*", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup",
}

// withBalancers has nodes and the AWS Load Balancer Controller.
func (w *kubeWorld) withBalancers() *Resource {
	w.t.Helper()
	w.nodes("system", 2, criticalTaint)
	w.agent()
	w.podRole("balancers", balancerRights...)
	w.associate("kube-system", controllerChart, "balancers")
	return w.must(releaseToken, "balancers", w.loadBalancerRelease())
}

// front is a Service that wants a balancer.
func front(over ...map[string]any) map[string]any {
	inputs := map[string]any{
		"metadata": map[string]any{"name": "front", "namespace": "default"},
		"spec": map[string]any{
			"type": "LoadBalancer", "loadBalancerClass": balancerClass, "ports": []any{map[string]any{"port": 443.0}, map[string]any{"port": 80.0}},
		},
	}
	for _, more := range over {
		maps.Copy(inputs, more)
	}
	return inputs
}
