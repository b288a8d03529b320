package kube

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Release is what Helm is asked to install.
type Release struct {
	Name, Namespace string
	Chart           string // name, or "oci://..." address
	Repository      string
	Version         string
	Values          Object
}

// common are names that charts of others have too.
var common = []string{"base", "gateway"}

// Find is the chart of a release and its version, or why Helm does not find it. A chart outside the catalogue is nil: a
// chart of the catalogue's name from elsewhere is refused, since it is most likely a slip.
func Find(r Release) (*Chart, *Version, error) {
	address := strings.HasPrefix(r.Chart, "oci://")
	name := r.Chart[strings.LastIndex(r.Chart, "/")+1:]
	for _, chart := range Catalogue() {
		if chart.Name != name {
			continue
		}
		served := strings.TrimSuffix(r.Repository, "/")
		switch {
		case slices.Contains(common, name) && r.Chart != chart.Repository && served != chart.Repository:
			return nil, nil, nil
		case address && r.Chart != chart.Repository:
			return nil, nil, fmt.Errorf("failed to do request: %s: not found", strings.TrimPrefix(r.Chart, "oci://"))
		case !address && served == "":
			return nil, nil, fmt.Errorf("failed to download %q", r.Chart)
		case !address && served != chart.Repository:
			return nil, nil, fmt.Errorf("chart %q not found in %s repository", r.Chart, r.Repository)
		}
		for i, version := range chart.Versions {
			if r.Version == "" || version.Chart == r.Version {
				return &chart, &chart.Versions[i], nil
			}
		}
		if address {
			return nil, nil, fmt.Errorf("%s:%s: not found", strings.TrimPrefix(chart.Repository, "oci://"), r.Version)
		}
		return nil, nil, fmt.Errorf("chart %q version %q not found in %s repository", r.Chart, r.Version, r.Repository)
	}
	return nil, nil, nil
}

// Judge says what Helm turns down of the values.
func (c *Chart) Judge(values Object) error {
	if c.Values != nil {
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if !slices.Contains(c.Values, key) {
				return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n- (root): "+
					"Additional property %s is not allowed", c.Name, key)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Required)) {
		if text, _ := at(values, path).(string); text == "" {
			return fmt.Errorf("execution error at (%s/templates/deployment.yaml): %s", c.Name, c.Required[path])
		}
	}
	return nil
}

// Rendered is what a release puts into a cluster.
type Rendered struct {
	Objects []Object
	// Folder are the definitions that are installed once, if they are not there.
	Folder []Object
}

// Simulation is the key under which an object says what only the simulation knows of it.
const Simulation = "simulation"

// rendering is one chart on its way to objects.
type rendering struct {
	*Chart
	Release
	version Version
}

// Render gives the objects of a release.
func (c *Chart) Render(r Release, version Version) Rendered {
	on := &rendering{Chart: c, Release: r, version: version}
	var out Rendered
	for _, definition := range on.definitions() {
		if c.Definitions.Folder {
			out.Folder = append(out.Folder, definition)
		} else {
			out.Objects = append(out.Objects, on.owned(definition))
		}
	}
	for _, workload := range c.Workloads {
		if on.on(workload.On) {
			out.Objects = append(out.Objects, on.workload(workload)...)
		}
	}
	for _, service := range c.Services {
		out.Objects = append(out.Objects, on.service(service))
	}
	for _, webhook := range c.Webhooks {
		if on.on(webhook.On) {
			out.Objects = append(out.Objects, on.webhook(webhook))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.APIServices)) {
		service := on.object("apiregistration.k8s.io/v1", "APIService", "", name)
		service[Simulation] = map[string]any{"workload": on.name(c.APIServices[name]), "namespace": on.Namespace}
		out.Objects = append(out.Objects, service)
	}
	return out
}

// name fills a template: {release}, and {fullname} as Helm's own templates make it.
func (r *rendering) name(template string) string {
	full := r.Release.Name
	if own, _ := at(r.Release.Values, "fullnameOverride").(string); own != "" {
		full = own
	} else {
		base := r.Chart.Name
		if own, _ := at(r.Release.Values, "nameOverride").(string); own != "" {
			base = own
		}
		if !strings.Contains(full, base) {
			full += "-" + base
		}
	}
	return strings.NewReplacer("{release}", r.Release.Name, "{fullname}", full).Replace(template)
}

func (r *rendering) on(path string) bool {
	set, given := at(r.Release.Values, path).(bool)
	return path == "" || !given || set
}

func (r *rendering) object(apiVersion, kind, namespace, name string) Object {
	object := Object{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}}
	if namespace != "" {
		object.Set(namespace, "metadata", "namespace")
	}
	return r.owned(object)
}

// Marks of what Helm owns.
const (
	ReleaseName      = "meta.helm.sh/release-name"
	ReleaseNamespace = "meta.helm.sh/release-namespace"
	KeepPolicy       = "helm.sh/resource-policy"
)

func (r *rendering) owned(object Object) Object {
	object.Set("Helm", "metadata", "labels", "app.kubernetes.io/managed-by")
	object.Set(r.Release.Name, "metadata", "annotations", ReleaseName)
	object.Set(r.Release.Namespace, "metadata", "annotations", ReleaseNamespace)
	return object
}

func (r *rendering) definitions() []Object {
	own := r.Chart.Definitions
	install := own.Default || len(own.Switches) == 0
	for _, path := range own.Switches {
		if set, given := at(r.Release.Values, path).(bool); given {
			install = set
			break
		}
	}
	if !install {
		return nil
	}
	keep := own.KeepDefault
	if set, given := at(r.Release.Values, own.Keep).(bool); given && own.Keep != "" {
		keep = set
	}
	if annotations, ok := at(r.Release.Values, own.Annotations).(map[string]any); ok && annotations[KeepPolicy] == "keep" {
		keep = true
	}
	var objects []Object
	for _, kind := range own.Kinds {
		object := kind.Object()
		object.Set(r.version.Chart, "metadata", "labels", "app.kubernetes.io/version")
		if keep {
			object.Set("keep", "metadata", "annotations", KeepPolicy)
		}
		objects = append(objects, object)
	}
	return objects
}

// Object is the definition as the API has it.
func (d Definition) Object() Object {
	scope := "Cluster"
	if d.Namespaced {
		scope = "Namespaced"
	}
	var served []any
	for _, version := range d.Versions {
		served = append(served, map[string]any{"name": version, "served": true, "storage": version == d.Versions[0]})
	}
	return Object{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": d.Name()},
		"spec": map[string]any{
			"group": d.Group, "scope": scope, "names": map[string]any{"kind": d.Kind, "plural": d.Plural}, "versions": served,
		},
	}
}

func (r *rendering) workload(w Workload) []Object {
	replicas := r.replicas(w)
	name := r.name(w.Name)
	account := r.account(w)
	pod := r.pod(w)
	pod["serviceAccountName"] = account
	deployment := r.object("apps/v1", "Deployment", r.Release.Namespace, name)
	deployment["spec"] = map[string]any{
		"replicas": float64(replicas), "selector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/instance": r.Release.Name}},
		"template": map[string]any{"spec": map[string]any(pod)},
	}
	deployment[Simulation] = map[string]any{
		"controller": w.Controller, "diesWithoutRole": w.DiesWithoutRole, "needs": anyList(w.Needs), "injected": w.Injected,
		"port": float64(r.number(w.PortSelf, w.Port)), "newest": float64(r.version.Newest),
	}
	objects := []Object{}
	if at := w.AccountAt; at == "" || r.on(at+".create") {
		created := r.object("v1", "ServiceAccount", r.Release.Namespace, account)
		if annotations, ok := r.value(at + ".annotations").(map[string]any); ok && at != "" {
			for key, value := range annotations {
				created.Set(value, "metadata", "annotations", key)
			}
		}
		objects = append(objects, created)
	}
	objects = append(objects, deployment)
	if budget := r.budget(w, name, replicas); budget != nil {
		objects = append(objects, budget)
	}
	return objects
}

func (r *rendering) replicas(w Workload) int {
	paths := w.Replicas
	if w.Autoscale != "" && !r.on(w.Autoscale) {
		paths = w.Fixed
	}
	return r.number(w.Default, paths...)
}

func (r *rendering) account(w Workload) string {
	if own, _ := r.value(w.AccountAt + ".name").(string); own != "" && w.AccountAt != "" {
		return own
	}
	return r.name(w.Account)
}

// pod is the specification of a workload's pods: the chart's own, under what the values say.
func (r *rendering) pod(w Workload) Object {
	pod := Object{}
	if w.Defaults != nil {
		pod = w.Defaults.Clone()
	}
	for key, paths := range map[string][]string{
		"tolerations": w.Placement.Tolerations, "topologySpreadConstraints": w.Placement.Spread, "priorityClassName": w.Placement.Priority,
		"nodeSelector": w.Placement.Selector, "affinity": w.Placement.Affinity,
	} {
		for _, path := range paths {
			if value := r.value(path); value != nil && !hollow(value) {
				pod[key] = clone(value)
				break
			}
		}
	}
	return pod
}

// hollow says whether a value is as good as none.
func hollow(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	case string:
		return value == ""
	}
	return false
}

func (r *rendering) budget(w Workload, name string, replicas int) Object {
	given, _ := r.value(w.Budget).(map[string]any)
	enabled, _ := given["enabled"].(bool)
	switch w.BudgetRule {
	case budgetNone:
		return nil
	case budgetGiven:
		if (given["minAvailable"] == nil && given["maxUnavailable"] == nil) || replicas < 2 {
			return nil
		}
	case budgetEnabled:
		if !enabled {
			return nil
		}
	case budgetShared:
		if replicas < 2 || !r.on("global.defaultPodDisruptionBudget.enabled") {
			return nil
		}
	case budgetAlways:
	}
	budget := r.object("policy/v1", "PodDisruptionBudget", r.Release.Namespace, name)
	for _, key := range []string{"minAvailable", "maxUnavailable"} {
		if given[key] != nil {
			budget.Set(given[key], "spec", key)
		}
	}
	return budget
}

func (r *rendering) service(s Service) Object {
	service := r.object("v1", "Service", r.Release.Namespace, r.name(s.Name))
	given, _ := r.value(s.At).(map[string]any)
	spec, _ := clone(given).(map[string]any)
	if spec == nil {
		spec = map[string]any{}
	}
	if spec["type"] == nil {
		spec["type"] = s.Type
	}
	if spec["ports"] == nil {
		spec["ports"] = []any{map[string]any{"port": 80.0}, map[string]any{"port": 443.0}}
	}
	if annotations, ok := spec["annotations"].(map[string]any); ok {
		for key, value := range annotations {
			service.Set(value, "metadata", "annotations", key)
		}
	}
	delete(spec, "annotations")
	service["spec"] = spec
	service.Set(strings.TrimPrefix(r.Release.Name, "istio-"), "metadata", "labels", "istio")
	return service
}

func (r *rendering) webhook(w Webhook) Object {
	kind := "ValidatingWebhookConfiguration"
	if w.Mutating {
		kind = "MutatingWebhookConfiguration"
	}
	policy := "Fail"
	if w.Ignored {
		policy = "Ignore"
	}
	if own, _ := r.value(w.Policy).(string); own != "" && w.Policy != "" {
		policy = own
	}
	hook := r.object("admissionregistration.k8s.io/v1", kind, "", w.Name)
	hook[Simulation] = map[string]any{
		"workload": r.name(w.Workload), "namespace": r.Release.Namespace, "rules": anyList(w.Rules), "policy": policy, "release": r.Release.Name,
		"deletes": w.Deletes,
	}
	return hook
}

func (r *rendering) value(path string) any { return at(r.Release.Values, path) }

func (r *rendering) number(fallback int, paths ...string) int {
	for _, path := range paths {
		switch value := r.value(path).(type) {
		case float64:
			return int(value)
		case int:
			return value
		case string:
			if number, err := strconv.Atoi(value); err == nil {
				return number
			}
		}
	}
	return fallback
}

// at is the value at a dotted path.
func at(values Object, path string) any { return values.At(strings.Split(path, ".")...) }
