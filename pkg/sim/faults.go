package sim

import (
	"net/http"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Step is one call that changes the cloud.
type Step struct {
	Op   string // "create", "update" or "delete"
	Type string
	URN  resource.URN
	ID   string // "" before a create took effect
}

// Fault is something that goes wrong, once or more often, among the calls it matches.
type Fault struct {
	Op, Type, Name string // of the calls meant: operation, token, logical name; "" is any
	// Nth is which of the calls meant goes wrong, counted from 1 after Inject; 0 is every one.
	Nth int
	// Times is how many calls in a row go wrong from the Nth on; 0 is one.
	Times int

	// Code refuses the call with an AWS error and no effect. A throttling code is retried as the AWS SDK does, every
	// attempt counting as a call; the call fails when attempts run out.
	Code, Message string
	// Before and After are called before and after the call took effect; an error is the answer to the call.
	Before, After func(Step) error
}

// faults are the faults asked for.
type faults struct {
	mu   sync.Mutex
	list []*pendingFault
}

type pendingFault struct {
	Fault
	seen int
}

// Inject asks for a fault.
func (c *Cloud) Inject(fault Fault) {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.list = append(c.faults.list, &pendingFault{Fault: fault})
}

// due counts a step and gives the faults it meets.
func (f *faults) due(step Step) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var due []Fault
	for _, fault := range f.list {
		if !fault.means(step) {
			continue
		}
		fault.seen++
		if fault.Nth == 0 || (fault.seen >= fault.Nth && fault.seen < fault.Nth+max(fault.Times, 1)) {
			due = append(due, fault.Fault)
		}
	}
	return due
}

func (f *Fault) means(step Step) bool {
	return (f.Op == "" || f.Op == step.Op) && (f.Type == "" || f.Type == step.Type) &&
		(f.Name == "" || f.Name == step.URN.Name())
}

// attempts is how often the AWS SDK tries a throttled call, the provider's default.
const attempts = 25

var throttlingCodes = []string{"RequestLimitExceeded", "Throttling", "ThrottlingException", "SlowDown"}

// around runs a call between its faults.
func (f *faults) around(step Step, run func() (id string, err error)) error {
	due, err := f.before(step)
	if err != nil {
		return err
	}
	if step.ID, err = run(); err != nil {
		return err
	}
	for _, fault := range due {
		if fault.After != nil {
			if err := fault.After(step); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *faults) before(step Step) ([]Fault, error) {
	for attempt := 1; ; attempt++ {
		due := f.due(step)
		throttled := false
		for _, fault := range due {
			if fault.Before != nil {
				if err := fault.Before(step); err != nil {
					return nil, err
				}
			}
			if fault.Code == "" {
				continue
			}
			if throttled = slices.Contains(throttlingCodes, fault.Code); !throttled || attempt == attempts {
				return nil, fault.refusal()
			}
			break
		}
		if !throttled {
			return due, nil
		}
	}
}

func (f *Fault) refusal() *Error {
	message, status := f.Message, http.StatusBadRequest
	if slices.Contains(throttlingCodes, f.Code) {
		status = http.StatusServiceUnavailable
		if message == "" {
			message = "Request limit exceeded."
		}
	}
	if message == "" {
		message = "This call was asked to fail."
	}
	return &Error{Code: f.Code, Message: message, Status: status}
}
