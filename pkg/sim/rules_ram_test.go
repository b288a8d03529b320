package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	testOrganizationARN = "arn:" + "aws:organizations::" + managementID + ":organization/" + organizationID
	testUnitARN         = "arn:" + "aws:organizations::" + managementID + ":ou/" + organizationID + "/ou-test-1"
)

func shareAct(name string, external bool) act {
	return act{token: typeResourceShare, name: name, inputs: props{"name": name, "allowExternalPrincipals": external}}
}

func sharedAct(name, share, resource string) act {
	return act{token: typeShareResource, name: name, inputs: props{"resourceShareArn": "$" + share, "resourceArn": "$" + resource + ".arn"}}
}

func principalAct(name, share, principal string) act {
	return act{token: typeSharePrincipal, name: name, inputs: props{"resourceShareArn": "$" + share, "principal": principal}}
}

func sharingAct() act {
	return act{token: typeOrganizationSharing, name: "organization", inputs: props{}}
}

// sharedGateway is a transit gateway of the management account that the whole organization sees.
func sharedGateway(more ...act) []act {
	return append([]act{
		sharingAct(), transitAct("t"), shareAct("share", false), sharedAct("shared", "share", "t"),
		principalAct("everybody", "share", testOrganizationARN),
	}, more...)
}

func TestShareRules(t *testing.T) {
	t.Parallel()
	notFound := "InvalidTransitGatewayID.NotFound"
	missing := "Transit Gateway $t$ was deleted or does not exist."
	spoke := member(append(networkOf("v", "10.16.0.0/16"), attachVpcAct("a", "v"))...)
	attach := spoke[len(spoke)-1]
	before := spoke[:len(spoke)-1]
	refusals(t, map[string]ruleCase{
		"a gateway nobody shares": {
			after: append([]act{transitAct("t")}, before...), create: attach, code: notFound, message: missing,
			first: []act{
				sharingAct(), shareAct("share", false), sharedAct("shared", "share", "t"),
				principalAct("everybody", "share", testOrganizationARN),
			},
		},
		"a share of something else": {
			after: append([]act{
				sharingAct(), transitAct("t"), transitAct("u"), shareAct("share", false), sharedAct("shared", "share", "u"),
				principalAct("everybody", "share", testOrganizationARN),
			}, before...),
			create: attach, code: notFound, message: missing, first: []act{sharedAct("also", "share", "t")},
		},
		"a share with nobody": {
			after: append([]act{
				sharingAct(), transitAct("t"), shareAct("share", false), sharedAct("shared", "share", "t"),
			}, before...),
			create: attach, code: notFound, message: missing, first: []act{principalAct("one", "share", memberID)},
		},
		"the organization while sharing is off": {
			after: []act{shareAct("share", false)}, create: principalAct("p", "share", testOrganizationARN),
			code: "OperationNotPermittedException",
			message: "The resource you are attempting to share can only be shared within your AWS Organization. This error may also " +
				"occur if you have not enabled sharing with your AWS organization, or that onboarding process is still in progress.",
			first: []act{sharingAct()},
		},
		"the organization, as an external one, while sharing is off": {
			after: []act{shareAct("share", true)}, create: principalAct("p", "share", testOrganizationARN),
			code: "UnknownResourceException", message: "Organization " + organizationID + " could not be found.",
			first: []act{sharingAct()},
		},
		"another organization": {
			after:  []act{sharingAct(), shareAct("share", false)},
			create: principalAct("p", "share", "arn:"+"aws:organizations::"+managementID+":organization/o-other"),
			code:   "UnknownResourceException", message: "Organization o-other could not be found.",
			passes: props{"principal": testOrganizationARN},
		},
		"a unit that is not": {
			after: []act{sharingAct(), shareAct("share", false)}, create: principalAct("p", "share", testUnitARN),
			code: "UnknownResourceException", message: "OrganizationalUnit ou-test-1 could not be found.",
			passes: props{"principal": testOrganizationARN},
		},
		"an account outside": {
			after:  []act{sharingAct(), shareAct("share", false)},
			create: principalAct("p", "share", "999999999999"), code: "OperationNotPermittedException",
			message: "The resource share does not allow sharing with principals outside of your organization: 999999999999",
			passes:  props{"principal": memberID},
		},
		"a principal twice": {
			after:  []act{sharingAct(), shareAct("share", false), principalAct("p", "share", memberID)},
			create: principalAct("q", "share", memberID), code: "ResourceAlreadyExists",
			message: "RAM association ($share$," + memberID + ") already exists", unless: "p",
		},
		"a resource twice": {
			after:  []act{transitAct("t"), shareAct("share", false), sharedAct("p", "share", "t")},
			create: sharedAct("q", "share", "t"), code: "ResourceAlreadyExists",
			message: "RAM association ($share$,$t.arn) already exists", unless: "p",
		},
		"somebody else's resource": {
			after: append(sharedGateway(), member(shareAct("mine", false))...),
			create: member(act{token: typeShareResource, name: "q", inputs: props{
				"resourceShareArn": "$mine", "resourceArn": "$t.arn"}})[0],
			code: "UnknownResourceException", message: "Resource $t.arn could not be found.", never: true,
		},
		"an accepter within the organization": {
			after:  append(sharedGateway(), principalAct("member", "share", memberID)),
			create: member(act{token: typeShareAccepter, name: "a", inputs: props{"shareArn": "$share"}})[0],
			code:   "ResourceShareInvitationArnNotFoundException", message: "No RAM Resource Share ($share$) invitation found", never: true,
		},
		"a member that speaks for the organization": {
			create: member(sharingAct())[0], code: "OperationNotPermittedException",
			message: "The requested operation is not permitted. Only the management account of an organization can enable sharing with it.",
			never:   true,
		},
	})
}

// TestUninvitedAccountsSeeNothing: without sharing in the organization an account must accept what it is given.
func TestUninvitedAccountsSeeNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: append([]act{
		transitAct("t"), shareAct("share", false), sharedAct("shared", "share", "t"), principalAct("one", "share", memberID),
	}, member(networkOf("v", "10.16.0.0/16")...)...)}, "")
	_, refused := s.create(member(attachVpcAct("a", "v"))[0])
	require.Equal(t, "InvalidTransitGatewayID.NotFound", refused.Code)
	s.must(member(act{token: typeShareAccepter, name: "accepted", inputs: props{"shareArn": "$share"}})[0])
	s.must(member(attachVpcAct("a", "v"))[0])
}

// TestUnitsSeeWhatIsSharedWithThem: an account sees what is shared with a unit that it is in, however deep.
func TestUnitsSeeWhatIsSharedWithThem(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	put := func(token, id string, properties map[string]any) {
		record := &Resource{Account: managementID, Type: token, ID: id, Properties: mapOf(properties), row: &row{Token: token, Kind: token}}
		require.NoError(t, m.inventory.change([]*Resource{record}, nil))
	}
	put(typeUnit, "ou-test-1", map[string]any{"parentId": "r-test"})
	put(typeUnit, "ou-test-2", map[string]any{"parentId": "ou-test-1"})
	put(typeUnit, "ou-test-3", map[string]any{"parentId": "r-test"})
	m.make(typeOrganizationSharing, "on", nil)
	require.True(t, m.principalIs(testOrganizationARN, "", memberID))
	require.False(t, m.principalIs(testUnitARN, "", memberID), "an account at the root")
	put(typeAccount, memberID, map[string]any{"parentId": "ou-test-2"})
	require.True(t, m.principalIs(testUnitARN, "", memberID), "below the unit")
	put(typeAccount, memberID, map[string]any{"parentId": "ou-test-3"})
	require.False(t, m.principalIs(testUnitARN, "", memberID), "moved away")
}
