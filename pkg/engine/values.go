package engine

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
)

const (
	// unknownValue stands in a preview where only the cloud knows the value.
	unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	// afterApply is what people read in its place.
	afterApply = "known after apply"
)

// plain is a value of an event for people: secrets masked, unknown values told, assets by their kind.
func (r *redactor) plain(value any) any {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, unknownValue) {
			return strings.ReplaceAll(v, unknownValue, afterApply)
		}
		return r.text(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = r.plain(item)
		}
		return list
	case map[string]any:
		return r.object(v)
	}
	return value
}

func (r *redactor) object(v map[string]any) any {
	if signature, special := v[sig.Key].(string); special {
		return r.special(signature, v)
	}
	fields := make(map[string]any, len(v))
	for name, item := range v {
		fields[name] = r.plain(item)
		if text, ok := fields[name].(string); ok && text != "" && text != afterApply && secretName.MatchString(name) {
			fields[name] = masked
		}
	}
	return fields
}

// special is an object of the engine's that stands for something other than an object.
func (r *redactor) special(signature string, v map[string]any) any {
	switch signature {
	case sig.OutputValue:
		inner, known := v["value"]
		switch {
		case v["secret"] == true:
			return masked
		case !known:
			return afterApply
		}
		return r.plain(inner)
	case sig.AssetSig:
		return "(asset)"
	case sig.ArchiveSig:
		return "(archive)"
	case sig.ResourceReference:
		if id, ok := v["id"].(string); ok && id != "" {
			return r.plain(id)
		}
		return v["urn"]
	}
	return masked // a secret, or something newer than this code: not shown
}

// render is a value as one line of JSON; "" for none.
func (r *redactor) render(value any, present bool) string {
	if !present {
		return ""
	}
	value = r.plain(value)
	if value == afterApply {
		return afterApply
	}
	if value == masked {
		return masked
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return masked // what cannot be shown is not shown
	}
	return strings.TrimSuffix(out.String(), "\n")
}
