package sim

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"aws-platform/pkg/sim/kube"
)

// kubeCheck completes and judges an object's inputs, or a release's.
func kubeCheck(c call, old resource.PropertyMap) (resource.PropertyMap, []Failure, error) {
	inputs := maps.Clone(c.Inputs)
	if inputs == nil {
		inputs = resource.PropertyMap{}
	}
	if c.Token == releaseToken {
		return checkRelease(c, inputs, old)
	}
	apiVersion, kind := kindOf(c.Token)
	base, patch := patches(c.Token)
	if patch {
		kind = base
	}
	for key, value := range map[resource.PropertyKey]string{"apiVersion": apiVersion, "kind": kind} {
		if !has(inputs, string(key)) {
			inputs[key] = resource.NewProperty(value)
		}
	}
	if value := inputs["kind"]; value.IsString() && value.StringValue() != kind {
		return inputs, []Failure{{Property: "kind", Reason: "is " + value.StringValue() + ", but the resource is a " + kind}}, nil
	}
	if isUnknown(inputs["metadata"]) {
		return inputs, nil, nil
	}
	metadata := resource.PropertyMap{}
	if inputs["metadata"].IsObject() {
		metadata = maps.Clone(inputs["metadata"].ObjectValue())
	}
	if !has(metadata, "name") && !has(metadata, "generateName") {
		if patch {
			return inputs, []Failure{{Property: "metadata.name", Reason: "a name is needed to find what is to be patched"}}, nil
		}
		metadata["name"] = resource.NewProperty(kubeName(c, old))
		metadata["annotations"] = annotated(metadata["annotations"], "pulumi.com/autonamed", "true")
	}
	if served, known := kube.Builtin(apiVersion, kind); known && served.Namespaced && !has(metadata, "namespace") && c.kube != nil {
		metadata["namespace"] = resource.NewProperty(c.kube.namespace())
	}
	inputs["metadata"] = resource.NewProperty(metadata)
	return inputs, kubeFaults(kube.Object(known(inputs).Mappable())), nil
}

func (t *kubeTarget) namespace() string {
	if t == nil || t.Namespace == "" {
		return "default"
	}
	return t.Namespace
}

func annotated(value resource.PropertyValue, key, text string) resource.PropertyValue {
	annotations := resource.PropertyMap{}
	if value.IsObject() {
		annotations = maps.Clone(value.ObjectValue())
	}
	annotations[resource.PropertyKey(key)] = resource.NewProperty(text)
	return resource.NewProperty(annotations)
}

// kubeName is the name of what has none: the one it has, or the logical name with eight characters.
func kubeName(c call, old resource.PropertyMap) string {
	metadata := old["metadata"]
	if metadata.IsObject() {
		if given := text(metadata.ObjectValue(), "name"); given != "" {
			return given
		}
	}
	if c.Autonaming != nil && c.Autonaming.Name != "" {
		return c.Autonaming.Name
	}
	return c.Name + "-" + digest(8, string(c.URN), c.Account)
}

// longestName is of a DNS subdomain, as most names of objects are.
const longestName = 253

// kubeFaults are what no cluster takes of an object's metadata.
func kubeFaults(object kube.Object) []Failure {
	name := object.Name()
	if strings.ToLower(name) != name || strings.ContainsAny(name, "_ /") || len(name) > longestName {
		return []Failure{{Property: "metadata.name", Reason: "Invalid value: " + strconv.Quote(name) + ": a lowercase RFC 1123 subdomain must " +
			"consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"}}
	}
	return nil
}

// kubeDiff compares an object's inputs with what is there of them.
func kubeDiff(token string, oldInputs, state, inputs resource.PropertyMap) *difference {
	was := oldInputs
	if live, ok := pruned(resource.NewProperty(state), resource.NewProperty(oldInputs)); ok && live.IsObject() && len(state) > 0 && token != releaseToken {
		was = live.ObjectValue()
	}
	replace := []string{"name", "namespace"}
	if token != releaseToken {
		replace = kube.Immutable(kindOf(token))
		if _, patch := patches(token); patch {
			replace = replace[:2]
		}
	}
	result := &difference{}
	for key := range union(was, inputs) {
		if !was[key].DeepEquals(inputs[key]) && !(empty(was[key]) && empty(inputs[key])) {
			result.Changed = append(result.Changed, string(key))
		}
	}
	slices.Sort(result.Changed)
	changes := was.Diff(inputs)
	if changes == nil || len(result.Changed) == 0 {
		return &difference{}
	}
	result.Detailed = plugin.NewDetailedDiffFromObjectDiff(changes, false)
	for path, change := range result.Detailed {
		if slices.ContainsFunc(replace, func(property string) bool { return touches(path, property) }) {
			change.Kind = change.Kind.AsReplace()
			result.Detailed[path] = change
			name, _, _ := strings.Cut(plainPath(path), ".")
			if !slices.Contains(result.Replace, name) {
				result.Replace = append(result.Replace, name)
			}
		}
	}
	slices.Sort(result.Replace)
	// What was named by hand cannot stand beside what takes its name.
	result.DeleteFirst = len(result.Replace) > 0 && token != releaseToken && !renamed(was, inputs)
	return result
}

// renamed says whether an object gets another name or place, or one made up for it.
func renamed(was, is resource.PropertyMap) bool {
	before, after := kube.Object(known(was).Mappable()), kube.Object(known(is).Mappable())
	return before.ID() != after.ID() || after.Annotation("pulumi.com/autonamed") == "true"
}

// pruned is what a shape has of a value: the properties the program gave, as they are now.
func pruned(value, shape resource.PropertyValue) (resource.PropertyValue, bool) {
	if !value.IsObject() || !shape.IsObject() {
		return value, !value.IsNull()
	}
	kept := resource.PropertyMap{}
	for key, part := range shape.ObjectValue() {
		if strings.HasPrefix(string(key), "__") {
			continue
		}
		if inner, ok := pruned(value.ObjectValue()[key], part); ok {
			kept[key] = inner
		}
	}
	return resource.NewProperty(kept), true
}

// kubePreview is what is known of an object before the call: what the program says of it.
func kubePreview(c call, old resource.PropertyMap) resource.PropertyMap {
	out := plainMap(c.Inputs)
	for _, key := range []resource.PropertyKey{"status", "resourceNames"} {
		switch {
		case has(out, string(key)):
		case has(old, string(key)):
			out[key] = old[key]
		case key == "status" || c.Token == releaseToken:
			out[key] = unknown()
		}
	}
	return out
}

// kubeInputs are the inputs a program would have to give to get an object as it is.
func kubeInputs(found *Resource, inputs resource.PropertyMap) resource.PropertyMap {
	if len(inputs) > 0 {
		if found.Type == releaseToken {
			return inputs
		}
		live, _ := pruned(resource.NewProperty(found.Properties), resource.NewProperty(inputs))
		return live.ObjectValue()
	}
	taken := maps.Clone(found.Properties)
	delete(taken, "status")
	if metadata := taken["metadata"]; metadata.IsObject() {
		own := maps.Clone(metadata.ObjectValue())
		for _, key := range []resource.PropertyKey{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
			delete(own, key)
		}
		taken["metadata"] = resource.NewProperty(own)
	}
	return taken
}

// kubeID is how Pulumi names what is made of inputs.
func kubeID(inputs resource.PropertyMap) string {
	object := kube.Object(known(inputs).Mappable())
	if object.Has("chart") {
		return kube.ID(object.Text("namespace"), object.Text("name"))
	}
	return object.ID()
}
