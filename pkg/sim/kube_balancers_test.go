package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// everyPart is what one Service with two ports in two zones leaves if nobody takes it away.
var everyPart = []string{
	"Listener", "Listener", "LoadBalancer", "NetworkInterface", "NetworkInterface", "SecurityGroup", "TargetGroup", "TargetGroup",
}

func TestServicesGetBalancersWhileTheControllerRuns(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	controller := w.withBalancers()
	service := w.must(serviceToken, "front", front())
	require.Equal(t, everyPart, w.orphans())
	require.Regexp(t, `^k8s-default-front-[0-9a-f]{10}-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$`, service.Texts("status.loadBalancer.ingress.hostname")[0])

	again, err := w.again(service, front())
	require.NoError(t, err)
	require.Equal(t, everyPart, w.orphans(), "nothing is made twice")
	require.NoError(t, w.take(again))
	require.Empty(t, w.orphans())
	require.NoError(t, w.take(controller))
}

// The controller goes before its Service: the balancer stays, and keeps subnets from being deleted.
func TestBalancersAreOrphansOnceTheControllerIsGone(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(w *kubeWorld, controller *Resource){
		"release":     func(w *kubeWorld, controller *Resource) { require.NoError(w.t, w.take(controller)) },
		"association": func(w *kubeWorld, _ *Resource) { w.uproot(w.inventory.records[w.keyOfType(typeAssociation)]) },
		"role": func(w *kubeWorld, _ *Resource) {
			require.Nil(w.t, w.destroy(w.inventory.records[w.keyOfType(roleToken)]))
		},
		"nodes": func(w *kubeWorld, _ *Resource) { w.uproot(w.inventory.records[w.keyOfType(typeNodeGroup)]) },
		"agent": func(w *kubeWorld, _ *Resource) { w.uproot(w.inventory.records[w.keyOfType(typeAddon)]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			controller := w.withBalancers()
			service := w.must(serviceToken, "front", front())
			lose(w, controller)
			require.EqualError(t, w.take(service), "timed out waiting for the condition: Service default/front is still there: finalizers "+
				"might be preventing deletion (service.k8s.aws/resources)")
			require.Equal(t, everyPart, w.orphans())

			w.uproot(w.cluster)
			w.uprootAll(typeNodeGroup)
			refused := w.destroy(w.model.find(w.at, typeSubnet, w.subnets[0]))
			require.NotNil(t, refused)
			require.Equal(t, "DependencyViolation", refused.Code)
		})
	}
}

// uprootAll takes all of a type away.
func (w *kubeWorld) uprootAll(token string) {
	w.t.Helper()
	for key, record := range w.inventory.records {
		if key.Type == token {
			w.uproot(record)
		}
	}
}

// keyOfType is the key of the only record of a type.
func (w *kubeWorld) keyOfType(token string) recordKey {
	w.t.Helper()
	for key := range w.inventory.records {
		if key.Type == token {
			return key
		}
	}
	w.t.Fatalf("there is no %s", token)
	return recordKey{}
}

func TestBalancersNeedRights(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("system", 2, criticalTaint)
	w.agent()
	w.podRole("balancers", "ec2:Describe*", "elasticloadbalancing:*", "ec2:CreateTags", "ec2:AuthorizeSecurityGroupIngress")
	w.associate("kube-system", controllerChart, "balancers")
	w.must(releaseToken, "balancers", w.loadBalancerRelease())
	_, err := w.put(serviceToken, "front", front())
	require.ErrorContains(t, err, "ec2:CreateSecurityGroup")
	require.Empty(t, w.orphans())
}

func TestBalancersWantTheirClassAndSubnets(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withBalancers()
	plain := front()
	plain["spec"] = map[string]any{"type": "LoadBalancer"}
	_, err := w.put(serviceToken, "front", plain)
	require.ErrorContains(t, err, "neither loadBalancerClass")

	public := front(map[string]any{"metadata": map[string]any{
		"name": "public", "annotations": map[string]any{balancerPrefix + "scheme": "internet-facing"}}})
	_, err = w.put(serviceToken, "public", public)
	require.ErrorContains(t, err, "no subnet of VPC "+w.vpc+" is tagged kubernetes.io/role/elb")
	require.Empty(t, w.orphans())
}

// The mutating webhook takes every new Service for the controller's, and refuses all while the controller is not ready.
func TestTheServiceWebhook(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	nodes := w.nodes("system", 2, criticalTaint)
	w.agent()
	w.podRole("balancers", balancerRights...)
	w.associate("kube-system", controllerChart, "balancers")
	inputs := w.loadBalancerRelease()
	values, ok := inputs["values"].(map[string]any)
	require.True(t, ok)
	delete(values, "enableServiceMutatorWebhook")
	w.must(releaseToken, "balancers", inputs)
	plain := front()
	plain["spec"] = map[string]any{"type": "LoadBalancer", "ports": []any{map[string]any{"port": 80.0}}}
	made := w.must(serviceToken, "front", plain)
	require.Equal(t, balancerClass, made.Properties["spec"].ObjectValue()["loadBalancerClass"].StringValue())

	w.uproot(nodes)
	_, err := w.put(serviceToken, "inside", map[string]any{"spec": map[string]any{"type": "ClusterIP"}})
	require.ErrorContains(t, err, `failed calling webhook "mservice.elbv2.k8s.aws"`)
	require.ErrorContains(t, err, `no endpoints available for service "aws-load-balancer-controller"`)
}

func TestProtectedBalancersStay(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withBalancers()
	service := w.must(serviceToken, "front", front(map[string]any{"metadata": map[string]any{
		"name": "front", "annotations": map[string]any{balancerPrefix + "attributes": "deletion_protection.enabled=true"}}}))
	require.ErrorContains(t, w.take(service), "finalizers might be preventing deletion")
	require.Equal(t, everyPart, w.orphans())
}
