package sim

import (
	"context"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// wait plays how long the cloud takes: at speed 1 as long as AWS, at 10 a tenth of it, at 0 no time at all. It ends early
// when the caller is gone or asks to stop; what was asked for has taken effect by then, as in AWS.
func wait(ctx context.Context, stopped <-chan struct{}, speed float64, typical time.Duration) {
	if speed <= 0 || typical <= 0 {
		return
	}
	timer := time.NewTimer(time.Duration(float64(typical) / speed))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-stopped:
	case <-ctx.Done():
	}
}

// of is the typical time of an operation on a resource with these inputs.
func (l latency) of(op operation, inputs resource.PropertyMap) time.Duration {
	if v := l.Variant; v != nil && text(inputs, v.Property) == v.Value {
		l.Create, l.Update, l.Delete = v.Create, v.Update, v.Delete
	}
	switch op {
	case opCreate:
		return l.Create
	case opUpdate:
		return l.Update
	case opDelete:
		return l.Delete
	default:
		return 0
	}
}
