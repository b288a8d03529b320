package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/kube"
)

// kubeAPI is one cluster during one call: what is in it, and what the call changes. Its objects are records of the
// inventory that vanish with the cluster; changes reach the inventory all at once.
type kubeAPI struct {
	*model
	cluster *Resource
	at      place
	caller  *identity
	target  *kubeTarget
	write   func(namespace string) bool
	objects []*kubeObject
}

// kubeObject is an object in a cluster.
type kubeObject struct {
	kube.Object
	Type    string
	Logical string // name in the program
	URN     resource.URN
	Release string // "namespace/name" of the Helm release it belongs to
	Role    string // the ARN of the role its pods were given credentials of as they started
	Patch   bool

	record *Resource // as loaded, nil for a new one
	drains bool      // a node whose pool was deleted in the background, in this call
	dirty  bool
	gone   bool
}

// kubeRow is the row of every token of the package kubernetes. What is written in an object is no reference.
func kubeRow(token string) *row {
	return &row{
		Token: token, Kind: token, Within: "cluster", Weak: []string{"object", "role", "release"}, schema: &resourceSchema{},
		ID: func(r *request) resource.PropertyValue { return resource.NewProperty(r.ID) }, Latency: kubeLatency(token),
	}
}

// clusterKey is how objects name the cluster they are in.
func clusterKey(cluster *Resource) string {
	if arn := cluster.Text("arn"); arn != "" {
		return arn
	}
	return cluster.ID
}

// openKube begins a call to the cluster a provider speaks to. The lock is held by then, or there is an error.
func (m *model) openKube(c call) (*kubeAPI, error) {
	if c.kube == nil {
		c.kube = kubeTargetOf(nil)
	}
	if c.kube.Fault != "" {
		return nil, unreachable("%s", c.kube.Fault)
	}
	caller, err := m.kubeCaller(c)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	api, err := m.reachKube(c, caller)
	if err != nil {
		m.mu.Unlock()
	}
	return api, err
}

func (m *model) reachKube(c call, caller *identity) (*kubeAPI, error) {
	cluster, err := m.clusterAt(c.kube.Server)
	if err != nil {
		return nil, err
	}
	write, known := m.clusterRights(cluster, caller)
	if !known {
		return nil, unreachable("unable to load schema information from the API server: the server has asked for the client to provide "+
			"credentials: Unauthorized: cluster %s has no access entry of %s", cluster.Text("name"), caller.Source)
	}
	api := m.kubeAt(cluster)
	api.caller, api.target, api.write = caller, c.kube, write
	return api, nil
}

// kubeAt is a cluster as its own controllers see it. The lock is held.
func (m *model) kubeAt(cluster *Resource) *kubeAPI {
	api := &kubeAPI{
		model: m, cluster: cluster, target: &kubeTarget{Namespace: "default"}, write: func(string) bool { return true },
		at: place{Account: cluster.Account, Region: cluster.Region, Partition: partitionOf(cluster.Region)},
	}
	for _, record := range m.inventory.sorted() {
		if !isKube(record.Type) || record.Account != cluster.Account || record.Region != cluster.Region ||
			record.Text("cluster") != clusterKey(cluster) || !record.Properties["object"].IsObject() {
			continue
		}
		_, patch := patches(record.Type)
		api.objects = append(api.objects, &kubeObject{
			Object: record.Properties["object"].ObjectValue().Mappable(), Type: record.Type, Logical: record.Name, URN: record.URN,
			Release: record.Text("release"), Role: record.Text("role"), Patch: patch, record: record,
		})
	}
	return api
}

// put adds an object, or marks one as changed.
func (k *kubeAPI) put(o *kubeObject) *kubeObject {
	o.dirty = true
	if !slices.Contains(k.objects, o) {
		k.objects = append(k.objects, o)
	}
	return o
}

// made adds an object that the cluster makes itself.
func (k *kubeAPI) made(object kube.Object) {
	stamp(object, k.cluster.ID)
	k.put(&kubeObject{Object: object, Type: tokenOf(object)})
}

// tokenOf is the token of an object's kind.
func tokenOf(object kube.Object) string {
	version := object.Text("apiVersion")
	if !strings.Contains(version, "/") {
		version = "core/" + version
	}
	return kubePackage + ":" + version + ":" + object.Kind()
}

// stamp gives an object what the API server does.
func stamp(object kube.Object, cluster string) {
	id := digest(32, cluster, object.Text("apiVersion"), object.Kind(), object.ID())
	object.Set(strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-"), "metadata", "uid")
	object.Set(creationDate, "metadata", "creationTimestamp")
	object.Set("1", "metadata", "resourceVersion")
	object.Set(1.0, "metadata", "generation")
}

// drop takes an object away at once, with all that only it stands for.
func (k *kubeAPI) drop(o *kubeObject) { o.gone = true }

// each are the objects of a group's kind that are there.
func (k *kubeAPI) each(group, kind string) []*kubeObject {
	var found []*kubeObject
	for _, o := range k.objects {
		if !o.gone && !o.Patch && o.Is(group, kind) && o.Type != releaseToken {
			found = append(found, o)
		}
	}
	return found
}

// find is an object, or nil.
func (k *kubeAPI) find(group, kind, namespace, name string) *kubeObject {
	for _, o := range k.each(group, kind) {
		if o.Namespace() == namespace && o.Name() == name {
			return o
		}
	}
	return nil
}

// exists says whether an object is there, those a cluster begins with included.
func (k *kubeAPI) exists(group, kind, namespace, name string) bool {
	return k.find(group, kind, namespace, name) != nil || kube.Standing(kind, namespace, name)
}

// commit writes what the call changed.
func (k *kubeAPI) commit() error {
	var put, remove []*Resource
	for _, o := range k.objects {
		switch {
		case o.gone && o.record != nil:
			remove = append(remove, o.record)
		case o.dirty && !o.gone:
			put = append(put, k.recordOf(o))
		}
	}
	if len(put)+len(remove) == 0 {
		return nil
	}
	return k.inventory.change(put, remove)
}

func (k *kubeAPI) recordOf(o *kubeObject) *Resource {
	properties := resource.PropertyMap{
		"cluster": resource.NewProperty(clusterKey(k.cluster)), "object": resource.NewProperty(resource.NewPropertyMapFromMap(o.Object)),
		"release": resource.NewProperty(o.Release), "role": resource.NewProperty(o.Role),
	}
	return &Resource{
		Account: k.at.Account, Region: k.at.Region, Type: o.Type, ID: k.cluster.Text("name") + "|" + o.ID(), Name: o.Logical, URN: o.URN,
		Properties: properties, row: kubeRow(o.Type),
	}
}

// plural is how the API names an object's kind in its messages: "deployments.apps".
func (k *kubeAPI) plural(o kube.Object) string {
	served, _ := k.served(o.Text("apiVersion"), o.Kind())
	if o.Group() == "" {
		return served.Plural
	}
	return served.Plural + "." + o.Group()
}

// served is a kind the cluster knows: one of its own, or of a definition that is there.
func (k *kubeAPI) served(apiVersion, kind string) (kube.Resource, bool) {
	if known, found := kube.Builtin(apiVersion, kind); found {
		return known, true
	}
	for _, definition := range k.each("apiextensions.k8s.io", "CustomResourceDefinition") {
		if definition.Deleting() || definition.Text("spec", "group") != kube.GroupOf(apiVersion) || definition.Text("spec", "names", "kind") != kind {
			continue
		}
		for _, version := range definition.Objects("spec", "versions") {
			if version.Text("name") == kube.VersionOf(apiVersion) {
				return kube.Resource{
					Plural: definition.Text("spec", "names", "plural"), Namespaced: definition.Text("spec", "scope") == "Namespaced",
				}, true
			}
		}
	}
	return kube.Resource{}, false
}

func noMatch(o kube.Object) string {
	return fmt.Sprintf("no matches for kind %q in version %q", o.Kind(), o.Text("apiVersion"))
}
