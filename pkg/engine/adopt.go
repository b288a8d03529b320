package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// adopt takes what a crashed run made, and nobody saw the end of, into a stack's state: each by its id in the cloud. The
// inputs are those the crashed run sent; a refresh must follow, to read the rest. Pulumi's own --import-pending-creates
// is no help: as of 3.255 it forgets the pending create and imports nothing.
func (e *Engine) adopt(ctx context.Context, w workspace, ids map[string]string, forget bool) error {
	exported, err := e.Export(ctx, w.stack)
	if err != nil {
		return err
	}
	state, err := withAdopted(exported, ids, forget)
	if err != nil {
		return err
	}
	_, err = e.pulumi(ctx, w, bytes.NewReader(state), "stack", "import", "--stack", e.fullName(w.stack))
	return err
}

// withAdopted is an exported state in which pending creates are resources, with the ids given. Of other pending
// operations, updates and deletes go: the refresh that follows sees what came of them. Other creates go only to be
// forgotten; else it is an error, because an import would drop them unseen.
func withAdopted(exported []byte, ids map[string]string, forget bool) ([]byte, error) {
	var file map[string]any
	decoder := json.NewDecoder(bytes.NewReader(exported))
	decoder.UseNumber() // the state is to come out as it went in
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	deployment, _ := file["deployment"].(map[string]any)
	resources, _ := deployment["resources"].([]any)
	operations, _ := deployment["pending_operations"].([]any)
	unused := maps.Clone(ids)
	var left []Pending
	for _, item := range operations {
		operation, _ := item.(map[string]any)
		made, _ := operation["resource"].(map[string]any)
		urn, _ := made["urn"].(string)
		id, wanted := ids[urn]
		switch {
		case operation["type"] != "creating":
		case wanted:
			delete(unused, urn)
			made["id"] = id
			resources = takeIn(resources, urn, made)
		case !forget:
			left = append(left, Pending{URN: urn, Type: "creating"})
		}
	}
	if len(unused) > 0 {
		return nil, fmt.Errorf("no create is pending of %s", strings.Join(slices.Sorted(maps.Keys(unused)), ", "))
	}
	if len(left) > 0 {
		return nil, &PendingOperations{Operations: left}
	}
	delete(deployment, "pending_operations")
	if deployment != nil {
		deployment["resources"] = resources
	}
	return json.Marshal(file)
}

// takeIn puts a resource into a state. Where there is one of the same URN, the create was half of a replacement: the new
// one takes its place and the old one waits to be deleted.
func takeIn(resources []any, urn string, made map[string]any) []any {
	for i, item := range resources {
		old, _ := item.(map[string]any)
		if old["urn"] == urn && old["delete"] != true {
			old["delete"] = true
			resources[i] = made
			return append(resources, old)
		}
	}
	return append(resources, made)
}
