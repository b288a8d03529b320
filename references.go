package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
)

// Data flows one way, management -> shared -> workload, as outputs that the later stack reads by reference. A stack that
// uses nothing of another does not open a reference to it.

// upstream is the reference to the stack of a kind.
func (p *platform) upstream(kind config.Kind) (*pulumi.StackReference, error) {
	if open := p.references[kind]; open != nil {
		return open, nil
	}
	name := p.stack.The(kind)
	if name == "" {
		return nil, fmt.Errorf("stack %q needs a stack of kind %s: write its Pulumi.<stack>.yaml", p.stack.Name, kind)
	}
	opened, err := pulumi.NewStackReference(p.Context, "organization/"+p.Project()+"/"+name, nil)
	if err != nil {
		return nil, err
	}
	p.references[kind] = opened
	return opened, nil
}

// published is what the stack of a kind published under a path: published(config.Shared, "transitGateway", "id").
func (p *platform) published(kind config.Kind, path ...string) pulumi.StringOutput {
	return p.publishedAny(kind, path...).ApplyT(func(value any) (string, error) {
		if text, ok := value.(string); ok && text != "" {
			return text, nil
		}
		return "", engine.NotPublished(p.stack.The(kind), strings.Join(path, "."))
	}).(pulumi.StringOutput)
}

// publishedMap is like published, for a map of texts.
func (p *platform) publishedMap(kind config.Kind, path ...string) pulumi.StringMapOutput {
	return p.publishedAny(kind, path...).ApplyT(func(value any) (map[string]string, error) {
		values, ok := value.(map[string]any)
		if !ok {
			return nil, engine.NotPublished(p.stack.The(kind), strings.Join(path, "."))
		}
		texts := make(map[string]string, len(values))
		for key, value := range values {
			texts[key] = fmt.Sprint(value)
		}
		return texts, nil
	}).(pulumi.StringMapOutput)
}

// publishedAny is what stands at a path, nil if nothing does.
func (p *platform) publishedAny(kind config.Kind, path ...string) pulumi.AnyOutput {
	reference, err := p.upstream(kind)
	if err != nil {
		return pulumi.Any(nil).ApplyT(func(any) (any, error) { return nil, err }).(pulumi.AnyOutput)
	}
	return reference.GetOutput(pulumi.String(path[0])).ApplyT(func(value any) any {
		for _, key := range path[1:] {
			values, _ := value.(map[string]any)
			value = values[key]
		}
		return value
	}).(pulumi.AnyOutput)
}

// accountOf is the id of a stack's account, known before anything is made: what the stack file says or, for an account
// that the management stack has made, what that stack published.
func (p *platform) accountOf(stack string) (string, error) {
	if id := p.stack.Stacks[stack].Account.ID; id != "" {
		return id, nil
	}
	reference, err := p.upstream(config.Management)
	if err != nil {
		return "", err
	}
	details, err := reference.GetOutputDetails("organization")
	if err != nil {
		return "", err
	}
	organization, _ := details.Value.(map[string]any)
	accounts, _ := organization["accounts"].(map[string]any)
	id, _ := accounts[stack].(string)
	if id == "" {
		return "", engine.NotPublished(p.stack.The(config.Management), "organization.accounts."+stack)
	}
	return id, nil
}
