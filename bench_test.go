package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/engine"
)

// BenchmarkStacks runs the first update, then previews, of every stack, each beside a floor: a flat inline program that
// registers as many resources, with the same engine, provider and state backend. "ratio" is ours over the floor.
//
//	make bench
func BenchmarkStacks(b *testing.B) {
	for _, stack := range everything {
		for _, op := range []engine.Operation{engine.Up, engine.Preview} {
			b.Run(fmt.Sprintf("%s/%s", op, stack.Name), func(b *testing.B) {
				var ours, floor usage
				resources := 0
				for range b.N {
					w := newWorld(b)
					measured, result := measure(b, w.engine(nil), op, stack.Name)
					ours.add(measured)
					resources = result.Counts.Total()
					flat := newWorld(b)
					measured, _ = measure(b, flat.engine(func(o *engine.Options) { o.Program = flatProgram(resources) }), op, stack.Name)
					floor.add(measured)
				}
				n := float64(b.N)
				b.ReportMetric(0, "ns/op") // the whole of an iteration says nothing
				b.ReportMetric(float64(resources), "resources")
				b.ReportMetric(ours.wall.Seconds()/n, "s")
				b.ReportMetric(floor.wall.Seconds()/n, "floor-s")
				b.ReportMetric(ours.wall.Seconds()/floor.wall.Seconds(), "ratio")
				b.ReportMetric(ours.cpu.Seconds()/n, "cpu-s")
				b.ReportMetric(floor.cpu.Seconds()/n, "floor-cpu-s")
				b.ReportMetric(float64(ours.memory)/1024, "peak-MB")
			})
		}
	}
}

// usage is what a run took of the machine: this process, which serves program and cloud, and the pulumi command.
type usage struct {
	wall, cpu time.Duration
	memory    int64 // the largest pulumi command so far, in KiB
}

func (u *usage) add(other usage) {
	u.wall += other.wall
	u.cpu += other.cpu
	u.memory = max(u.memory, other.memory)
}

// measure measures one operation on a stack that has never been up.
func measure(b *testing.B, e *engine.Engine, op engine.Operation, stack string) (usage, *engine.Result) {
	b.Helper()
	// Making the stack itself is not what is measured.
	_, err := e.Run(context.Background(), engine.Preview, one(stack), engine.RunOptions{})
	require.NoError(b, err)
	before, began := processorTime(b), time.Now()
	results, err := e.Run(context.Background(), op, one(stack), engine.RunOptions{})
	require.NoError(b, err)
	took := usage{wall: time.Since(began), cpu: processorTime(b) - before}
	var children syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children))
	took.memory = children.Maxrss
	return took, results[0]
}

// processorTime is what this process and its ended children have used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		require.NoError(b, syscall.Getrusage(who, &used))
		total += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return total
}

// flatProgram registers as many resources as a stack has, none of them waiting for another.
func flatProgram(resources int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		// The stack itself and the provider are two of them.
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		for i := range resources - 2 {
			_, err := cloudwatch.NewLogGroup(ctx, fmt.Sprintf("group-%d", i), &cloudwatch.LogGroupArgs{
				RetentionInDays: pulumi.Int(30),
				Tags:            pulumi.StringMap{"Name": pulumi.Sprintf("group-%d", i)},
			}, pulumi.Provider(provider))
			if err != nil {
				return err
			}
		}
		return nil
	}
}
