// Command platform is both the Pulumi program of a multi-account AWS platform and its operator's command: started by
// the Pulumi engine it is the program, started by a person it is the command.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/cli"
	"aws-platform/pkg/config"
)

// version is set by the build.
var version = "dev"

func main() {
	// The engine tells a program where its monitor is; nobody else sets this variable.
	if os.Getenv("PULUMI_MONITOR") == "" {
		os.Exit(cli.Main(context.Background(), os.Args[1:], cli.Platform{Program: program, ReadOnly: readOnly, Build: outputs, Version: version}))
	}
	source := config.Source{Dir: "."}
	pulumi.Run(
		func(ctx *pulumi.Context) error { return compose(ctx, source, false) },
		// Only here is the whole configuration to be seen, sections nobody asks for included.
		func(info *pulumi.RunInfo) { source.Values, source.Secrets = info.Config, info.ConfigSecretKeys },
	)
}

// program is the platform for a project in dir, its configuration read from the stack file there.
func program(dir string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error { return compose(ctx, config.Source{Dir: dir}, false) }
}

// readOnly is the same for a preview that takes only roles that read.
func readOnly(dir string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error { return compose(ctx, config.Source{Dir: dir}, true) }
}

// outputs is the program without its end: what it would publish it gives instead.
func outputs(dir string) func(*pulumi.Context) (pulumi.Map, error) {
	return func(ctx *pulumi.Context) (pulumi.Map, error) { return build(ctx, config.Source{Dir: dir}, false) }
}

// compose builds the stack the engine is running and publishes what others use of it.
func compose(ctx *pulumi.Context, source config.Source, readOnly bool) error {
	made, err := build(ctx, source, readOnly)
	if err != nil {
		return err
	}
	for name, output := range made {
		ctx.Export(name, output)
	}
	return nil
}

// build makes everything of the stack the engine is running, and gives its outputs.
func build(ctx *pulumi.Context, source config.Source, readOnly bool) (pulumi.Map, error) {
	source.Stack, source.Now = ctx.Stack(), time.Now()
	project, err := config.LoadProject(source)
	if err != nil {
		return nil, err
	}
	p, err := newPlatform(ctx, project, readOnly)
	if err != nil {
		return nil, err
	}
	switch project.Kind {
	case config.Management:
		err = p.management()
	case config.Shared:
		err = p.shared()
	case config.Workload:
		err = p.workload()
	default:
		err = fmt.Errorf("stack %q: kind %q has no composition", ctx.Stack(), project.Kind)
	}
	return p.outputs, err
}

// management is the account that owns the others. It runs nothing.
func (p *platform) management() error {
	return inOrder(
		p.organization,
		p.identityCenter,
		p.access,
		p.stateBackend,
		p.auditDelegation,
		p.recorderRole,
		p.baseline,
		p.prefixLists,
		p.vpcs,
	)
}

// shared is what every environment uses.
func (p *platform) shared() error {
	return inOrder(
		p.baseline,
		p.logArchive,
		p.trail,
		p.recorder,
		p.detection,
		p.transitGateway,
		p.networkRoles,
		p.prefixLists,
		p.vpcs,
		p.publicZone,
		p.privateZone,
		p.resolver,
		p.sharedEndpoints,
		p.dnsRoles,
		p.pipelines,
	)
}

// workload is one environment.
func (p *platform) workload() error {
	return inOrder(
		p.baseline,
		p.recorder,
		p.prefixLists,
		p.vpcs,
		p.publicZone,
		p.privateZone,
		p.followResolver,
		p.endpointsFromShared,
	)
}

// inOrder does one step after another. A step whose section is absent from the stack file makes nothing.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
