package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	issuerToken      = "kubernetes:cert-manager.io/v1:ClusterIssuer"
	certificateToken = "kubernetes:cert-manager.io/v1:Certificate"
	secretToken      = "kubernetes:core/v1:Secret"
)

func certManager(over map[string]any) map[string]any {
	values := map[string]any{"crds": map[string]any{"enabled": true}, "replicaCount": 2.0, "webhook": map[string]any{"replicaCount": 2.0}}
	for key, value := range over {
		values[key] = value
	}
	return chart("cert-manager", "cert-manager", "oci://quay.io/jetstack/charts/cert-manager", "v1.21.1", values)
}

// withCertManager has a zone, nodes and cert-manager, whose role may do some actions.
func (w *kubeWorld) withCertManager(actions ...string) (zone, nodes, release *Resource) {
	w.t.Helper()
	zone = w.make(typeZone, "dev", map[string]any{"name": "dev.example.com"})
	nodes = w.nodes("general", 2)
	w.agent()
	w.podRole("certificates", actions...)
	w.associate("cert-manager", "cert-manager", "certificates")
	w.namespace("cert-manager")
	return zone, nodes, w.must(releaseToken, "cert-manager", certManager(nil))
}

func issuer(zone string) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "letsencrypt", "annotations": waitForReady}, "spec": map[string]any{"acme": map[string]any{
		"server": "https://acme-v02.api.letsencrypt.org/directory", "solvers": []any{map[string]any{
			"selector": map[string]any{"dnsZones": []any{"dev.example.com"}},
			"dns01":    map[string]any{"route53": map[string]any{"hostedZoneID": zone}},
		}},
	}}}
}

func certificate(name string) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "web", "namespace": "default", "annotations": waitForReady}, "spec": map[string]any{
		"secretName": "web-tls", "dnsNames": []any{name}, "issuerRef": map[string]any{"kind": "ClusterIssuer", "name": "letsencrypt"},
	}}
}

func TestCertificatesAreProven(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	zone, _, release := w.withCertManager("route53:ChangeResourceRecordSets", "route53:GetChange")
	made := w.must(issuerToken, "letsencrypt", issuer(zone.ID))
	web := w.must(certificateToken, "web", certificate("*.dev.example.com"))
	require.NotNil(t, w.read(secretToken, "default/web-tls"))
	_, err := w.put(certificateToken, "foreign", map[string]any{"metadata": map[string]any{"name": "foreign", "annotations": waitForReady}, "spec": map[string]any{
		"secretName": "foreign", "dnsNames": []any{"example.org"}, "issuerRef": map[string]any{"kind": "ClusterIssuer", "name": "letsencrypt"}}})
	require.ErrorContains(t, err, "no configured challenge solvers can be used for this challenge: example.org")
	require.NoError(t, w.take(web))
	require.NotNil(t, w.read(secretToken, "default/web-tls"), "the secret outlives its certificate")
	require.NoError(t, w.take(made))
	require.NoError(t, w.take(release))
	require.NotNil(t, w.read("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "certificates.cert-manager.io"), "crds.keep is the default")
}

func TestCertificatesNeedRightsOnTheZone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights []string
		zone   string
		want   string
	}{
		"none":   {nil, "", "route53:GetChange"},
		"change": {[]string{"route53:GetChange"}, "", "route53:ChangeResourceRecordSets"},
		"zone":   {[]string{"route53:*"}, "Z0000000000000", "zone not found for domain _acme-challenge.dev.example.com."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			zone, _, _ := w.withCertManager(test.rights...)
			if test.zone == "" {
				test.zone = zone.ID
			}
			w.must(issuerToken, "letsencrypt", issuer(test.zone))
			_, err := w.put(certificateToken, "web", certificate("dev.example.com"))
			require.ErrorContains(t, err, test.want)
			require.Nil(t, w.read(secretToken, "default/web-tls"))
		})
	}
}

// The webhook judges issuers: while it is not ready, or gone, nobody makes or changes one.
func TestIssuersNeedTheWebhook(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	zone, nodes, _ := w.withCertManager()
	made := w.must(issuerToken, "letsencrypt", issuer(zone.ID))
	w.uproot(nodes)
	_, err := w.put(issuerToken, "another", map[string]any{"metadata": map[string]any{"name": "another"}, "spec": map[string]any{"selfSigned": map[string]any{}}})
	require.ErrorContains(t, err, `Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post `+
		`"https://cert-manager-webhook.cert-manager.svc:443/?timeout=10s": no endpoints available for service "cert-manager-webhook"`)
	_, err = w.again(made, issuer(zone.ID))
	require.ErrorContains(t, err, "no endpoints available")
}

func TestIssuersWithoutDefinitions(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("general", 2)
	w.namespace("cert-manager")
	_, err := w.put(releaseToken, "cert-manager", certManager(map[string]any{"crds": map[string]any{"enabled": false}}))
	require.ErrorContains(t, err, "no definition certificates.cert-manager.io")
	_, err = w.put(issuerToken, "letsencrypt", issuer("Z1"))
	require.ErrorContains(t, err, `no matches for kind "ClusterIssuer" in version "cert-manager.io/v1"`)
}

// On Fargate the webhook's port is the kubelet's.
func TestTheWebhookOnFargate(t *testing.T) {
	t.Parallel()
	for port, want := range map[float64]string{10250: "on Fargate port 10250 is the kubelet's", 10260: ""} {
		w := newKubeWorld(t)
		w.namespace("cert-manager")
		w.plant(typeFargate, "main:cert-manager", map[string]any{"clusterName": "main", "selectors": []any{map[string]any{"namespace": "cert-manager"}}})
		w.must(releaseToken, "cert-manager", certManager(map[string]any{"webhook": map[string]any{"securePort": port}}))
		_, err := w.put(issuerToken, "letsencrypt", issuer("Z1"))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}

func TestIssuersOfANamespaceHaveNoAmbientCredentials(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	zone, _, _ := w.withCertManager("route53:*")
	inputs := issuer(zone.ID)
	inputs["metadata"] = map[string]any{"name": "letsencrypt", "namespace": "default"}
	w.must("kubernetes:cert-manager.io/v1:Issuer", "letsencrypt", inputs)
	wanted := certificate("dev.example.com")
	spec, ok := wanted["spec"].(map[string]any)
	require.True(t, ok)
	spec["issuerRef"] = map[string]any{"name": "letsencrypt"}
	_, err := w.put(certificateToken, "web", wanted)
	require.ErrorContains(t, err, "ambient credentials are not allowed for an Issuer")
}
