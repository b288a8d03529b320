package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// withMesh has a zone, nodes, balancers, the mesh and its gateway.
func (w *kubeWorld) withMesh() (zone, gateway *Resource) {
	w.t.Helper()
	const repository = "https://istio-release.storage.googleapis.com/charts"
	zone = w.make(typeZone, "dev", map[string]any{"name": "dev.example.com"})
	w.withBalancers()
	w.nodes("general", 2)
	w.namespace("istio-system")
	w.namespace("istio-ingress")
	w.must(releaseToken, "base", chart("base", "istio-system", repository, "1.30.3", nil, map[string]any{"name": "istio-base"}))
	w.must(releaseToken, "istiod", chart("istiod", "istio-system", repository, "1.30.3", nil))
	gateway = w.must(releaseToken, "gateway", meshGateway())
	return zone, gateway
}

func meshGateway() map[string]any {
	return chart("gateway", "istio-ingress", "https://istio-release.storage.googleapis.com/charts", "1.30.3", map[string]any{
		"service": map[string]any{"loadBalancerClass": balancerClass}}, map[string]any{"name": "istio-ingressgateway"})
}

func externalDNS(policy string, sources ...any) map[string]any {
	return chart("external-dns", "external-dns", "https://kubernetes-sigs.github.io/external-dns/", "1.21.1", map[string]any{
		"policy": policy, "sources": sources, "txtOwnerId": "main", "txtPrefix": "owner-", "domainFilters": []any{"dev.example.com"},
	})
}

const gatewayToken = "kubernetes:networking.istio.io/v1:Gateway"

func meshEntry(host string) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "web", "namespace": "istio-ingress"}, "spec": map[string]any{
		"selector": map[string]any{"istio": "ingressgateway"}, "servers": []any{map[string]any{"hosts": []any{host}}},
	}}
}

// withRecords has External DNS with the zone's rights, under a policy.
func (w *kubeWorld) withRecords(policy string, rights ...string) *Resource {
	w.t.Helper()
	w.podRole("records", rights...)
	w.associate("external-dns", "external-dns", "records")
	w.namespace("external-dns")
	return w.must(releaseToken, "external-dns", externalDNS(policy, "service", "istio-gateway"))
}

func (w *kubeWorld) records() []string {
	var found []string
	for _, record := range w.inventory.sorted() {
		if record.Type == typeRecord {
			found = append(found, record.Text("type")+" "+record.Text("name"))
		}
	}
	return found
}

func TestGatewaysAreFoundByName(t *testing.T) {
	t.Parallel()
	for policy, left := range map[string][]string{"sync": nil, "upsert-only": {"A web.dev.example.com", "TXT owner-a-web.dev.example.com"}} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			zone, gateway := w.withMesh()
			w.withRecords(policy, "route53:*")
			entry := w.must(gatewayToken, "web", meshEntry("web.dev.example.com"))
			require.ElementsMatch(t, []string{"A web.dev.example.com", "TXT owner-a-web.dev.example.com"}, w.records())
			require.NoError(t, w.take(entry))
			require.ElementsMatch(t, left, w.records())
			require.NoError(t, w.take(gateway))
			require.Len(t, w.orphans(), len(left))
			refused := w.destroy(zone)
			if left == nil {
				require.Nil(t, refused)
				return
			}
			require.Equal(t, "HostedZoneNotEmpty", refused.Code)
		})
	}
}

// External DNS goes before the Gateway: its records stay, whatever the policy.
func TestRecordsAreOrphansOnceExternalDNSIsGone(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withMesh()
	release := w.withRecords("sync", "route53:*")
	entry := w.must(gatewayToken, "web", meshEntry("web.dev.example.com"))
	require.NoError(t, w.take(release))
	require.NoError(t, w.take(entry))
	require.Len(t, w.records(), 2)
}

func TestRecordsNeedRights(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withMesh()
	w.withRecords("sync", "route53:ListHostedZones", "route53:ListResourceRecordSets")
	w.must(gatewayToken, "web", meshEntry("web.dev.example.com"))
	require.Empty(t, w.records())
}

func TestExternalDNSWantsWhatItWatches(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("general", 2)
	w.agent()
	w.podRole("records", "route53:*")
	w.associate("external-dns", "external-dns", "records")
	w.namespace("external-dns")
	_, err := w.put(releaseToken, "external-dns", externalDNS("sync", "istio-gateway"))
	require.ErrorContains(t, err, "source istio-gateway: the server could not find the requested resource (get gateways.networking.istio.io)")
}

// The gateway's image comes from the mesh's injector, and its balancer from the controller.
func TestTheGatewayNeedsTheMesh(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withBalancers()
	w.nodes("general", 2)
	w.namespace("istio-ingress")
	_, err := w.put(releaseToken, "gateway", meshGateway())
	require.ErrorContains(t, err, "ErrImagePull: failed to resolve reference \"docker.io/library/auto:latest\": istiod does not inject: no mesh controller is installed")
}

func TestTheGatewayNeedsItsNamespaceInTheMesh(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, gateway := w.withMesh()
	require.NoError(t, w.take(gateway))
	w.must(namespaceToken, "out", map[string]any{"metadata": map[string]any{"name": "out", "labels": map[string]any{"istio-injection": "disabled"}}})
	outside := meshGateway()
	outside["namespace"] = "out"
	_, err := w.put(releaseToken, "gateway", outside)
	require.ErrorContains(t, err, "namespace out is labelled istio-injection=disabled")
}

func TestTheGatewayNeedsTheController(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, gateway := w.withMesh()
	require.NoError(t, w.take(gateway))
	require.NoError(t, w.take(w.read(releaseToken, "kube-system/aws-load-balancer-controller")))
	_, err := w.put(releaseToken, "gateway", meshGateway())
	require.ErrorContains(t, err, "Service istio-ingress/istio-ingressgateway: no load-balancers controller is installed")
}
