package sim

import (
	"fmt"
	"slices"

	"aws-platform/pkg/sim/kube"
)

const (
	secretGroup  = "external-secrets.io"
	kedaGroup    = "keda.sh"
	kedaHold     = "finalizer.keda.sh"
	typeSecret   = "aws:secretsmanager/secret:Secret" //nolint:gosec // a type
	secretSuffix = "-AbCdEf"
)

// runExternalSecrets validates stores and fetches secrets, as long as the operator runs and its roles may.
// https://external-secrets.io/latest/provider/aws-secrets-manager/
func (k *kubeAPI) runExternalSecrets() {
	workload, why := k.running(kube.ExternalSecrets)
	if why != "" {
		return
	}
	for _, kind := range []string{"ClusterSecretStore", "SecretStore"} {
		for _, store := range k.each(secretGroup, kind) {
			_, against := k.storeSession(store, workload)
			k.says(store, against)
		}
	}
	for _, secret := range k.each(secretGroup, "ExternalSecret") {
		target := secret.Text("spec", "target", "name")
		if target == "" {
			target = secret.Name()
		}
		against := k.unfetched(secret, workload)
		k.says(secret, against)
		if against == "" && k.find("", "Secret", secret.Namespace(), target) == nil {
			k.made(kube.Object{
				"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
				"metadata": map[string]any{"name": target, "namespace": secret.Namespace(), "ownerReferences": []any{
					map[string]any{"kind": "ExternalSecret", "name": secret.Name()}}},
			})
		}
	}
	for _, owned := range k.each("", "Secret") {
		for _, owner := range owned.Objects("metadata", "ownerReferences") {
			if owner.Text("kind") == "ExternalSecret" && k.find(secretGroup, "ExternalSecret", owned.Namespace(), owner.Text("name")) == nil {
				k.drop(owned)
			}
		}
	}
}

// storeSession is the session a store reads with, or why it has none.
func (k *kubeAPI) storeSession(store, workload *kubeObject) (*identity, string) {
	aws := store.Map("spec", "provider", "aws")
	if aws == nil {
		return nil, "could not get provider: only AWS is simulated"
	}
	caller, why := k.credentials(workload)
	if account := aws.Map("auth", "jwt", "serviceAccountRef"); account != nil {
		namespace := account.Text("namespace")
		if namespace == "" {
			namespace = store.Namespace()
		}
		caller, why = k.accountSession(namespace, account.Text("name"))
	}
	if role := aws.Text("role"); role != "" && why == "" {
		caller, why = k.taken(caller, role)
	}
	if why != "" {
		return nil, "unable to create session: " + why
	}
	return caller, ""
}

// accountSession is the session of the role that a service account names. The operator asks for a token of the account, and
// STS for the role: an association of Pod Identity is of no use to it.
func (k *kubeAPI) accountSession(namespace, name string) (*identity, string) {
	found := k.find("", "ServiceAccount", namespace, name)
	if found == nil {
		return nil, fmt.Sprintf("serviceaccounts %q not found", name)
	}
	if found.Annotation(roleAnnotation) == "" {
		return nil, fmt.Sprintf("an IAM role must be associated with service account %s (namespace: %s)", name, namespace)
	}
	pods := &kubeObject{Object: kube.Object{"metadata": map[string]any{"namespace": namespace}}}
	pods.Set(name, "spec", "template", "spec", "serviceAccountName")
	pods.Role = k.injected(pods)
	return k.credentials(pods)
}

// unfetched says why a secret is not fetched.
func (k *kubeAPI) unfetched(secret, workload *kubeObject) string {
	reference := secret.Map("spec", "secretStoreRef")
	kind, namespace := reference.Text("kind"), ""
	if kind == "" || kind == "SecretStore" {
		kind, namespace = "SecretStore", secret.Namespace()
	}
	store := k.find(secretGroup, kind, namespace, reference.Text("name"))
	if store == nil {
		return fmt.Sprintf("could not get secret data from provider: %s %q not found", kind, reference.Text("name"))
	}
	if kind == "ClusterSecretStore" && !k.serves(store, secret.Namespace()) {
		return fmt.Sprintf("using cluster store %q is not allowed from namespace %q: denied by spec.condition", store.Name(), secret.Namespace())
	}
	caller, why := k.storeSession(store, workload)
	if why != "" {
		return why
	}
	var keys []string
	for _, one := range secret.Objects("spec", "data") {
		keys = append(keys, one.Text("remoteRef", "key"))
	}
	for _, one := range secret.Objects("spec", "dataFrom") {
		if key := one.Text("extract", "key"); key != "" {
			keys = append(keys, key)
		}
	}
	service := store.Text("spec", "provider", "aws", "service")
	for _, key := range keys {
		call := grant{action: "secretsmanager:GetSecretValue", resource: k.secretARN(key)}
		if service == "ParameterStore" {
			call = grant{action: "ssm:GetParameter", resource: k.arn("ssm", "parameter"+key)}
		}
		if refused := k.refusedGrant(caller, call); refused != "" {
			return "could not get secret data from provider: " + refused
		}
	}
	return ""
}

// secretARN is the ARN of a secret by its name, whether it is there or not.
func (k *kubeAPI) secretARN(name string) string {
	for _, record := range k.inventory.sorted() {
		if record.Type == typeSecret && record.seenFrom(k.at) && record.Text("name") == name {
			return record.Text("arn")
		}
	}
	return k.arn("secretsmanager", "secret:"+name+secretSuffix)
}

// serves says whether a store is for a namespace.
func (k *kubeAPI) serves(store *kubeObject, namespace string) bool {
	conditions := store.Objects("spec", "conditions")
	return len(conditions) == 0 || slices.ContainsFunc(conditions, func(c kube.Object) bool {
		if slices.Contains(c.Texts("namespaces"), namespace) {
			return true
		}
		labels := c.Map("namespaceSelector", "matchLabels")
		space := k.find("", "Namespace", "", namespace)
		for key, value := range labels {
			if space == nil || space.Label(key) != value {
				return false
			}
		}
		return len(labels) > 0
	})
}

// runKeda scales what it is told to, and lets it go again, as long as its operator runs.
func (k *kubeAPI) runKeda() {
	if _, why := k.running(kube.Keda); why != "" {
		return
	}
	for _, kind := range []string{"ScaledObject", "ScaledJob"} {
		for _, o := range k.each(kedaGroup, kind) {
			if o.Deleting() {
				o.Free(kedaHold)
				k.drop(o)
				continue
			}
			o.Hold(kedaHold)
			k.put(o)
			k.says(o, k.unscaled(o))
		}
	}
}

// unscaled says why a scaled object has nothing to scale.
func (k *kubeAPI) unscaled(o *kubeObject) string {
	if o.Kind() != "ScaledObject" {
		return ""
	}
	target := o.Map("spec", "scaleTargetRef")
	kind := target.Text("kind")
	if kind == "" {
		kind = "Deployment"
	}
	if kind == "Deployment" && k.find("apps", kind, o.Namespace(), target.Text("name")) == nil {
		return "ScaledObject doesn't have correct scaleTargetRef specification: " + target.Text("name") + " not found"
	}
	return ""
}

// customFault says what a definition's schema, or its controller's rules, turn down of a custom resource; only what is
// easily got wrong is known here.
func customFault(o kube.Object) string {
	spec := o.Map("spec", "template", "spec")
	switch {
	case o.Is(poolGroup, "NodePool") && !spec.Has("nodeClassRef", "name"):
		return "spec.template.spec.nodeClassRef.name: Required value"
	case o.Is(poolGroup, "NodePool") && spec.Text("nodeClassRef", "group") != classGroup:
		return "spec.template.spec.nodeClassRef.group: Required value"
	case o.Is(poolGroup, "NodePool") && len(spec.Objects("requirements")) == 0:
		return "spec.template.spec.requirements: Required value"
	case o.Is(poolGroup, "NodePool") && o.Has("spec", "disruption", "expireAfter"):
		return ".spec.disruption.expireAfter: field not declared in schema"
	case o.Is(classGroup, "EC2NodeClass") && len(o.Objects("spec", "subnetSelectorTerms")) == 0:
		return "spec.subnetSelectorTerms: Required value"
	case o.Is(classGroup, "EC2NodeClass") && len(o.Objects("spec", "securityGroupSelectorTerms")) == 0:
		return "spec.securityGroupSelectorTerms: Required value"
	case o.Is(classGroup, "EC2NodeClass") && o.Has("spec", "role") == o.Has("spec", "instanceProfile"):
		return "spec: must specify exactly one of ['role', 'instanceProfile']"
	case o.Is(certificates, "Certificate") && o.Text("spec", "secretName") == "":
		return "spec.secretName: Required value"
	case o.Is(secretGroup, "ClusterSecretStore") && !o.Has("spec", "provider"):
		return "spec.provider: Required value"
	case o.Is(kedaGroup, "ScaledObject") && len(o.Objects("spec", "triggers")) == 0:
		return "spec.triggers: Required value"
	}
	return ""
}
