package sim

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Check refuses bad inputs and completes good ones.
func (p *provider) Check(ctx context.Context, in *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	asked, _, err := p.call(ctx, in.GetUrn(), "", in.GetNews())
	if err != nil {
		return nil, err
	}
	olds, err := decode(in.GetOlds())
	if err != nil {
		return nil, err
	}
	if auto := in.GetAutonaming(); auto != nil {
		asked.Autonaming = &autonaming{
			Name: auto.GetProposedName(), Off: auto.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE,
		}
	}
	checked, faults, err := p.model.check(asked, olds)
	if err != nil {
		return nil, failed(err)
	}
	inputs, err := encode(checked)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures(faults)}, nil
}

// Diff says what an update would change and whether it needs a replacement.
func (p *provider) Diff(_ context.Context, in *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	oldInputs, err := decode(in.GetOldInputs())
	if err != nil {
		return nil, err
	}
	state, err := decode(in.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, err := decode(in.GetNews())
	if err != nil {
		return nil, err
	}
	if err := ignore(in.GetIgnoreChanges(), oldInputs, inputs); err != nil {
		return nil, failed(err)
	}
	found, err := p.model.diff(string(resource.URN(in.GetUrn()).Type()), oldInputs, state, inputs)
	if err != nil {
		return nil, failed(err)
	}
	answer := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, Diffs: found.Changed, Replaces: found.Replace,
		DeleteBeforeReplace: found.DeleteFirst, HasDetailedDiff: true, DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	if len(found.Changed) > 0 {
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	for path, change := range found.Detailed {
		answer.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: wireKinds[change.Kind], InputDiff: change.InputDiff}
	}
	return answer, nil
}

var wireKinds = map[plugin.DiffKind]pulumirpc.PropertyDiff_Kind{
	plugin.DiffAdd: pulumirpc.PropertyDiff_ADD, plugin.DiffAddReplace: pulumirpc.PropertyDiff_ADD_REPLACE,
	plugin.DiffDelete: pulumirpc.PropertyDiff_DELETE, plugin.DiffDeleteReplace: pulumirpc.PropertyDiff_DELETE_REPLACE,
	plugin.DiffUpdate: pulumirpc.PropertyDiff_UPDATE, plugin.DiffUpdateReplace: pulumirpc.PropertyDiff_UPDATE_REPLACE,
}

// ignore takes the old value of every property whose changes do not matter.
func ignore(paths []string, olds, news resource.PropertyMap) error {
	for _, path := range paths {
		parsed, err := resource.ParsePropertyPath(path)
		if err != nil {
			return err
		}
		parsed.Reset(olds, news)
	}
	return nil
}

// Create makes a resource, or says in a preview what is known of it.
func (p *provider) Create(ctx context.Context, in *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	asked, stopped, err := p.call(ctx, in.GetUrn(), "", in.GetProperties())
	if err != nil {
		return nil, err
	}
	if in.GetPreview() {
		outputs, err := p.model.preview(asked, nil)
		if err != nil {
			return nil, failed(err)
		}
		properties, err := encode(outputs)
		return &pulumirpc.CreateResponse{Properties: properties}, err
	}
	made, err := p.change(ctx, stopped, opCreate, asked, p.model.create)
	if err != nil {
		return nil, err
	}
	properties, err := encode(made.Properties)
	return &pulumirpc.CreateResponse{Id: made.ID, Properties: properties}, err
}

// Update changes a resource in place, or says in a preview what is known of the result.
func (p *provider) Update(ctx context.Context, in *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	asked, stopped, err := p.call(ctx, in.GetUrn(), in.GetId(), in.GetNews())
	if err != nil {
		return nil, err
	}
	state, err := decode(in.GetOlds())
	if err != nil {
		return nil, err
	}
	if err := ignore(in.GetIgnoreChanges(), state, asked.Inputs); err != nil {
		return nil, failed(err)
	}
	if in.GetPreview() {
		outputs, err := p.model.preview(asked, state)
		if err != nil {
			return nil, failed(err)
		}
		properties, err := encode(outputs)
		return &pulumirpc.UpdateResponse{Properties: properties}, err
	}
	updated, err := p.change(ctx, stopped, opUpdate, asked, p.model.update)
	if err != nil {
		return nil, err
	}
	properties, err := encode(updated.Properties)
	return &pulumirpc.UpdateResponse{Properties: properties}, err
}

// Delete removes a resource; one already gone is no error.
func (p *provider) Delete(ctx context.Context, in *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	asked, stopped, err := p.call(ctx, in.GetUrn(), in.GetId(), in.GetOldInputs())
	if err != nil {
		return nil, err
	}
	_, err = p.change(ctx, stopped, opDelete, asked, func(c call) (*Resource, error) {
		return &Resource{ID: c.ID}, p.model.remove(c)
	})
	return &emptypb.Empty{}, err
}

// change runs one mutating call between its faults and takes as long as the cloud would.
func (p *provider) change(
	ctx context.Context, stopped <-chan struct{}, op operation, asked call, run func(call) (*Resource, error),
) (*Resource, error) {
	var changed *Resource
	step := Step{Op: string(op), Type: asked.Token, URN: asked.URN, ID: asked.ID}
	err := p.faults.around(step, func() (string, error) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		var err error
		if changed, err = run(asked); err != nil {
			return "", err
		}
		wait(ctx, stopped, p.speed, p.model.latencyOf(asked.Token).of(op, asked.Inputs))
		return changed.ID, nil
	})
	if err != nil {
		return nil, failed(err)
	}
	return changed, nil
}

// Read gives the state of a resource as it is now, or no id when it is gone.
func (p *provider) Read(ctx context.Context, in *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	asked, _, err := p.call(ctx, in.GetUrn(), in.GetId(), in.GetInputs())
	if err != nil {
		return nil, err
	}
	state, err := decode(in.GetProperties())
	if err != nil {
		return nil, err
	}
	found, err := p.model.read(asked)
	if err != nil {
		return nil, failed(err)
	}
	if found == nil {
		return &pulumirpc.ReadResponse{}, nil
	}
	properties, err := encode(found.Properties)
	if err != nil {
		return nil, err
	}
	inputs, err := encode(p.model.inputsOf(found, asked.Inputs, state))
	return &pulumirpc.ReadResponse{Id: found.ID, Properties: properties, Inputs: inputs}, err
}
