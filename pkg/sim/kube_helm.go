package sim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/kube"
)

const releaseToken = "kubernetes:helm.sh/v3:Release"

// releaseInputs are the properties of a release, of the Go SDK v4.30.0.
var releaseInputs = strings.Fields(`allowNullValues atomic chart cleanupOnFail compat createNamespace dependencyUpdate description devel
	disableCRDHooks disableOpenapiValidation disableWebhooks forceUpdate keyring lint manifest maxHistory name namespace postrender
	recreatePods renderSubchartNotes replace repositoryOpts resetValues resourceNames reuseValues skipAwait skipCrds timeout valueYamlFiles
	values verify version waitForJobs`)

// defaultReleaseSeconds is how long Helm waits where nothing is said.
const defaultReleaseSeconds = 300

// checkRelease completes a release's inputs, and renders its chart as the provider does before anything is made.
func checkRelease(c call, inputs, old resource.PropertyMap) (resource.PropertyMap, []Failure, error) {
	var faults []Failure
	for key := range inputs {
		if !slices.Contains(releaseInputs, string(key)) {
			faults = append(faults, Failure{Property: string(key), Reason: fmt.Sprintf("unknown property %q%s", key, suggest(string(key), releaseInputs))})
		}
	}
	if !has(inputs, "chart") {
		faults = append(faults, Failure{Property: "chart", Reason: `missing required property "chart"`})
	}
	if !has(inputs, "name") {
		inputs["name"] = resource.NewProperty(c.Name + "-" + digest(8, string(c.URN), c.Account))
		if given := text(old, "name"); given != "" {
			inputs["name"] = resource.NewProperty(given)
		}
	}
	if !has(inputs, "namespace") {
		inputs["namespace"] = resource.NewProperty(c.kube.namespace())
	}
	if !has(inputs, "timeout") && !flag(inputs, "skipAwait") {
		inputs["timeout"] = resource.NewProperty(float64(defaultReleaseSeconds))
	}
	if len(faults) > 0 || resource.NewProperty(inputs).ContainsUnknowns() {
		return inputs, faults, nil
	}
	asked := releaseOf(inputs)
	chart, _, err := kube.Find(asked)
	if err == nil && chart != nil {
		err = chart.Judge(asked.Values)
	}
	if err != nil {
		faults = append(faults, Failure{Property: "chart", Reason: err.Error() + "; check the chart name and repository configuration."})
	}
	return inputs, faults, nil
}

// releaseOf is what a release's inputs ask of Helm.
func releaseOf(inputs resource.PropertyMap) kube.Release {
	asked := kube.Release{
		Name: text(inputs, "name"), Namespace: text(inputs, "namespace"), Chart: text(inputs, "chart"), Version: text(inputs, "version"),
		Values: kube.Object{},
	}
	if options := inputs["repositoryOpts"]; options.IsObject() {
		asked.Repository = text(options.ObjectValue(), "repo")
	}
	if values := inputs["values"]; values.IsObject() {
		asked.Values = values.ObjectValue().Mappable()
	}
	return asked
}

// release is an installed release, by "namespace/name".
func (k *kubeAPI) release(id string) *kubeObject {
	for _, o := range k.objects {
		if o.Type == releaseToken && !o.gone && o.ID() == id {
			return o
		}
	}
	return nil
}

// of are the objects of a release.
func (k *kubeAPI) of(release string) []*kubeObject {
	var found []*kubeObject
	for _, o := range k.objects {
		if o.Release == release && !o.gone {
			found = append(found, o)
		}
	}
	return found
}

// render is the chart of a release, or why Helm does not get so far.
func (k *kubeAPI) render(asked kube.Release) (kube.Rendered, string, error) {
	chart, version, err := kube.Find(asked)
	if err != nil || chart == nil {
		return kube.Rendered{}, asked.Version, err
	}
	if err := chart.Judge(asked.Values); err != nil {
		return kube.Rendered{}, "", err
	}
	if minor := k.minor(); minor > 0 && minor < version.Oldest {
		return kube.Rendered{}, "", fmt.Errorf("chart requires kubeVersion: >= 1.%d.0-0 which is incompatible with Kubernetes v1.%d.0", version.Oldest, minor)
	}
	return chart.Render(asked, *version), version.Chart, nil
}

// minor is the cluster's minor version, 0 if it says none.
func (k *kubeAPI) minor() int {
	_, text, _ := strings.Cut(k.cluster.Text("version"), ".")
	minor, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return minor
}

// install installs a release and waits until what is in it is ready.
func (k *kubeAPI) install(c call) (*Resource, error) {
	asked := releaseOf(c.Inputs)
	id := kube.ID(asked.Namespace, asked.Name)
	if !k.write(asked.Namespace) {
		return nil, fmt.Errorf("query: failed to query with labels: secrets is forbidden: User %q cannot list resource \"secrets\" in API "+
			"group \"\" in the namespace %q", k.caller.ARN, asked.Namespace)
	}
	if k.release(id) != nil {
		return nil, errors.New("cannot re-use a name that is still in use")
	}
	rendered, version, err := k.render(asked)
	if err != nil {
		return nil, err
	}
	if !k.exists("", "Namespace", "", asked.Namespace) {
		if !flag(c.Inputs, "createNamespace") {
			return nil, fmt.Errorf("create: failed to create: namespaces %q not found", asked.Namespace)
		}
		k.made(kube.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": asked.Namespace}})
	}
	if !flag(c.Inputs, "skipCrds") {
		k.installFolder(rendered.Folder)
	}
	for _, object := range rendered.Objects {
		if refused := k.takes(object, asked); refused != nil {
			return nil, fmt.Errorf("Unable to continue with install: %w", refused) //nolint:staticcheck // Helm's words
		}
	}
	release := k.put(&kubeObject{Object: releaseObject(c, asked, version, 1), Type: releaseToken, Logical: c.Name, URN: c.URN})
	for _, object := range rendered.Objects {
		k.bring(object, id)
	}
	k.reconcile()
	reason := ""
	if !flag(c.Inputs, "skipAwait") {
		reason = k.releaseReady(id)
	}
	if reason != "" && flag(c.Inputs, "atomic") {
		k.clear(id)
		k.drop(release)
		return nil, errors.Join(k.commit(), fmt.Errorf("release %s failed, and has been uninstalled due to atomic being set: context "+
			"deadline exceeded: %s", asked.Name, reason))
	}
	return k.installed(release, reason, "Helm release %q was created, but failed to initialize completely. Use Helm CLI to investigate.")
}

// installed commits a release, ready or not.
func (k *kubeAPI) installed(release *kubeObject, reason, words string) (*Resource, error) {
	if reason != "" {
		release.Set("failed", "status", "status")
	}
	if err := k.commit(); err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, &unready{made: release.asRelease(), reason: fmt.Sprintf(words+": failed to become available within allocated timeout. "+
			"Error: Helm Release %s: context deadline exceeded: %s", release.ID(), release.ID(), reason)}
	}
	return release.asRelease(), nil
}

// installFolder installs the definitions of a chart's folder crds, those there are already excepted.
func (k *kubeAPI) installFolder(definitions []kube.Object) {
	for _, definition := range definitions {
		if k.find("apiextensions.k8s.io", "CustomResourceDefinition", "", definition.Name()) == nil {
			k.made(definition)
		}
	}
}

// takes says why Helm does not put an object in: it is somebody else's, or a webhook is against it.
func (k *kubeAPI) takes(object kube.Object, asked kube.Release) error {
	if there := k.find(object.Group(), object.Kind(), object.Namespace(), object.Name()); there != nil {
		if owner := there.Annotation(kube.ReleaseName); owner != asked.Name || there.Annotation(kube.ReleaseNamespace) != asked.Namespace {
			problem := fmt.Sprintf("key %q must equal %q: current value is %q", kube.ReleaseName, asked.Name, owner)
			if owner == "" {
				problem = fmt.Sprintf("missing key %q: must be set to %q", kube.ReleaseName, asked.Name)
			}
			return fmt.Errorf("%s %q in namespace %q exists and cannot be imported into the current release: invalid ownership metadata; "+
				"annotation validation error: %s", object.Kind(), object.Name(), object.Namespace(), problem)
		}
	}
	if refused := k.callWebhooks(object, false); refused != "" {
		return errors.New(refused)
	}
	return nil
}

// bring puts an object of a release in, or changes it; pods that are new are given their credentials now.
func (k *kubeAPI) bring(object kube.Object, release string) {
	o := k.find(object.Group(), object.Kind(), object.Namespace(), object.Name())
	if o == nil {
		o = &kubeObject{Type: tokenOf(object)}
		stamp(object, k.cluster.ID)
	} else {
		for _, kept := range [][]string{{"metadata", "uid"}, {"metadata", "finalizers"}, {"status"}, {"spec", "loadBalancerClass"}} {
			if value := o.At(kept...); value != nil && !object.Has(kept...) {
				object.Set(value, kept...)
			}
		}
	}
	k.complete(object)
	restarted := o.Object == nil || fmt.Sprint(o.At("spec")) != fmt.Sprint(object.At("spec"))
	o.Object, o.Release = object, release
	k.put(o)
	if object.Is("apps", "Deployment") && restarted {
		o.Role = k.injected(o)
	}
}

func releaseObject(c call, asked kube.Release, version string, revision int) kube.Object {
	inputs := maps.Clone(c.Inputs)
	delete(inputs, "status")
	name := asked.Chart[strings.LastIndex(asked.Chart, "/")+1:]
	return kube.Object{
		"metadata": map[string]any{"name": asked.Name, "namespace": asked.Namespace}, "inputs": inputs.Mappable(),
		"status": map[string]any{
			"name": asked.Name, "namespace": asked.Namespace, "chart": name, "version": version, "revision": float64(revision), "status": "deployed",
		},
	}
}

// asRelease is a release as the engine gets it.
func (o *kubeObject) asRelease() *Resource {
	outputs := resource.NewPropertyMapFromMap(o.Map("inputs"))
	outputs["status"] = resource.NewPropertyValue(map[string]any(o.Map("status").Clone()))
	outputs["version"] = resource.NewProperty(o.Text("status", "version"))
	return &Resource{ID: o.ID(), Type: releaseToken, URN: o.URN, Name: o.Logical, Properties: outputs}
}

// upgrade changes a release; what it no longer has is deleted, but for what is to be kept.
func (k *kubeAPI) upgrade(c call) (*Resource, error) {
	asked := releaseOf(c.Inputs)
	release := k.release(c.ID)
	if release == nil {
		return nil, fmt.Errorf("%q has no deployed releases", asked.Name)
	}
	rendered, version, err := k.render(asked)
	if err != nil {
		return nil, err
	}
	for _, object := range rendered.Objects {
		if refused := k.takes(object, asked); refused != nil {
			return nil, fmt.Errorf("error running update: %w", refused)
		}
	}
	before := map[*kubeObject]kubeObject{}
	for _, o := range k.of(c.ID) {
		before[o] = kubeObject{Object: o.Clone(), Role: o.Role}
	}
	was := release.Clone()
	release.Object = releaseObject(c, asked, version, release.Number(1, "status", "revision")+1)
	k.put(release)
	for _, object := range rendered.Objects {
		k.bring(object, c.ID)
	}
	for _, o := range k.of(c.ID) {
		stays := slices.ContainsFunc(rendered.Objects, func(object kube.Object) bool {
			return o.Is(object.Group(), object.Kind()) && o.ID() == object.ID()
		})
		if !stays && o.Annotation(kube.KeepPolicy) != "keep" {
			k.remove(o)
		}
	}
	k.reconcile()
	reason := ""
	if !flag(c.Inputs, "skipAwait") {
		reason = k.releaseReady(c.ID)
	}
	if reason != "" && flag(c.Inputs, "atomic") {
		k.rollBack(c.ID, before)
		release.Object = was
		return nil, errors.Join(k.commit(), fmt.Errorf("error running update: release %s failed, and has been rolled back due to atomic "+
			"being set: context deadline exceeded: %s", asked.Name, reason))
	}
	return k.installed(release, reason, "Helm release %q failed to initialize completely. Use Helm CLI to investigate.")
}

// rollBack puts the objects of a release back.
func (k *kubeAPI) rollBack(id string, before map[*kubeObject]kubeObject) {
	for _, o := range k.of(id) {
		if _, had := before[o]; !had {
			k.remove(o)
		}
	}
	for o, old := range before {
		o.Object, o.Role, o.gone = old.Object, old.Role, false
		k.put(o)
	}
	k.reconcile()
}

// uninstallOrder is the order in which Helm deletes; kinds not in it go with the last.
var uninstallOrder = []string{
	"APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "Ingress", "Service", "Deployment", "CustomResourceDefinition",
}

// clear deletes the objects of a release in Helm's order, but for what is to be kept.
func (k *kubeAPI) clear(id string) {
	for _, kind := range append(slices.Clone(uninstallOrder), "") {
		removed := false
		for _, o := range k.of(id) {
			if o.Annotation(kube.KeepPolicy) == "keep" {
				continue
			}
			if o.Kind() == kind || kind == "" && !slices.Contains(uninstallOrder, o.Kind()) {
				k.remove(o)
				removed = true
			}
		}
		if removed { // controllers are quick, but not quicker than Helm
			k.reconcile()
		}
	}
}

// uninstall takes a release away and waits until its objects are gone.
func (k *kubeAPI) uninstall(c call) error {
	release := k.release(c.ID)
	if release == nil {
		return nil
	}
	k.clear(c.ID)
	var left []string
	for _, o := range k.of(c.ID) {
		if o.Annotation(kube.KeepPolicy) == "keep" {
			o.Release = ""
			k.put(o)
		} else if why := k.remains(o); why != "" {
			left = append(left, fmt.Sprintf("%s %s: %s", o.Kind(), o.ID(), why))
		}
	}
	inputs := release.Map("inputs")
	if len(left) > 0 && (inputs.Flag("atomic") || !inputs.Flag("skipAwait")) {
		release.Set("uninstalling", "status", "status")
		k.put(release)
		return errors.Join(k.commit(), fmt.Errorf("uninstallation completed with %d error(s): context deadline exceeded: %s", len(left), strings.Join(left, "; ")))
	}
	k.drop(release)
	return k.commit()
}
