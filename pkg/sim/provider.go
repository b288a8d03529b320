package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// provider is the cloud as the engine sees it: one gRPC server for all packages and all provider instances. Every
// instance has a connection of its own, so the peer's address tells whose call it is.
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	model  *model
	faults *faults
	speed  float64
	home   place // where a provider acts that says nothing

	mu       sync.Mutex
	sessions map[string]*session
	stopped  map[string]chan struct{}
}

var _ pulumirpc.ResourceProviderServer = (*provider)(nil)

func newProvider(m *model, f *faults, speed float64, home place) *provider {
	return &provider{
		model: m, faults: f, speed: speed, home: home,
		sessions: map[string]*session{}, stopped: map[string]chan struct{}{},
	}
}

// Unknown values and secrets of the engine's messages are kept; what the cloud stores has neither.
var wire = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true}

func decode(message *structpb.Struct) (resource.PropertyMap, error) {
	values, err := plugin.UnmarshalProperties(message, wire)
	return plainMap(values), err
}

func encode(values resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(values, wire)
}

func address(ctx context.Context) string {
	if caller, ok := peer.FromContext(ctx); ok {
		return caller.Addr.String()
	}
	return ""
}

func (p *provider) session(ctx context.Context) (*session, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := address(ctx)
	if opened := p.sessions[from]; opened != nil {
		return opened, p.stopped[from], nil
	}
	return nil, nil, status.Error(codes.FailedPrecondition, "this provider instance was never configured")
}

// forget drops the session of a connection that ended.
func (p *provider) forget(from string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, from)
	delete(p.stopped, from)
}

// GetPluginInfo says the version.
func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	// Newer than any version a program asks for: the engine warns of an older one.
	return &pulumirpc.PluginInfo{Version: "1000.0.0-simulated"}, nil
}

// Attach is called once by an engine that connects to a provider already running.
func (p *provider) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Cancel ends the waiting of the calls under way; their effects stay.
func (p *provider) Cancel(ctx context.Context, _ *emptypb.Empty) (*emptypb.Empty, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stop, ok := p.stopped[address(ctx)]; ok {
		select {
		case <-stop:
		default:
			close(stop)
		}
	}
	return &emptypb.Empty{}, nil
}

// CheckConfig refuses a provider configuration no provider would take.
func (p *provider) CheckConfig(_ context.Context, in *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := decode(in.GetNews())
	if err != nil {
		return nil, err
	}
	pkg := packageOf(in.GetUrn())
	if p.model.registry.schemas[pkg] == nil {
		return nil, status.Errorf(codes.NotFound, "the simulated cloud has no package %q", pkg)
	}
	return &pulumirpc.CheckResponse{Inputs: in.GetNews(), Failures: failures(p.model.checkConfig(pkg, news))}, nil
}

// DiffConfig replaces a provider, and with it its resources, when it moves to another region; all else is an update.
func (p *provider) DiffConfig(_ context.Context, in *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := decode(in.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := decode(in.GetNews())
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	if packageOf(in.GetUrn()) == kubePackage {
		if answer.Diffs, answer.Replaces = diffKubeConfig(olds, news); len(answer.Diffs) > 0 {
			answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		}
		return answer, nil
	}
	for key := range union(olds, news) {
		if olds[key].DeepEquals(news[key]) {
			continue
		}
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.Diffs = append(answer.Diffs, string(key))
		if key == "region" {
			answer.Replaces = append(answer.Replaces, string(key))
		}
	}
	slices.Sort(answer.Diffs)
	return answer, nil
}

// Configure opens the session of this connection's provider instance.
func (p *provider) Configure(ctx context.Context, in *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	config, err := decode(in.GetArgs())
	if err != nil {
		return nil, err
	}
	pkg := "aws"
	if in.GetUrn() != "" {
		pkg = packageOf(in.GetUrn())
	}
	opened, err := p.model.configure(pkg, config, p.home)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[address(ctx)] = opened
	p.stopped[address(ctx)] = make(chan struct{})
	// As the bridged providers: secrets are the engine's business, which marks the outputs of secret inputs itself.
	return &pulumirpc.ConfigureResponse{SupportsPreview: true}, nil
}

// Invoke answers a data source.
func (p *provider) Invoke(ctx context.Context, in *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	opened, _, err := p.session(ctx)
	if err != nil {
		return nil, err
	}
	args, err := decode(in.GetArgs())
	if err != nil {
		return nil, err
	}
	result, faults, err := p.model.invoke(opened, in.GetTok(), args)
	if err != nil {
		return nil, status.Error(codes.Unknown, err.Error())
	}
	encoded, err := encode(result)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: encoded, Failures: failures(faults)}, nil
}

func failures(faults []Failure) []*pulumirpc.CheckFailure {
	list := make([]*pulumirpc.CheckFailure, len(faults))
	for i, fault := range faults {
		list[i] = &pulumirpc.CheckFailure{Property: fault.Property, Reason: fault.Reason}
	}
	return list
}

// packageOf is the package of a provider's URN.
func packageOf(urn string) string {
	return strings.TrimPrefix(string(resource.URN(urn).Type()), "pulumi:providers:")
}

// call is what all requests about one resource have in common.
func (p *provider) call(ctx context.Context, urn, id string, inputs *structpb.Struct) (call, <-chan struct{}, error) {
	opened, stopped, err := p.session(ctx)
	if err != nil {
		return call{}, nil, err
	}
	values, err := decode(inputs)
	if err != nil {
		return call{}, nil, err
	}
	named := resource.URN(urn)
	return call{
		place: opened.place, Caller: &opened.caller, DefaultTags: maps.Clone(opened.defaultTags),
		Token: string(named.Type()), URN: named, Name: named.Name(), ID: id, Inputs: values, kube: opened.kube,
	}, stopped, nil
}

// failed is the answer to a refused call.
func failed(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	var half *unready
	if errors.As(err, &half) {
		return half.status()
	}
	return status.Error(codes.Unknown, fmt.Sprint(err))
}
