package sim

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	tagsKey    = resource.PropertyKey("tags")
	tagsAllKey = resource.PropertyKey("tagsAll")
)

// withDefaults fills in what the program left out and the cloud gives a known value.
func (t *row) withDefaults(inputs resource.PropertyMap) resource.PropertyMap {
	filled := maps.Clone(inputs)
	if filled == nil {
		filled = resource.PropertyMap{}
	}
	for name, value := range t.Defaults {
		if key := resource.PropertyKey(name); !has(filled, name) {
			filled[key] = resource.NewPropertyValue(value)
		}
	}
	return filled
}

// withTags adds tagsAll, the tags joined with the provider's default tags, to types that have it.
func withTags(t *row, reg *registry, inputs, defaults resource.PropertyMap) resource.PropertyMap {
	if reg.schema(t.Token).Outputs[string(tagsAllKey)] == "" {
		return inputs
	}
	filled := maps.Clone(inputs)
	if filled == nil {
		filled = resource.PropertyMap{}
	}
	if isUnknown(inputs[tagsKey]) {
		filled[tagsAllKey] = unknown()
		return filled
	}
	all := resource.PropertyMap{}
	maps.Copy(all, defaults)
	if inputs[tagsKey].IsObject() {
		maps.Copy(all, inputs[tagsKey].ObjectValue())
	}
	filled[tagsAllKey] = resource.NewProperty(all)
	return filled
}

// outputs is the state after a create or an update: inputs, then what the cloud decides.
func (r *request) outputs() resource.PropertyMap {
	out := plainMap(r.New)
	for name, decide := range r.Type.Computed {
		key := resource.PropertyKey(name)
		if has(out, name) {
			continue
		}
		if kept, ok := r.Old[key]; ok && !r.remakes(name) {
			out[key] = kept
			continue
		}
		out[key] = decide(r)
	}
	return out
}

// remakes says whether an update makes a computed output anew.
func (r *request) remakes(name string) bool {
	input := r.Type.Follows[name]
	return slices.Contains(r.Type.Live, name) || (input != "" && r.Changed(input))
}

// previewOutputs is what a real provider knows before the call: an output the schema has and nobody gave is unknown if
// the cloud decides it, absent if it is an input left out.
func (r *request) previewOutputs(schema *resourceSchema) resource.PropertyMap {
	out := plainMap(r.New)
	for name := range schema.Outputs {
		key := resource.PropertyKey(name)
		if has(out, name) {
			continue
		}
		_, input := schema.Inputs[name]
		_, computed := r.Type.Computed[name]
		kept, had := r.Old[key]
		switch {
		case (!computed && input) || slices.Contains(r.Type.Absent, name):
		case had && !r.remakes(name):
			out[key] = kept
		default:
			out[key] = unknown()
		}
	}
	return out
}

// inputsOf are the inputs a program would have to give to get a resource as it is now. A refresh keeps to what the program
// gave (inputs) and to what changed since (state); an import, which knows neither, takes all that is not a default.
func (m *model) inputsOf(found *Resource, inputs, state resource.PropertyMap) resource.PropertyMap {
	if isKube(found.Type) {
		return kubeInputs(found, inputs)
	}
	known := resource.PropertyMap{}
	for name := range m.registry.schema(found.Type).Inputs {
		key := resource.PropertyKey(name)
		now, exists := found.Properties[key]
		_, asked := inputs[key]
		switch {
		case !exists:
		case asked:
			known[key] = now
		case len(inputs) > 0:
			if _, decided := found.row.Computed[name]; !decided && !now.DeepEquals(state[key]) {
				known[key] = now
			}
		case !zero(now) && !now.DeepEquals(found.row.leftOut(name, resource.NewNullProperty())):
			known[key] = now
		}
	}
	if _, asked := inputs[tagsAllKey]; asked {
		known[tagsAllKey] = found.Properties[tagsAllKey]
	}
	return known
}

// zero says whether a value is what a property has that nobody set.
func zero(value resource.PropertyValue) bool {
	return empty(value) || (value.IsBool() && !value.BoolValue()) || (value.IsNumber() && value.NumberValue() == 0)
}
