package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/authz"
	"aws-platform/pkg/sim/kube"
)

const (
	typeNodeGroup   = "aws:eks/nodeGroup:NodeGroup"
	typeFargate     = "aws:eks/fargateProfile:FargateProfile"
	typeAddon       = "aws:eks/addon:Addon"
	typeAssociation = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

	// roleAnnotation is how a service account names its role, by the cluster's identity provider.
	roleAnnotation = "eks.amazonaws.com/role-arn"
	// What a pod's credentials come from.
	byIssuer, byPodIdentity = "irsa ", "pod-identity "
)

// ofCluster are the records of a type that name the cluster.
func (k *kubeAPI) ofCluster(token string) []*Resource {
	var found []*Resource
	for _, record := range k.inventory.sorted() {
		if record.Type == token && record.seenFrom(k.at) && record.Text("clusterName") == k.cluster.Text("name") {
			found = append(found, record)
		}
	}
	return found
}

// nodes are the machines of the cluster: of its node groups, and those Karpenter has launched.
func (k *kubeAPI) nodes() []kube.Node {
	var nodes []kube.Node
	for _, group := range k.ofCluster(typeNodeGroup) {
		nodes = append(nodes, k.nodesOf(group)...)
	}
	for _, claim := range k.each("karpenter.sh", "NodeClaim") {
		if claim.Deleting() || !claim.Flag("status", "registered") {
			continue
		}
		node := kube.Node{Name: claim.Name(), Labels: map[string]string{}, Taints: claim.Objects("spec", "taints")}
		for key, value := range claim.Map("metadata", "labels") {
			node.Labels[key] = fmt.Sprint(value)
		}
		nodes = append(nodes, node)
	}
	return nodes
}

// taintEffects are EKS's names of what Kubernetes calls otherwise.
var taintEffects = map[string]string{"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}

// nodesOf are the nodes of a managed group, as many as it wants, over its subnets in turn.
func (k *kubeAPI) nodesOf(group *Resource) []kube.Node {
	size, subnets := 0, group.Texts("subnetIds")
	if scaling := group.Properties["scalingConfig"]; scaling.IsObject() {
		size = number(scaling.ObjectValue(), "desiredSize")
	}
	var taints []kube.Object
	visit(group.Properties, "taints", func(value resource.PropertyValue) {
		if value.IsObject() {
			taint := kube.Object(value.ObjectValue().Mappable())
			taints = append(taints, kube.Object{
				"key": taint.Text("key"), "value": taint.Text("value"), "effect": taintEffects[taint.Text("effect")],
			})
		}
	})
	var nodes []kube.Node
	for i := range size {
		node := kube.Node{Name: fmt.Sprintf("%s-%d", group.ID, i), Taints: taints, Labels: map[string]string{
			"kubernetes.io/os": "linux", "eks.amazonaws.com/nodegroup": group.Text("nodeGroupName"), "eks.amazonaws.com/capacityType": group.Text("capacityType"),
		}}
		if len(subnets) > 0 {
			node.Labels[kube.ZoneLabel] = k.zoneOf(subnets[i%len(subnets)])
		}
		if labels := group.Properties["labels"]; labels.IsObject() {
			for key := range labels.ObjectValue() {
				node.Labels[string(key)] = text(labels.ObjectValue(), string(key))
			}
		}
		nodes = append(nodes, node)
	}
	return nodes
}

func (k *kubeAPI) zoneOf(subnet string) string {
	if found := k.model.find(k.at, typeSubnet, subnet); found != nil {
		return found.Text("availabilityZone")
	}
	return ""
}

// onFargate says whether a Fargate profile takes the pods of a namespace with such labels.
func (k *kubeAPI) onFargate(namespace string, labels kube.Object) bool {
	taken := false
	for _, profile := range k.ofCluster(typeFargate) {
		visit(profile.Properties, "selectors", func(value resource.PropertyValue) {
			if !value.IsObject() {
				return
			}
			selector := kube.Object(value.ObjectValue().Mappable())
			match := selector.Text("namespace") == namespace
			for key, want := range selector.Map("labels") {
				match = match && labels[key] == want
			}
			taken = taken || match
		})
	}
	return taken
}

// launchable are nodes Karpenter could still launch for pods that find no place, some in every zone of every pool.
func (k *kubeAPI) launchable(each int) []kube.Node {
	if _, why := k.running(kube.Karpenter); why != "" {
		return nil
	}
	var nodes []kube.Node
	for _, claim := range k.each(poolGroup, "NodeClaim") {
		pool := k.find(poolGroup, "NodePool", "", claim.Label(poolLabel))
		if claim.Deleting() || pool == nil || pool.Deleting() || !claim.Flag("status", "registered") {
			continue
		}
		class := k.find(classGroup, "EC2NodeClass", "", claim.Text("spec", "nodeClassRef", "name"))
		if class == nil {
			continue
		}
		for _, subnet := range k.selected(typeSubnet, class.Objects("spec", "subnetSelectorTerms")) {
			for i := range each {
				node := kube.Node{Name: fmt.Sprintf("%s-%s-%d", claim.Name(), subnet.ID, i), Labels: map[string]string{}, Taints: claim.Objects("spec", "taints")}
				for key, value := range claim.Map("metadata", "labels") {
					node.Labels[key] = fmt.Sprint(value)
				}
				node.Labels[kube.ZoneLabel] = subnet.Text("availabilityZone")
				nodes = append(nodes, node)
			}
		}
	}
	return nodes
}

// podsReady says why the pods of a workload do not run, or "".
func (k *kubeAPI) podsReady(o *kubeObject) string {
	pod := o.Map("spec", "template", "spec")
	replicas := o.Number(1, "spec", "replicas")
	account := pod.Text("serviceAccountName")
	class := pod.Text("priorityClassName")
	switch {
	case replicas == 0:
		return ""
	case account != "" && account != "default" && !k.exists("", "ServiceAccount", o.Namespace(), account):
		return fmt.Sprintf("pods %q is forbidden: error looking up service account %s/%s: serviceaccount %q not found", o.Name()+"-", o.Namespace(), account, account)
	case class != "" && !k.exists("scheduling.k8s.io", "PriorityClass", "", class):
		return fmt.Sprintf("pods %q is forbidden: no PriorityClass with name %s was found", o.Name()+"-", class)
	}
	if reason := k.unplaced(o, pod, replicas); reason != "" {
		return reason
	}
	return k.crashes(o)
}

// unplaced says why pods find no place.
func (k *kubeAPI) unplaced(o *kubeObject, pod kube.Object, replicas int) string {
	if k.onFargate(o.Namespace(), o.Map("spec", "template", "metadata", "labels")) {
		return ""
	}
	nodes := k.nodes()
	reason := kube.Place(pod, replicas, nodes)
	if reason == "" || o.Text(kube.Simulation, "controller") == kube.Karpenter {
		return reason
	}
	if more := k.launchable(replicas); len(more) > 0 && kube.Place(pod, replicas, append(nodes, more...)) == "" {
		return ""
	}
	return reason
}

// crashes says why pods that have a place do not get ready.
func (k *kubeAPI) crashes(o *kubeObject) string {
	own := o.Map(kube.Simulation)
	for _, name := range own.Texts("needs") {
		if k.find("apiextensions.k8s.io", "CustomResourceDefinition", "", name) == nil {
			return fmt.Sprintf("CrashLoopBackOff: the server could not find the requested resource: no definition %s", name)
		}
	}
	if own.Flag("diesWithoutRole") {
		if _, why := k.credentials(o); why != "" {
			return "CrashLoopBackOff: " + why
		}
	}
	if own.Flag("injected") {
		if why := k.meshless(o.Namespace()); why != "" {
			return "ErrImagePull: failed to resolve reference \"docker.io/library/auto:latest\": " + why
		}
	}
	return k.controllerFault(o)
}

// meshless says why the mesh does not inject what it should into a namespace's pods.
func (k *kubeAPI) meshless(namespace string) string {
	if space := k.find("", "Namespace", "", namespace); space != nil && space.Label("istio-injection") == "disabled" {
		return "namespace " + namespace + " is labelled istio-injection=disabled"
	}
	if _, why := k.running(kube.Mesh); why != "" {
		return "istiod does not inject: " + why
	}
	return ""
}

// running is the workload of a controller, or why it does not run.
func (k *kubeAPI) running(controller string) (*kubeObject, string) {
	why := "no " + controller + " controller is installed"
	for _, o := range k.each("apps", "Deployment") {
		if o.Text(kube.Simulation, "controller") != controller {
			continue
		}
		if why = k.podsReady(o); why == "" {
			return o, ""
		}
	}
	return nil, why
}

// injected is the role that pods of a workload are given as they start: "irsa <ARN>", "pod-identity <ARN>", or "".
func (k *kubeAPI) injected(o *kubeObject) string {
	account := o.Text("spec", "template", "spec", "serviceAccountName")
	if found := k.find("", "ServiceAccount", o.Namespace(), account); found != nil && found.Annotation(roleAnnotation) != "" {
		return byIssuer + found.Annotation(roleAnnotation)
	}
	if k.onFargate(o.Namespace(), o.Map("spec", "template", "metadata", "labels")) {
		return ""
	}
	if found := k.association(o.Namespace(), account); found != nil {
		return byPodIdentity + found.Text("roleArn")
	}
	return ""
}

func (k *kubeAPI) association(namespace, account string) *Resource {
	for _, record := range k.ofCluster(typeAssociation) {
		if record.Text("namespace") == namespace && record.Text("serviceAccount") == account {
			return record
		}
	}
	return nil
}

// credentials is the session a workload's pods call AWS with, or why they have none.
func (k *kubeAPI) credentials(o *kubeObject) (*identity, string) {
	account := o.Text("spec", "template", "spec", "serviceAccountName")
	subject := o.Namespace() + "/" + account
	const none = "failed to refresh cached credentials, no EC2 IMDS role found"
	if arn, found := strings.CutPrefix(o.Role, byIssuer); found {
		issuer := strings.TrimPrefix(k.issuer(), "https://")
		token := WebToken{Issuer: issuer, Audience: "sts.amazonaws.com", Subject: "system:serviceaccount:" + o.Namespace() + ":" + account}
		if refused := k.takesToken(arn, token, 0); refused != nil {
			return nil, fmt.Sprintf("failed to retrieve credentials, role %s: %s: %s", arn, refused.Code, refused.Message)
		}
		return k.sessionOf(arn), ""
	}
	arn, found := strings.CutPrefix(o.Role, byPodIdentity)
	there := k.association(o.Namespace(), account)
	switch {
	case !found && there != nil:
		return nil, none + ": the pods of " + subject + " started before their Pod Identity association was made"
	case !found:
		return nil, none + ": " + subject + " has neither a Pod Identity association nor a role annotation"
	case there == nil || there.Text("roleArn") != arn:
		return nil, none + ": the Pod Identity association of " + subject + " is gone"
	case !slices.ContainsFunc(k.ofCluster(typeAddon), func(r *Resource) bool { return r.Text("addonName") == "eks-pod-identity-agent" }):
		return nil, none + ": the add-on eks-pod-identity-agent is not installed"
	case !k.trustsPods(arn, k.podTags(o.Namespace(), account)):
		return nil, none + ": role " + arn + " does not trust pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession"
	}
	session := k.sessionOf(arn)
	session.Tags = k.podTags(o.Namespace(), account)
	return session, ""
}

// podTags are what EKS says in a session's tags of the pods it gives a role to.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
func (k *kubeAPI) podTags(namespace, account string) map[string]string {
	return map[string]string{
		"eks-cluster-arn": k.cluster.Text("arn"), "eks-cluster-name": k.cluster.Text("name"), "kubernetes-namespace": namespace,
		"kubernetes-service-account": account, "kubernetes-pod-name": account + "-0", "kubernetes-pod-uid": digest(32, namespace, account),
	}
}

// issuer is the URL of the cluster's identity provider.
func (k *kubeAPI) issuer() string {
	for _, url := range k.cluster.Texts("identities.oidcs.issuer") {
		return url
	}
	return ""
}

func (k *kubeAPI) sessionOf(roleARN string) *identity {
	parts := strings.SplitN(roleARN, ":", arnParts)
	name := roleARN[strings.LastIndex(roleARN, "/")+1:]
	return &identity{
		Account: parts[4], Source: roleARN, ARN: "arn:" + parts[1] + ":sts::" + parts[4] + ":assumed-role/" + name + "/pod",
		UserID: "AROA" + strings.ToUpper(digest(17, roleARN)) + ":pod",
	}
}

// trustsPods says whether a role lets EKS give it to pods, of which it tells in tags.
func (k *kubeAPI) trustsPods(roleARN string, tags map[string]string) bool {
	parts := strings.SplitN(roleARN, ":", arnParts)
	if len(parts) != arnParts {
		return false
	}
	role := k.model.find(place{Account: parts[4]}, kindRole, roleARN)
	if role == nil {
		return false
	}
	policy, err := parsePolicy(documentOf(role.Properties, "assumeRolePolicy"))
	if err != nil {
		return false
	}
	context := map[string][]string{
		"aws:SourceAccount": {k.at.Account}, "aws:SourceArn": {k.cluster.Text("arn")}, "aws:SecureTransport": {"true"},
		"aws:TagKeys": slices.Sorted(maps.Keys(tags)),
	}
	for key, value := range tags {
		context["aws:RequestTag/"+key] = []string{value}
	}
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession"} {
		decided := authz.Policies{Resource: &policy, ResourceAccount: parts[4], Decisive: true}.Decide(authz.Request{
			Principal: authz.Principal{Service: "pods.eks.amazonaws.com"}, Action: action, Resource: roleARN, Context: context,
		})
		if !decided.Allowed {
			return false
		}
	}
	return true
}
