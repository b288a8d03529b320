package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	storeToken          = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
	externalSecretToken = "kubernetes:external-secrets.io/v1:ExternalSecret"
	scaledToken         = "kubernetes:keda.sh/v1alpha1:ScaledObject"
)

// withSecrets has nodes and the External Secrets operator; its role may do some actions, "" for no role at all.
func (w *kubeWorld) withSecrets(actions ...string) *Resource {
	w.t.Helper()
	w.nodes("general", 2)
	w.agent()
	w.namespace("external-secrets")
	if len(actions) > 0 {
		w.podRole("secrets", actions...)
		w.associate("external-secrets", "external-secrets", "secrets")
	}
	return w.must(releaseToken, "external-secrets", chart("external-secrets", "external-secrets", "https://charts.external-secrets.io", "2.9.0", nil))
}

func secretStore(spec map[string]any) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "aws", "annotations": waitForReady}, "spec": spec}
}

func awsStore(role string) map[string]any {
	aws := map[string]any{"service": "SecretsManager", "region": "eu-west-1"}
	if role != "" {
		aws["role"] = role
	}
	return map[string]any{"provider": map[string]any{"aws": aws}}
}

func externalSecret() map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "app", "namespace": "default", "annotations": waitForReady}, "spec": map[string]any{
		"secretStoreRef": map[string]any{"kind": "ClusterSecretStore", "name": "aws"},
		"data":           []any{map[string]any{"remoteRef": map[string]any{"key": "dev/app"}}},
	}}
}

func TestStoresNeedAnIdentity(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withSecrets()
	_, err := w.put(storeToken, "aws", secretStore(awsStore("")))
	require.ErrorContains(t, err, "unable to create session: failed to refresh cached credentials, no EC2 IMDS role found")
}

func TestSecretsAreFetched(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	release := w.withSecrets("secretsmanager:GetSecretValue")
	w.must(storeToken, "aws", secretStore(awsStore("")))
	secret := w.must(externalSecretToken, "app", externalSecret())
	require.NotNil(t, w.read(secretToken, "default/app"))
	require.NoError(t, w.take(secret))
	require.Nil(t, w.read(secretToken, "default/app"), "it goes with what fetched it")

	w.uprootAll(typeNodeGroup)
	require.ErrorContains(t, w.take(w.read(storeToken, "aws")), `failed calling webhook "validate.externalsecret.external-secrets.io"`)
	w.nodes("general", 2)
	require.NoError(t, w.take(w.read(storeToken, "aws")))
	require.NoError(t, w.take(release))
}

func TestSecretsNeedRightsAndTheirNamespace(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withSecrets("sts:AssumeRole")
	store := w.must(storeToken, "aws", secretStore(awsStore("")))
	_, err := w.put(externalSecretToken, "app", externalSecret())
	require.ErrorContains(t, err, "secretsmanager:GetSecretValue")

	w.make(roleToken, "reader", map[string]any{"name": "reader", "assumeRolePolicy": trust(
		`{"Effect":"Allow","Principal":{"AWS":"` + roleARN(managementID, "secrets") + `"},"Action":"sts:AssumeRole"}`),
		"inlinePolicies": []any{map[string]any{"name": "read", "policy": trust(`{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}`)}}})
	reading := awsStore(roleARN(managementID, "reader"))
	_, err = w.again(store, secretStore(reading))
	require.NoError(t, err)
	require.NotNil(t, w.read(secretToken, "default/app"), "the role of the store may")

	_, err = w.again(store, secretStore(awsStore(roleARN(managementID, "stranger"))))
	require.ErrorContains(t, err, "is not authorized to perform: sts:AssumeRole on resource: "+roleARN(managementID, "stranger"))
	reading["conditions"] = []any{map[string]any{"namespaces": []any{"apps"}}}
	_, err = w.again(store, secretStore(reading))
	require.NoError(t, err)
	_, err = w.again(&Resource{Type: externalSecretToken, Name: "app", ID: "default/app"}, externalSecret())
	require.ErrorContains(t, err, `using cluster store "aws" is not allowed from namespace "default": denied by spec.condition`)
}

// Definitions that are templates go with the release, and everything of theirs; kept, they stay.
func TestDefinitionsOfAReleaseGoWithIt(t *testing.T) {
	t.Parallel()
	for keep, left := range map[string]bool{"": false, "keep": true} {
		w := newKubeWorld(t)
		w.nodes("general", 2)
		w.namespace("external-secrets")
		annotations := map[string]any{}
		if keep != "" {
			annotations["helm.sh/resource-policy"] = keep
		}
		release := w.must(releaseToken, "external-secrets", chart("external-secrets", "external-secrets", "https://charts.external-secrets.io/", "2.9.0",
			map[string]any{"crds": map[string]any{"annotations": annotations}}))
		require.NoError(t, w.take(release))
		require.Equal(t, left, w.read("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "externalsecrets.external-secrets.io") != nil)
	}
}

func (w *kubeWorld) withKeda() *Resource {
	w.t.Helper()
	w.namespace("keda")
	return w.must(releaseToken, "keda", chart("keda", "keda", "https://kedacore.github.io/charts", "2.20.2", nil))
}

func scaled(target string) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "app", "namespace": "default", "annotations": waitForReady}, "spec": map[string]any{
		"scaleTargetRef": map[string]any{"name": target}, "triggers": []any{map[string]any{"type": "cpu"}},
	}}
}

// KEDA holds what it scales: once it is gone, nobody lets it go.
func TestScaledObjectsAreHeld(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("general", 2)
	release := w.withKeda()
	w.must(deploymentToken, "app", deployment("app", "default", nil))
	object := w.must(scaledToken, "app", scaled("app"))
	require.NoError(t, w.take(object))

	object = w.must(scaledToken, "app", scaled("app"))
	require.ErrorContains(t, w.take(release), "ScaledObject default/app has finalizers finalizer.keda.sh")
	require.ErrorContains(t, w.take(object), "finalizers might be preventing deletion (finalizer.keda.sh)")
}

func TestScaledObjectsNeedATarget(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("general", 2)
	w.withKeda()
	_, err := w.put(scaledToken, "app", scaled("missing"))
	require.ErrorContains(t, err, "ScaledObject doesn't have correct scaleTargetRef specification: missing not found")
}

// A store may read as a service account of its own, which names its role.
func TestStoresReadAsServiceAccounts(t *testing.T) {
	t.Parallel()
	const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123"
	w := newKubeWorld(t)
	w.withSecrets()
	w.make(typeOIDCProvider, "issuer", map[string]any{"url": "https://" + issuer, "clientIdLists": []any{"sts.amazonaws.com"}})
	w.make(roleToken, "reader", map[string]any{"name": "reader", "assumeRolePolicy": trust(
		`{"Effect":"Allow","Principal":{"Federated":"arn:` + `aws:iam::111111111111:oidc-provider/` + issuer + `"},"Action":"sts:AssumeRoleWithWebIdentity",
		"Condition":{"StringEquals":{"` + issuer + `:sub":"system:serviceaccount:external-secrets:reader","` + issuer + `:aud":"sts.amazonaws.com"}}}`)})
	w.associate("external-secrets", "reader", "reader")
	spec := awsStore("")
	spec["provider"].(map[string]any)["aws"].(map[string]any)["auth"] = map[string]any{"jwt": map[string]any{
		"serviceAccountRef": map[string]any{"name": "reader", "namespace": "external-secrets"}}}
	_, err := w.put(storeToken, "aws", secretStore(spec))
	require.ErrorContains(t, err, `serviceaccounts "reader" not found`)
	account := map[string]any{"metadata": map[string]any{"name": "reader", "namespace": "external-secrets"}}
	made := w.must("kubernetes:core/v1:ServiceAccount", "reader", account)
	_, err = w.again(w.read(storeToken, "aws"), secretStore(spec))
	require.ErrorContains(t, err, "an IAM role must be associated with service account reader (namespace: external-secrets)")
	account["metadata"].(map[string]any)["annotations"] = map[string]any{roleAnnotation: roleARN(managementID, "reader")}
	_, err = w.again(made, account)
	require.NoError(t, err)
	_, err = w.again(w.read(storeToken, "aws"), secretStore(spec))
	require.NoError(t, err)
}
