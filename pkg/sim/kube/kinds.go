package kube

import (
	"slices"
	"strings"
)

// Resource is a kind the API serves.
type Resource struct {
	Plural     string
	Namespaced bool
}

// builtin are the kinds a cluster has before anything is installed, by group; those in namespaces are marked so.
// https://kubernetes.io/docs/reference/kubernetes-api/
var builtin = map[string]string{
	"": `ConfigMap=configmaps! Endpoints=endpoints! Event=events! LimitRange=limitranges! Namespace=namespaces Node=nodes
		PersistentVolume=persistentvolumes PersistentVolumeClaim=persistentvolumeclaims! Pod=pods! PodTemplate=podtemplates!
		ReplicationController=replicationcontrollers! ResourceQuota=resourcequotas! Secret=secrets! Service=services!
		ServiceAccount=serviceaccounts!`,
	"admissionregistration.k8s.io": `MutatingWebhookConfiguration=mutatingwebhookconfigurations
		ValidatingAdmissionPolicy=validatingadmissionpolicies ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings
		ValidatingWebhookConfiguration=validatingwebhookconfigurations`,
	"apiextensions.k8s.io":      `CustomResourceDefinition=customresourcedefinitions`,
	"apiregistration.k8s.io":    `APIService=apiservices`,
	"apps":                      `ControllerRevision=controllerrevisions! DaemonSet=daemonsets! Deployment=deployments! ReplicaSet=replicasets! StatefulSet=statefulsets!`,
	"autoscaling":               `HorizontalPodAutoscaler=horizontalpodautoscalers!`,
	"batch":                     `CronJob=cronjobs! Job=jobs!`,
	"coordination.k8s.io":       `Lease=leases!`,
	"discovery.k8s.io":          `EndpointSlice=endpointslices!`,
	"networking.k8s.io":         `Ingress=ingresses! IngressClass=ingressclasses NetworkPolicy=networkpolicies!`,
	"node.k8s.io":               `RuntimeClass=runtimeclasses`,
	"policy":                    `PodDisruptionBudget=poddisruptionbudgets!`,
	"rbac.authorization.k8s.io": `ClusterRole=clusterroles ClusterRoleBinding=clusterrolebindings Role=roles! RoleBinding=rolebindings!`,
	"scheduling.k8s.io":         `PriorityClass=priorityclasses`,
	"storage.k8s.io":            `CSIDriver=csidrivers StorageClass=storageclasses VolumeAttachment=volumeattachments`,
	// What the VPC CNI and its network policy controller bring to every EKS cluster.
	"crd.k8s.amazonaws.com": `ENIConfig=eniconfigs`, "vpcresources.k8s.aws": `SecurityGroupPolicy=securitygrouppolicies!`,
}

// versions are the versions a group is served in; v1 where nothing is said.
var versions = map[string][]string{
	"autoscaling": {"v1", "v2"}, "crd.k8s.amazonaws.com": {"v1alpha1"}, "vpcresources.k8s.aws": {"v1beta1"},
}

// Builtin is a kind every cluster has, and whether there is one.
func Builtin(apiVersion, kind string) (Resource, bool) {
	group := GroupOf(apiVersion)
	served := versions[group]
	if served == nil {
		served = []string{"v1"}
	}
	if !slices.Contains(served, VersionOf(apiVersion)) {
		return Resource{}, false
	}
	for _, entry := range strings.Fields(builtin[group]) {
		if name, plural, _ := strings.Cut(entry, "="); name == kind {
			return Resource{Plural: strings.TrimSuffix(plural, "!"), Namespaced: strings.HasSuffix(plural, "!")}, true
		}
	}
	return Resource{}, false
}

// standing are objects a cluster begins with, "kind/namespace/name"; nobody made them and nobody deletes them.
var standing = []string{
	"Namespace//default", "Namespace//kube-system", "Namespace//kube-public", "Namespace//kube-node-lease",
	"PriorityClass//system-cluster-critical", "PriorityClass//system-node-critical", "StorageClass//gp2",
	"DaemonSet/kube-system/aws-node", "DaemonSet/kube-system/kube-proxy", "ConfigMap/kube-system/coredns",
	"ServiceAccount/default/default", "ServiceAccount/kube-system/default", "ServiceAccount/kube-system/aws-node",
}

// Standing says whether a cluster has an object from its beginning.
func Standing(kind, namespace, name string) bool {
	return slices.Contains(standing, kind+"/"+namespace+"/"+name)
}

// immutable are the properties of built-in kinds that cannot be changed in place: those the API refuses to change, as
// far as the Pulumi provider knows them (provider/pkg/provider/diff.go of pulumi-kubernetes v4).
var immutable = map[string][]string{
	"apps/Deployment": {"spec.selector"}, "apps/DaemonSet": {"spec.selector"},
	"apps/StatefulSet": {
		"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates",
	},
	"batch/Job":  {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},
	"/ConfigMap": {"binaryData", "data"}, "/Secret": {"type", "stringData", "data"}, "/Service": {"spec.clusterIP"},
	"/PersistentVolumeClaim": {"spec"}, "/Pod": {"spec"}, "/ResourceQuota": {"spec.scopes"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"}, "rbac.authorization.k8s.io/RoleBinding": {"roleRef"},
	"storage.k8s.io/StorageClass": {"parameters", "provisioner"},
}

// Immutable are the paths whose change replaces an object.
func Immutable(apiVersion, kind string) []string {
	return append([]string{"metadata.name", "metadata.namespace"}, immutable[GroupOf(apiVersion)+"/"+kind]...)
}
