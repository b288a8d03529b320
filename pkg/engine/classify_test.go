package engine

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const lockText = "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or " +
	"delete the lock file with `pulumi cancel`.\n" +
	"  s3://bucket/.pulumi/locks/organization/tried/dev/1f0a.json?region=eu-west-1: created by jo@build-7 (pid 4711) at 2026-03-01T10:20:30+01:00\n" +
	"  s3://bucket/.pulumi/locks/organization/tried/dev/2b.json?region=eu-west-1: created by CORP\\jo smith@host (pid 12) at 2026-03-01T10:20:31Z\n"

func TestLockHoldersAreRead(t *testing.T) {
	t.Parallel()
	err := newRedactor(nil).classify(evidence{stack: "dev", code: 255, text: lockText, canceled: true})
	var locked *Locked
	require.ErrorAs(t, err, &locked)
	require.Len(t, locked.Locks, 2)
	first, second := locked.Locks[0], locked.Locks[1]
	require.True(t, first.Since.Equal(time.Date(2026, 3, 1, 9, 20, 30, 0, time.UTC)))
	first.Since = time.Time{}
	require.Equal(t, Lock{
		Key: "s3://bucket/.pulumi/locks/organization/tried/dev/1f0a.json?region=eu-west-1", User: "jo", Host: "build-7", PID: 4711,
	}, first)
	require.Equal(t, `CORP\jo smith`, second.User)
	require.Equal(t, "the stack is locked by jo@build-7 (process 4711) since 2026-03-01T10:20:30+01:00 and "+
		`CORP\jo smith@host (process 12) since 2026-03-01T10:20:31Z; nothing was changed. Wait for that run to end. If `+
		`its process is known to be dead, release the lock with "platform unlock -s dev" and run again`, err.Error())
}

// refusedVPC is a run in which one change was finished, one is under way and one was refused.
func refusedVPC() Result {
	message := "creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, " +
		"api error VpcLimitExceeded: The maximum number of VPCs has been reached."
	return Result{
		Changes: []Change{
			{URN: vpcURN, Op: OpCreate, Status: Done}, {URN: subURN, Op: OpUpdate, Status: Unfinished},
			{URN: netURN, Op: OpCreate, Status: Failed},
		},
		Diagnostics: []Diagnostic{
			{URN: netURN, Severity: "error", Message: message},
			{URN: netURN, Severity: "error", Message: "and once more"},
			{URN: stackURN, Severity: "error", Message: "update failed"},
			{URN: subURN, Severity: "warning", Message: "slow"},
			{Severity: "error", Message: "preview failed"},
		},
	}
}

func TestFailuresHaveTypes(t *testing.T) {
	t.Parallel()
	killed := exec.Command("sh", "-c", "kill -9 $$").Run()
	fault := errors.New("the configuration is faulty")
	refusal := &ResourceFailed{URN: netURN, Code: "VpcLimitExceeded", Message: refusedVPC().Diagnostics[0].Message}
	flying := []string{"update aws:ec2/subnet:Subnet main-private-a"}
	compilation := "./main.go:3:1: undefined: x\nlib/y.go:4:2: syntax error: z"
	for name, c := range map[string]struct {
		evidence evidence
		want     error
	}{
		"a stack without state by exit code": {evidence{stack: "dev", code: 6}, &StackMissing{Stack: "dev"}},
		"a stack without state by text": {
			evidence{stack: "dev", code: 1, text: "error: no stack named 'organization/tried/dev' found"}, &StackMissing{Stack: "dev"},
		},
		"a cancel": {
			evidence{code: 8, canceled: true, program: context.Canceled, result: refusedVPC()}, &Cancelled{Done: 1, InFlight: flying},
		},
		"the program": {evidence{code: 1, program: fault}, &ProgramFault{Err: fault}},
		"the program and a resource": {
			evidence{code: 1, program: fault, result: refusedVPC()}, StackErrors{&ProgramFault{Err: fault}, refusal},
		},
		"a resource": {evidence{code: 1, result: refusedVPC(), text: "The bucket does not exist"}, refusal},
		"a bucket as a resource": {
			evidence{code: 1, result: refusedVPC(), text: "operation error S3: PutPublicAccessBlock, api error AccessDenied"}, refusal,
		},
		"a store nobody may read": {
			evidence{code: 1, url: "s3://b", text: "error: operation error S3: ListObjectsV2, api error AccessDenied: no"},
			&StateStore{URL: "s3://b", Message: "operation error S3: ListObjectsV2, api error AccessDenied: no"},
		},
		"the compiler": {evidence{code: 1, text: "error:\n" + compilation + "\n"}, &Compilation{Output: compilation}},
		"a kill": {
			evidence{stack: "dev", code: -1, err: killed, result: Result{Changes: refusedVPC().Changes}},
			&Killed{Stack: "dev", Done: 1, InFlight: flying},
		},
		"no bucket": {
			evidence{code: 255, url: "s3://b", text: "warning: x\nerror: blob (code=NotFound): NoSuchBucket: no\n"},
			&StateStore{URL: "s3://b", Missing: true, Message: "blob (code=NotFound): NoSuchBucket: no"},
		},
		"a store that fails midway": {
			evidence{
				code: 255, url: "s3://b", program: fault, result: refusedVPC(),
				text: "\n +  pulumi:pulumi:Stack tried-dev creating (32s) error: post-step event returned an error: " +
					"failed to save snapshot: An IO error occurred: blob (key \"k\"): 503 SlowDown",
			},
			&StateStore{
				URL: "s3://b", Message: "post-step event returned an error: failed to save snapshot: An IO error occurred: blob (key \"k\"): 503 SlowDown",
				Done: 1, InFlight: flying,
			},
		},
		"what never started": {evidence{code: -1, err: errors.New("no such file")}, &Unknown{Code: -1, Tail: "no such file"}},
		"anything else":      {evidence{code: 3, text: " odd, api_key=abc "}, &Unknown{Code: 3, Tail: "odd, api_key=[secret]"}},
	} {
		require.Equal(t, c.want, newRedactor(nil).classify(c.evidence), name)
	}
}

func TestTheTailIsBounded(t *testing.T) {
	t.Parallel()
	err := newRedactor(nil).classify(evidence{code: 1, text: strings.Repeat("é", tailLimit) + "the end"})
	var unknown *Unknown
	require.ErrorAs(t, err, &unknown)
	require.LessOrEqual(t, len(unknown.Tail), tailLimit+len("... "))
	require.Regexp(t, `^\.\.\. é+the end$`, unknown.Tail)
}

func TestErrorCodes(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"x: api error DependencyViolation: in use":     "DependencyViolation",
		"error: InvalidVpcID.NotFound: no such":        "InvalidVpcID.NotFound",
		"Something: else":                              "",
		"error: aws:ec2/vpc:Vpc resource has problems": "",
	} {
		require.Equal(t, want, errorCode(message), message)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`stack "dev" has no file Pulumi.dev.yaml`:                               &StackMissing{Stack: "dev", File: "Pulumi.dev.yaml"},
		`stack "dev" has no state; "platform up -s dev" makes it`:               &StackMissing{Stack: "dev"},
		"the program does not compile:\nmain.go:1:1: x":                         &Compilation{Output: "main.go:1:1: x"},
		"the state store failed: refused; nothing was changed":                  &StateStore{Message: "refused"},
		"pulumi ended with exit code 4 and said nothing":                        &Unknown{Code: 4},
		"pulumi ended with exit code 4: oh":                                     &Unknown{Code: 4, Tail: "oh"},
		"aws:ec2/vpc:Vpc main-vpc: no":                                          &ResourceFailed{URN: netURN, Message: "no"},
		"one\ntwo":                                                              StackErrors{errors.New("one"), errors.New("two")},
		"cancelled after 2 changes; what was done is saved, run again to go on": &Cancelled{Done: 2},
		"the state store s3://b does not exist: NoSuchBucket; \"platform state bootstrap\" makes it": &StateStore{
			URL: "s3://b", Message: "NoSuchBucket", Missing: true,
		},
		"the state store s3://b failed: 503; state is saved before and after every change, so what was saved last is intact " +
			"(1 changes had finished). Make the store reachable, release the lock, and run again; the end of these may not " +
			"have been saved: create x": &StateStore{URL: "s3://b", Message: "503", Done: 1, InFlight: []string{"create x"}},
		"pulumi was killed after 1 changes; its lock is still there: release it with \"platform unlock -s dev\" and run again; " +
			"look after what was being changed: create x": &Killed{Stack: "dev", Done: 1, InFlight: []string{"create x"}},
		"an earlier run was cut off while creating aws:ec2/vpc:Vpc main-vpc; look in the cloud whether it exists: if it does, " +
			"import it, else forget it with \"platform refresh --forget-pending\"": &PendingOperations{
			Operations: []Pending{{URN: netURN, Type: "creating"}},
		},
	} {
		require.EqualError(t, err, want)
	}
}

func TestResultsJoinTheirErrors(t *testing.T) {
	t.Parallel()
	cause := &Locked{Stack: "dev"}
	require.NoError(t, Results{{Stack: "dev"}, {Stack: "prod", Skipped: "ancestor dev failed"}}.Err())
	one := Results{{Stack: "dev", Op: Up, Err: cause}, {Stack: "prod"}}.Err()
	require.Equal(t, &StackError{Stack: "dev", Op: Up, Err: cause}, one)
	two := Results{{Stack: "dev", Op: Up, Err: cause}, {Stack: "prod", Op: Up, Err: errors.New("no")}}.Err()
	require.ErrorAs(t, two, new(*Locked))
	require.ErrorContains(t, two, "\nup of stack prod: no")
}
