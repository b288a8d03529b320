package sim

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// plain strips secrets and known outputs from a value, everywhere; the cloud has neither. Unknown values stay unknown.
func plain(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return plain(value.SecretValue().Element)
	case value.IsOutput():
		if output := value.OutputValue(); output.Known {
			return plain(output.Element)
		}
		return unknown()
	case value.IsArray():
		elements := make([]resource.PropertyValue, len(value.ArrayValue()))
		for i, element := range value.ArrayValue() {
			elements[i] = plain(element)
		}
		return resource.NewProperty(elements)
	case value.IsObject():
		return resource.NewProperty(plainMap(value.ObjectValue()))
	case value.IsResourceReference():
		return plain(value.ResourceReferenceValue().ID)
	}
	return value
}

// plainMap strips every value of a map and leaves out what is null.
func plainMap(values resource.PropertyMap) resource.PropertyMap {
	out := make(resource.PropertyMap, len(values))
	for key, value := range values {
		if stripped := plain(value); !stripped.IsNull() {
			out[key] = stripped
		}
	}
	return out
}

func unknown() resource.PropertyValue {
	return resource.MakeComputed(resource.NewProperty(""))
}

// isUnknown says whether a plain value is unknown itself.
func isUnknown(value resource.PropertyValue) bool { return value.IsComputed() || value.IsOutput() }

// known leaves unknown values out, everywhere.
func known(values resource.PropertyMap) resource.PropertyMap {
	out := make(resource.PropertyMap, len(values))
	for key, value := range values {
		if kept, ok := knownValue(value); ok {
			out[key] = kept
		}
	}
	return out
}

func knownValue(value resource.PropertyValue) (resource.PropertyValue, bool) {
	switch {
	case isUnknown(value):
		return value, false
	case value.IsObject():
		return resource.NewProperty(known(value.ObjectValue())), true
	case value.IsArray():
		elements := make([]resource.PropertyValue, 0, len(value.ArrayValue()))
		for _, element := range value.ArrayValue() {
			if kept, ok := knownValue(element); ok {
				elements = append(elements, kept)
			}
		}
		return resource.NewProperty(elements), true
	}
	return value, true
}

// visit calls do for every value there is at a path, through all elements of the lists on the way and of a list at its end.
func visit(values resource.PropertyMap, path string, do func(value resource.PropertyValue)) {
	first, rest, deeper := strings.Cut(path, ".")
	each(values[resource.PropertyKey(first)], func(value resource.PropertyValue) {
		switch {
		case value.IsNull():
		case !deeper:
			do(value)
		case value.IsObject():
			visit(value.ObjectValue(), rest, do)
		}
	})
}

func each(value resource.PropertyValue, do func(resource.PropertyValue)) {
	if !value.IsArray() {
		do(value)
		return
	}
	for _, element := range value.ArrayValue() {
		each(element, do)
	}
}

func text(values resource.PropertyMap, property string) string {
	if value := values[resource.PropertyKey(property)]; value.IsString() {
		return value.StringValue()
	}
	return ""
}

func flag(values resource.PropertyMap, property string) bool {
	value := values[resource.PropertyKey(property)]
	return value.IsBool() && value.BoolValue()
}

func number(values resource.PropertyMap, property string) int {
	if value := values[resource.PropertyKey(property)]; value.IsNumber() {
		return int(value.NumberValue())
	}
	return 0
}

func texts(values resource.PropertyMap, path string) []string {
	var found []string
	visit(values, path, func(value resource.PropertyValue) {
		if value.IsString() {
			found = append(found, value.StringValue())
		}
	})
	return found
}

func has(values resource.PropertyMap, property string) bool {
	value, given := values[resource.PropertyKey(property)]
	return given && !value.IsNull()
}

// mapOf makes plain values of Go values.
func mapOf(values map[string]any) resource.PropertyMap { return resource.NewPropertyMapFromMap(values) }
