// Package kube is what the simulated cloud knows of Kubernetes itself: objects and their kinds, what cannot be changed in
// place, where pods can run, and the Helm charts of its catalogue. It knows neither AWS nor Pulumi.
package kube

import (
	"slices"
	"strings"
)

// Object is an object of the API as JSON has it: maps, lists, strings, float64s and booleans.
type Object map[string]any

// At is the value at a path, nil if there is none.
func (o Object) At(path ...string) any {
	var value any = map[string]any(o)
	for _, key := range path {
		inner, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = inner[key]
	}
	return value
}

// Text is a string at a path, "" if there is none.
func (o Object) Text(path ...string) string {
	text, _ := o.At(path...).(string)
	return text
}

// Flag is a boolean at a path.
func (o Object) Flag(path ...string) bool {
	set, _ := o.At(path...).(bool)
	return set
}

// List is a list at a path.
func (o Object) List(path ...string) []any {
	list, _ := o.At(path...).([]any)
	return list
}

// Objects are the maps of a list at a path.
func (o Object) Objects(path ...string) []Object {
	var found []Object
	for _, element := range o.List(path...) {
		if inner, ok := element.(map[string]any); ok {
			found = append(found, inner)
		}
	}
	return found
}

// Texts are the strings of a list at a path.
func (o Object) Texts(path ...string) []string {
	var found []string
	for _, element := range o.List(path...) {
		if text, ok := element.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// Map is a map at a path.
func (o Object) Map(path ...string) Object {
	inner, _ := o.At(path...).(map[string]any)
	return inner
}

// Number is a number at a path, or the fallback.
func (o Object) Number(fallback int, path ...string) int {
	switch number := o.At(path...).(type) {
	case float64:
		return int(number)
	case int:
		return number
	}
	return fallback
}

// Has says whether there is something at a path.
func (o Object) Has(path ...string) bool { return o.At(path...) != nil }

// Set puts a value at a path, making the maps on the way.
func (o Object) Set(value any, path ...string) {
	at := map[string]any(o)
	for _, key := range path[:len(path)-1] {
		inner, ok := at[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			at[key] = inner
		}
		at = inner
	}
	at[path[len(path)-1]] = value
}

// Kind is the object's kind.
func (o Object) Kind() string { return o.Text("kind") }

// Group is the group of the object's API version, "" of the core.
func (o Object) Group() string { return GroupOf(o.Text("apiVersion")) }

// Name and Namespace are of its metadata.
func (o Object) Name() string { return o.Text("metadata", "name") }

// Namespace is "" for what is the cluster's.
func (o Object) Namespace() string { return o.Text("metadata", "namespace") }

// ID is how Pulumi names it: "namespace/name", or the name alone.
func (o Object) ID() string { return ID(o.Namespace(), o.Name()) }

// ID is how Pulumi names an object.
func ID(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// Annotation is one of its annotations.
func (o Object) Annotation(key string) string { return o.Text("metadata", "annotations", key) }

// Label is one of its labels.
func (o Object) Label(key string) string { return o.Text("metadata", "labels", key) }

// Finalizers are what has to be done before it is gone.
func (o Object) Finalizers() []string { return o.Texts("metadata", "finalizers") }

// Hold adds a finalizer.
func (o Object) Hold(finalizer string) {
	if held := o.Finalizers(); !slices.Contains(held, finalizer) {
		o.Set(anyList(append(held, finalizer)), "metadata", "finalizers")
	}
}

// Free takes a finalizer away.
func (o Object) Free(finalizer string) {
	held := slices.DeleteFunc(o.Finalizers(), func(held string) bool { return held == finalizer })
	o.Set(anyList(held), "metadata", "finalizers")
}

// Deleting says whether somebody asked for its end.
func (o Object) Deleting() bool { return o.Text("metadata", "deletionTimestamp") != "" }

// Is says whether it is of a group's kind, whatever the version.
func (o Object) Is(group, kind string) bool { return o.Kind() == kind && o.Group() == group }

// Clone is a copy that shares nothing.
func (o Object) Clone() Object {
	copied, _ := clone(map[string]any(o)).(map[string]any)
	return copied
}

func clone(value any) any {
	switch value := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(value))
		for key, inner := range value {
			copied[key] = clone(inner)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, inner := range value {
			copied[i] = clone(inner)
		}
		return copied
	}
	return value
}

// GroupOf is the group of an API version: "apps" of "apps/v1", "" of "v1".
func GroupOf(apiVersion string) string {
	group, _, named := strings.Cut(apiVersion, "/")
	if !named || group == "core" {
		return ""
	}
	return group
}

// VersionOf is the version of an API version: "v1" of "apps/v1".
func VersionOf(apiVersion string) string { return apiVersion[strings.LastIndex(apiVersion, "/")+1:] }

func anyList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
