package engine

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const (
	stackURN = "urn:pulumi:dev::tried::pulumi:pulumi:Stack::tried-dev"
	vpcURN   = "urn:pulumi:dev::tried::aws-platform:network:Vpc::main"
	netURN   = "urn:pulumi:dev::tried::aws-platform:network:Vpc$aws:ec2/vpc:Vpc::main-vpc"
	subURN   = "urn:pulumi:dev::tried::aws-platform:network:Vpc$aws:ec2/subnet:Subnet::main-private-a"
)

type state = apitype.StepEventStateMetadata

// step is a step on a custom resource within the component.
func step(op apitype.OpType, urn string, before, after *state) apitype.StepEventMetadata {
	logical := op != apitype.OpCreateReplacement && op != apitype.OpDeleteReplaced
	for _, s := range []*state{before, after} {
		if s != nil {
			s.URN, s.Custom, s.Parent = urn, true, vpcURN
		}
	}
	return apitype.StepEventMetadata{
		Op: op, URN: urn, Type: string(resource.URN(urn).Type()), Old: before, New: after, Logical: logical,
	}
}

func began(at int, s apitype.StepEventMetadata) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{
		Timestamp: at, ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: s},
	}}
}

func ended(at int, s apitype.StepEventMetadata) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{
		Timestamp: at, ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: s},
	}}
}

func broke(at int, s apitype.StepEventMetadata) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{
		Timestamp: at, ResOpFailedEvent: &apitype.ResOpFailedEvent{Metadata: s},
	}}
}

func said(d apitype.DiagnosticEvent) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{DiagnosticEvent: &d}}
}

func summed(changes map[apitype.OpType]int) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{ResourceChanges: changes}}}
}

// component is the component's own step.
func component(op apitype.OpType) apitype.StepEventMetadata {
	return apitype.StepEventMetadata{
		Op: op, URN: vpcURN, Type: "aws-platform:network:Vpc", Logical: true,
		New: &state{URN: vpcURN, Parent: stackURN},
	}
}

func reduced(op Operation, stream ...events.EngineEvent) (Result, []Event) {
	r := newReducer("dev", op, newRedactor(nil))
	var told []Event
	for _, e := range stream {
		told = append(told, r.add(e)...)
	}
	return r.result(), told
}

// kinds are what was told, as "kind op name".
func kinds(told []Event) []string {
	var list []string
	for _, e := range told {
		line := string(e.Kind)
		if e.Change != nil {
			line += " " + string(e.Change.Op) + " " + e.Change.Name
		}
		list = append(list, line)
	}
	return list
}

var inComponent = []Component{{Type: "aws-platform:network:Vpc", Name: "main"}}

func TestCreateIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	create := step(apitype.OpCreate, netURN, nil, &state{Protect: true, Inputs: map[string]any{"cidrBlock": "10.0.0.0/16"}})
	stream := []events.EngineEvent{began(100, component(apitype.OpCreate)), began(101, create), ended(104, create)}

	whole, told := reduced(Up, stream...)
	require.Equal(t, Counts{OpCreate: 2}, whole.Counts)
	require.Equal(t, []Change{
		{
			URN: netURN, Type: "aws:ec2/vpc:Vpc", Name: "main-vpc", Op: OpCreate, Status: Done,
			Components: inComponent, Protect: true, Seconds: 3,
		},
		{URN: vpcURN, Type: "aws-platform:network:Vpc", Name: "main", Op: OpCreate, Status: Done},
	}, whole.Changes)
	require.Equal(t, []string{
		"stepBegan create main", "stepEnded create main", "stepBegan create main-vpc", "stepEnded create main-vpc",
	}, kinds(told))

	cut, _ := reduced(Up, stream[:2]...)
	require.Equal(t, Unfinished, cut.Changes[0].Status)
	require.Equal(t, Counts{OpCreate: 1}, cut.Counts, "what has not ended is not counted")

	failed, _ := reduced(Up, stream[0], stream[1], broke(103, create))
	require.Equal(t, Failed, failed.Changes[0].Status)
	require.Equal(t, Counts{OpCreate: 1}, failed.Counts)

	planned, _ := reduced(Preview, stream...)
	require.Equal(t, Planned, planned.Changes[0].Status)
}

func TestReplacementIsOneChange(t *testing.T) {
	t.Parallel()
	steps := func() (created, replaced, deleted apitype.StepEventMetadata) {
		before := func() *state { return &state{Inputs: map[string]any{"cidrBlock": "10.0.0.0/24"}} }
		after := func() *state { return &state{Inputs: map[string]any{"cidrBlock": "10.0.1.0/24"}} }
		created = step(apitype.OpCreateReplacement, subURN, before(), after())
		replaced = step(apitype.OpReplace, subURN, before(), after())
		deleted = step(apitype.OpDeleteReplaced, subURN, before(), nil)
		for _, s := range []*apitype.StepEventMetadata{&created, &replaced} {
			s.Keys = []string{"cidrBlock"}
			s.DetailedDiff = map[string]apitype.PropertyDiff{"cidrBlock": {Kind: apitype.DiffUpdateReplace, InputDiff: true}}
		}
		return created, replaced, deleted
	}
	want := Change{
		URN: subURN, Type: "aws:ec2/subnet:Subnet", Name: "main-private-a", Op: OpReplace, Status: Done, Components: inComponent,
		Diffs: []Diff{{
			Path: "cidrBlock", Kind: "update", Replaces: true, Old: `"10.0.0.0/24"`, New: `"10.0.1.0/24"`,
		}},
		ReplaceKeys: []string{"cidrBlock"}, Seconds: 5,
	}
	created, replaced, deleted := steps()
	result, told := reduced(Up, began(0, component(apitype.OpSame)), began(1, created), ended(3, created),
		began(3, replaced), ended(3, replaced), began(4, deleted), ended(6, deleted))
	require.Equal(t, Counts{OpReplace: 1, OpSame: 1}, result.Counts)
	require.Equal(t, []Change{want}, result.Changes)
	require.Equal(t, []string{"stepBegan replace main-private-a", "stepEnded replace main-private-a"}, kinds(told))

	want.DeleteFirst = true
	result, told = reduced(Up, began(0, component(apitype.OpSame)), began(1, deleted), ended(3, deleted),
		began(3, replaced), ended(3, replaced), began(4, created), ended(6, created))
	require.Equal(t, Counts{OpReplace: 1, OpSame: 1}, result.Counts)
	require.Equal(t, []Change{want}, result.Changes)
	require.Equal(t, []string{"stepBegan replace main-private-a", "stepEnded replace main-private-a"}, kinds(told))
}

func TestRefreshTakesWhatItCameTo(t *testing.T) {
	t.Parallel()
	at := func(op apitype.OpType, after *state) apitype.StepEventMetadata {
		return step(op, netURN, &state{Outputs: map[string]any{"dns": true, "id": "vpc-1"}}, after)
	}
	read := at(apitype.OpRefresh, &state{})
	changed := at(apitype.OpUpdate, &state{Outputs: map[string]any{"dns": false, "id": "vpc-1"}})
	result, told := reduced(Refresh, began(1, component(apitype.OpRefresh)), began(1, read), ended(2, changed))
	require.Equal(t, Counts{OpUpdate: 1, OpSame: 1}, result.Counts)
	require.Equal(t, []Diff{{Path: "dns", Kind: "update", Old: "true", New: "false"}}, result.Changes[0].Diffs)
	require.Equal(t, []string{"stepEnded update main-vpc"}, kinds(told))

	gone := at(apitype.OpDelete, nil)
	result, _ = reduced(Refresh, began(1, read), ended(2, gone))
	require.Equal(t, Counts{OpDelete: 1}, result.Counts)
	require.Equal(t, OpDelete, result.Changes[0].Op)

	result, told = reduced(Refresh, began(1, read), ended(2, at(apitype.OpSame, &state{})))
	require.Equal(t, Counts{OpSame: 1}, result.Counts)
	require.Empty(t, result.Changes)
	require.Empty(t, told)
}

func TestWhatTheEngineDoesNotCountIsNotCounted(t *testing.T) {
	t.Parallel()
	const provider = "urn:pulumi:dev::tried::pulumi:providers:aws::"
	const referenceURN = "urn:pulumi:dev::tried::" + referenceType + "::organization/tried/shared"
	stream := func(op apitype.OpType, urn string) []events.EngineEvent {
		s := step(op, urn, &state{Outputs: map[string]any{"a": "1"}}, &state{Outputs: map[string]any{"a": "1"}})
		return []events.EngineEvent{began(1, s), ended(2, s)}
	}
	for name, events := range map[string][]events.EngineEvent{
		"a default provider":       stream(apitype.OpCreate, provider+"default_6_83_2"),
		"bookkeeping":              stream(apitype.OpRemovePendingReplace, netURN),
		"a read without news":      stream(apitype.OpRead, netURN),
		"a stack reference, first": {ended(2, step(apitype.OpRead, referenceURN, nil, &state{Outputs: map[string]any{"a": "1"}}))},
		"a stack reference, later": {ended(2, step(apitype.OpRead, referenceURN,
			&state{Outputs: map[string]any{"a": "1"}}, &state{Outputs: map[string]any{"a": "2"}}))},
		"a step of a replacement":  stream(apitype.OpCreateReplacement, netURN),
		"the end of a replacement": stream(apitype.OpDeleteReplaced, netURN),
	} {
		result, _ := reduced(Up, events...)
		require.Equal(t, 0, result.Counts.Total(), name)
	}
	for _, s := range [][]events.EngineEvent{stream(apitype.OpCreate, provider+"aws"), stream("something-new", netURN)} {
		result, _ := reduced(Up, s...)
		require.Equal(t, 1, result.Counts.Changes(), "explicit providers count, and what is not known is a change")
	}
}

func TestTheEnginesOwnCountsWin(t *testing.T) {
	t.Parallel()
	create := step(apitype.OpCreate, netURN, nil, &state{})
	result, _ := reduced(Up, began(1, create), ended(2, create),
		summed(map[apitype.OpType]int{apitype.OpCreate: 7, apitype.OpSame: 2, apitype.OpDelete: 0, apitype.OpRead: 1}))
	require.Equal(t, Counts{OpCreate: 7, OpSame: 2}, result.Counts, "but for reads of stack references")
}

func TestOutputsAreMaskedAndCompared(t *testing.T) {
	t.Parallel()
	secret := map[string]any{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
	result, _ := reduced(Up, ended(1, apitype.StepEventMetadata{
		Op: apitype.OpSame, URN: stackURN, Type: stackType, Logical: true,
		Old: &state{Outputs: map[string]any{"zones": []any{"a"}, "gone": 1.0}},
		New: &state{Outputs: map[string]any{"zones": []any{"a", "b"}, "key": secret}},
	}))
	require.Equal(t, map[string]any{"zones": []any{"a", "b"}, "key": "[secret]"}, result.Outputs)
	require.Equal(t, []Diff{
		{Path: "gone", Kind: "delete", Old: "1"},
		{Path: "key", Kind: "add", New: "[secret]"},
		{Path: "zones", Kind: "update", Old: `["a"]`, New: `["a","b"]`},
	}, result.OutputDiffs)
}

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	result, told := reduced(Up,
		said(apitype.DiagnosticEvent{Severity: "info", Message: "progress", Ephemeral: true}),
		said(apitype.DiagnosticEvent{Severity: "info#err", Message: "  \n"}),
		said(apitype.DiagnosticEvent{Severity: "debug", Message: "deep down"}),
		said(apitype.DiagnosticEvent{URN: netURN, Severity: "error", Message: "<{%fg 1%}>error: <{%reset%}>no more VPCs\n"}),
		said(apitype.DiagnosticEvent{Severity: "info#err", Message: "password=hunter2 is weak"}),
		events.EngineEvent{EngineEvent: apitype.EngineEvent{ErrorEvent: &apitype.ErrorEvent{Error: "inside"}}},
		events.EngineEvent{EngineEvent: apitype.EngineEvent{PolicyEvent: &apitype.PolicyEvent{
			PolicyPackName: "house", PolicyName: "tags", Message: "Owner is missing", EnforcementLevel: "mandatory",
		}}},
		events.EngineEvent{Error: errors.New("the stream broke off")},
	)
	require.Equal(t, []Diagnostic{
		{URN: netURN, Severity: "error", Message: "error: no more VPCs"},
		{Severity: "info", Message: "password=[secret] is weak"},
		{Severity: "error", Message: "inside"},
		{Severity: "error", Message: "house/tags: Owner is missing"},
	}, result.Diagnostics)
	require.Len(t, told, 4)
}

func TestPendingOperationsAreNoticed(t *testing.T) {
	t.Parallel()
	r := newReducer("dev", Up, newRedactor(nil))
	r.add(said(apitype.DiagnosticEvent{Severity: "warning", Message: "no trouble"}))
	require.False(t, r.pending)
	r.add(said(apitype.DiagnosticEvent{
		Severity: "warning", Message: "Attempting to deploy or update resources with 1 pending operations from previous deployment.",
	}))
	require.True(t, r.pending)
}

func TestCountsAreTold(t *testing.T) {
	t.Parallel()
	require.Equal(t, "no changes", Counts{}.String())
	require.Equal(t, "no changes, 4 same", Counts{OpSame: 4}.String())
	require.Equal(t, "2 create, 1 replace, 3 delete, 1 new-thing, 9 same",
		Counts{OpDelete: 3, OpSame: 9, OpCreate: 2, OpReplace: 1, "new-thing": 1, OpUpdate: 0}.String())
}

// A preview by roles that only read has every provider take another role: no change, unless there is more to it.
func TestOtherRolesOfProvidersAreNoChange(t *testing.T) {
	t.Parallel()
	provider := func(diffs ...string) apitype.StepEventMetadata {
		made := step(apitype.OpUpdate, "urn:pulumi:dev::p::pulumi:providers:aws::aws", &state{}, &state{})
		made.Type, made.Diffs = "pulumi:providers:aws", diffs
		return made
	}
	for name, test := range map[string]struct {
		readOnly bool
		diffs    []string
		changes  int
	}{
		"the role alone":           {true, []string{"assumeRole"}, 0},
		"the role alone, in full":  {true, []string{"assumeRole.roleArn"}, 0},
		"another account too":      {true, []string{"allowedAccountIds", "assumeRole"}, 1},
		"nobody knows what":        {true, nil, 1},
		"the roles of an update":   {false, []string{"assumeRole"}, 1},
		"something that begins so": {true, []string{"assumeRoleWithWebIdentity"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReducer("dev", Preview, newRedactor(nil))
			r.readOnly = test.readOnly
			changed := provider(test.diffs...)
			for _, e := range []events.EngineEvent{
				began(1, changed), ended(2, changed), summed(map[apitype.OpType]int{apitype.OpUpdate: 1, apitype.OpSame: 2}),
			} {
				r.add(e)
			}
			result := r.result()
			require.Len(t, result.Changes, test.changes)
			require.Equal(t, test.changes, result.Counts.Changes())
			require.Equal(t, 3, result.Counts.Total())
		})
	}
}

func TestResourcesAreCountedOnce(t *testing.T) {
	t.Parallel()
	result := Result{
		Counts:  Counts{OpCreate: 1, OpImport: 2, OpUpdate: 2, OpDelete: 1, OpSame: 3},
		Changes: []Change{{URN: "a", Op: OpImport}, {URN: "a", Op: OpUpdate}, {URN: "b", Op: OpImport}, {URN: "c", Op: OpUpdate}, {URN: "d", Op: OpDelete}},
	}
	require.Equal(t, 7, result.Resources(), "created, two taken in, one changed, three the same")
}
