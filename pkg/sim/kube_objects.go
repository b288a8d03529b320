package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"aws-platform/pkg/sim/kube"
)

// unready is a resource that is there but does not work: the engine keeps it and the error.
type unready struct {
	made   *Resource
	reason string
}

// Error says why it does not work.
func (e *unready) Error() string { return e.reason }

// status is the error as the engine gets it: with the resource, which it keeps.
func (e *unready) status() error {
	properties, err := encode(e.made.Properties)
	if err != nil {
		return err
	}
	answer, err := status.New(codes.Unknown, e.reason).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: e.made.ID, Properties: properties, Reasons: []string{e.reason},
	})
	if err != nil {
		return err
	}
	return answer.Err()
}

// kubeCreate makes an object, or installs a release.
func (m *model) kubeCreate(c call) (*Resource, error) {
	api, err := m.openKube(c)
	if err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	if c.Token == releaseToken {
		return api.install(c)
	}
	object := kube.Object(c.Inputs.Mappable())
	o := &kubeObject{Object: object, Type: c.Token, Logical: c.Name, URN: c.URN}
	_, o.Patch = patches(c.Token)
	if reason := api.admit(o, nil, c); reason != nil {
		return nil, reason
	}
	if o.Patch {
		api.put(o)
		return o.made(), api.commit()
	}
	stamp(object, api.cluster.ID)
	api.complete(object)
	api.put(o)
	api.reconcile()
	reason := api.awaited(o)
	if err := api.commit(); err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, &unready{made: o.made(), reason: fmt.Sprintf("resource %s was successfully created, but the Kubernetes API server "+
			"reported that it failed to fully initialize or become live: %s", o.ID(), reason)}
	}
	return o.made(), nil
}

// made is an object as the engine gets it.
func (o *kubeObject) made() *Resource {
	shown := o.Object.Clone()
	delete(shown, kube.Simulation)
	return &Resource{ID: o.ID(), Type: o.Type, URN: o.URN, Name: o.Logical, Properties: resource.NewPropertyMapFromMap(shown)}
}

// admit says why the API server turns an object down, created or changed.
func (k *kubeAPI) admit(o, old *kubeObject, c call) error {
	served, known := k.served(o.Text("apiVersion"), o.Kind())
	verb := "creation"
	if old != nil {
		verb = "update"
	}
	if !known {
		return fmt.Errorf("%s of resource %q failed because the Kubernetes API server reported that the apiVersion for this resource "+
			"does not exist. Verify that any required CRDs have been created: %s", verb, c.URN, noMatch(o.Object))
	}
	if served.Namespaced && o.Namespace() == "" {
		o.Set(k.target.namespace(), "metadata", "namespace")
	}
	plural := k.plural(o.Object)
	failed := func(format string, args ...any) error {
		return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %s", c.URN, fmt.Sprintf(format, args...))
	}
	if !k.write(o.Namespace()) {
		return failed("%s %q is forbidden: User %q cannot patch resource %q in API group %q", plural, o.Name(), k.caller.ARN, served.Plural, o.Group())
	}
	if served.Namespaced {
		space := k.find("", "Namespace", "", o.Namespace())
		switch {
		case space != nil && space.Deleting():
			return failed("%s %q is forbidden: unable to create new content in namespace %s because it is being terminated", plural, o.Name(), o.Namespace())
		case !k.exists("", "Namespace", "", o.Namespace()):
			return failed("namespaces %q not found", o.Namespace())
		}
	}
	there := k.exists(o.Group(), o.Kind(), o.Namespace(), o.Name())
	switch {
	case o.Patch && !there:
		return failed("%s %q not found", plural, o.Name())
	case !o.Patch && old == nil && there && !k.target.Upsert:
		return failed("%s %q already exists", plural, o.Name())
	}
	if refused := k.callWebhooks(o.Object, false); refused != "" {
		return failed("%s", refused)
	}
	if fault := customFault(o.Object); fault != "" {
		return failed("%s.%s %q is invalid: %s", o.Kind(), o.Group(), o.Name(), fault)
	}
	return nil
}

// complete fills in what the API server decides.
func (k *kubeAPI) complete(object kube.Object) {
	switch {
	case object.Is("", "Namespace"):
		object.Set("Active", "status", "phase")
	case object.Is("", "Service"):
		if object.Text("spec", "clusterIP") == "" {
			object.Set("172.20."+digestByte(object.ID(), "a")+"."+digestByte(object.ID(), "b"), "spec", "clusterIP")
		}
		k.mutateService(object)
	}
}

// kubeUpdate changes an object in place, or upgrades a release.
func (m *model) kubeUpdate(c call) (*Resource, error) {
	api, err := m.openKube(c)
	if err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	if c.Token == releaseToken {
		return api.upgrade(c)
	}
	wanted := kube.Object(c.Inputs.Mappable())
	old := api.own(c)
	if old == nil {
		return nil, fmt.Errorf("update of resource %q failed: %s %q not found", c.URN, api.plural(wanted), c.ID)
	}
	if reason := api.admit(&kubeObject{Object: wanted, Patch: old.Patch}, old, c); reason != nil {
		return nil, reason
	}
	for _, kept := range [][]string{
		{"metadata", "uid"}, {"metadata", "creationTimestamp"}, {"metadata", "resourceVersion"}, {"metadata", "finalizers"}, {"status"},
		{"spec", "clusterIP"}, {"spec", "loadBalancerClass"},
	} {
		if value := old.At(kept...); value != nil && !wanted.Has(kept...) {
			wanted.Set(value, kept...)
		}
	}
	wanted.Set(float64(old.Number(1, "metadata", "generation")+1), "metadata", "generation")
	old.Object = wanted
	if old.URN == "" { // no program made it; this one took it in
		old.URN, old.Logical = c.URN, c.Name
	}
	api.put(old)
	api.reconcile()
	reason := api.awaited(old)
	if err := api.commit(); err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, &unready{made: old.made(), reason: fmt.Sprintf("the Kubernetes API server reported that %q failed to fully "+
			"initialize or become live: %s", old.ID(), reason)}
	}
	return old.made(), nil
}

// own is the object a call is about, or nil.
func (k *kubeAPI) own(c call) *kubeObject {
	apiVersion, kind := kindOf(c.Token)
	base, patch := patches(c.Token)
	if patch {
		kind = base
	}
	for _, o := range k.objects {
		if !o.gone && o.Patch == patch && o.Is(kube.GroupOf(apiVersion), kind) && o.ID() == c.ID && (o.Type == releaseToken) == (c.Token == releaseToken) {
			return o
		}
	}
	return nil
}

// kubeRead is an object as it is, or nil.
func (m *model) kubeRead(c call) (*Resource, error) {
	api, err := m.openKube(c)
	if err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	if c.Token == releaseToken {
		if found := api.release(c.ID); found != nil {
			return found.asRelease(), nil
		}
		return nil, nil
	}
	if found := api.own(c); found != nil {
		return found.made(), nil
	}
	apiVersion, kind := kindOf(c.Token)
	namespace, name, within := strings.Cut(c.ID, "/")
	if !within {
		namespace, name = "", c.ID
	}
	if kube.Standing(kind, namespace, name) {
		standing := kube.Object{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}}
		if within {
			standing.Set(namespace, "metadata", "namespace")
		}
		stamp(standing, api.cluster.ID)
		return (&kubeObject{Object: standing, Type: c.Token}).made(), nil
	}
	return nil, nil
}

// errUnreachableDelete is what the provider says of objects of a cluster that is gone.
var errUnreachableDelete = errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this " +
	"resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")

// kubeRemove deletes an object, or uninstalls a release, and waits until nothing is left of it.
func (m *model) kubeRemove(c call) error {
	api, err := m.openKube(c)
	switch {
	case err != nil && c.kube != nil && c.kube.DeleteUnreachable:
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", errUnreachableDelete, err)
	}
	defer m.mu.Unlock()
	if c.Token == releaseToken {
		return api.uninstall(c)
	}
	o := api.own(c)
	if o == nil {
		return nil
	}
	if refused := api.callWebhooks(o.Object, true); refused != "" {
		return errors.New(refused)
	}
	api.remove(o)
	api.reconcile()
	left := api.remains(o)
	if err := api.commit(); err != nil {
		return err
	}
	if left != "" && o.Annotation("pulumi.com/skipAwait") != "true" {
		return fmt.Errorf("timed out waiting for the condition: %s %s is still there: %s", o.Kind(), o.ID(), left)
	}
	return nil
}

// remove asks for an object's end: what has finalizers stays until somebody takes them away.
func (k *kubeAPI) remove(o *kubeObject) {
	switch {
	case o.gone:
		return
	case o.Is(poolGroup, "NodePool"):
		k.removePool(o)
	case o.Patch || len(o.Finalizers()) == 0 && !o.Is("", "Namespace") && !o.Is("apiextensions.k8s.io", "CustomResourceDefinition"):
		k.drop(o)
	default:
		o.Set(creationDate, "metadata", "deletionTimestamp")
		k.put(o)
	}
	switch {
	case o.Is("", "Namespace"):
		for _, inside := range k.objects {
			if inside.Namespace() == o.Name() && !inside.gone && inside.Type != releaseToken {
				k.remove(inside)
			}
		}
	case o.Is("apiextensions.k8s.io", "CustomResourceDefinition"):
		for _, one := range k.each(o.Text("spec", "group"), o.Text("spec", "names", "kind")) {
			k.remove(one)
		}
	}
}

// remains says what of a deleted object is left, and why; "" once it is gone.
func (k *kubeAPI) remains(o *kubeObject) string {
	if o.gone {
		return ""
	}
	if o.Is("apiextensions.k8s.io", "CustomResourceDefinition") {
		return k.definitionRemains(o)
	}
	if !o.Is("", "Namespace") {
		return fmt.Sprintf("finalizers might be preventing deletion (%s)", strings.Join(o.Finalizers(), ", "))
	}
	for _, service := range k.each("apiregistration.k8s.io", "APIService") {
		if why := k.unserved(service.Object); why != "" {
			return fmt.Sprintf("Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: %s: stale "+
				"GroupVersion discovery: %s", strings.TrimPrefix(service.Name(), "v1beta1."), why)
		}
	}
	var inside []string
	for _, other := range k.objects {
		if !other.gone && !other.Patch && other.Namespace() == o.Name() && other.Type != releaseToken {
			inside = append(inside, fmt.Sprintf("%s %s has finalizers %s", other.Kind(), other.Name(), strings.Join(other.Finalizers(), ", ")))
		}
	}
	if len(inside) > 0 {
		slices.Sort(inside)
		return "Some content in the namespace has finalizers remaining: " + strings.Join(inside, "; ")
	}
	k.drop(o)
	return ""
}

// definitionRemains says what keeps a deleted definition: an object of its kind.
func (k *kubeAPI) definitionRemains(o *kubeObject) string {
	for _, one := range k.each(o.Text("spec", "group"), o.Text("spec", "names", "kind")) {
		return fmt.Sprintf("%s %s has finalizers %s", one.Kind(), one.ID(), strings.Join(one.Finalizers(), ", "))
	}
	k.drop(o)
	return ""
}
