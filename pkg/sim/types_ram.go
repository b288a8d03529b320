package sim

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeResourceShare        = "aws:ram/resourceShare:ResourceShare"
	typeShareResource        = "aws:ram/resourceAssociation:ResourceAssociation"
	typeSharePrincipal       = "aws:ram/principalAssociation:PrincipalAssociation"
	typeShareAccepter        = "aws:ram/resourceShareAccepter:ResourceShareAccepter"
	typeOrganizationSharing  = "aws:ram/sharingWithOrganization:SharingWithOrganization"
	sourceRAM                = "associations are made within seconds; the provider waits for ASSOCIATED"
	shareNotFoundRAM         = "ResourceShare {target} could not be found."
	associationExistsRAM     = "RAM association ({id}) already exists"
	unknownResourceException = "UnknownResourceException"
)

// ramTypes are resource shares: what of one account others may see and use.
func ramTypes() []row {
	return []row{resourceShareRow(), shareResourceRow(), sharePrincipalRow(), shareAccepterRow(), organizationSharingRow()}
}

func ramLatency() latency {
	return latency{Create: 5 * time.Second, Update: time.Second, Delete: 5 * time.Second, Source: sourceRAM}
}

// shareActions are those that put something into a share, and take it out.
func shareActions() actions {
	return actions{
		Create: []string{"ram:AssociateResourceShare"}, Delete: []string{"ram:DisassociateResourceShare"},
		Read: []string{"ram:GetResourceShareAssociations *"}, Resource: "{resourceShareArn}",
	}
}

func resourceShareRow() row {
	return row{
		Token: typeResourceShare, ID: shareARN,
		Actions: actions{
			Create: []string{"ram:CreateResourceShare", "ram:TagResource"}, Update: []string{"ram:UpdateResourceShare"},
			Delete: []string{"ram:DeleteResourceShare"}, Read: []string{"ram:GetResourceShares *"},
		},
		Computed: map[string]maker{"arn": fill("{id}"), "permissionArns": fixed([]any{})},
		Autoname: autoname{Property: "name", Limit: 255},
		Defaults: map[string]any{"allowExternalPrincipals": false},
		Replace:  []string{"permissionArns"},
		Sets:     []string{"permissionArns"},
		NotFound: &refusal{Code: unknownResourceException, Message: shareNotFoundRAM},
		Latency:  ramLatency(),
	}
}

// shareARN is the ARN of a share, whose last part AWS makes up.
func shareARN(r *request) resource.PropertyValue {
	mark := digest(32, r.Account, r.Region, string(r.URN), r.Text("name"))
	uuid := mark[:8] + "-" + mark[8:12] + "-" + mark[12:16] + "-" + mark[16:20] + "-" + mark[20:]
	return resource.NewProperty(r.expand("arn:{partition}:ram:{region}:{account}:resource-share/") + uuid)
}

func shareResourceRow() row {
	return row{
		Token: typeShareResource, ID: fill("{resourceShareArn},{resourceArn}"),
		Actions: shareActions(),
		Replace: []string{"resourceArn", "resourceShareArn"},
		Refs:    map[string]string{"resourceShareArn": typeResourceShare},
		Valid:   map[string]validator{"resourceArn": anARN, "resourceShareArn": anARN},
		Create:  []rule{sharedResourceIsOurs},
		Within:  "resourceShareArn",
		Weak:    []string{"resourceArn"}, // what is shared can be deleted, and is shared no more
		Unique: []unique{{By: []string{"resourceShareArn", "resourceArn"}, refusal: refusal{
			Code: "ResourceAlreadyExists", Message: associationExistsRAM}}},
		Latency: ramLatency(),
	}
}

func sharePrincipalRow() row {
	return row{
		Token: typeSharePrincipal, ID: fill("{resourceShareArn},{principal}"),
		Actions: shareActions(),
		Replace: []string{"principal", "resourceShareArn"},
		Refs:    map[string]string{"resourceShareArn": typeResourceShare},
		Valid:   map[string]validator{"principal": sharePrincipal, "resourceShareArn": anARN},
		Create:  []rule{principalMayBeGiven},
		Within:  "resourceShareArn",
		Weak:    []string{"principal"},
		Unique: []unique{{By: []string{"resourceShareArn", "principal"}, refusal: refusal{
			Code: "ResourceAlreadyExists", Message: associationExistsRAM}}},
		Latency: ramLatency(),
	}
}

func shareAccepterRow() row {
	return row{
		Token: typeShareAccepter, ID: fill("{shareArn}"), Attached: true,
		Actions: actions{
			Create: []string{"ram:AcceptResourceShareInvitation *"}, Delete: []string{"ram:DisassociateResourceShare {shareArn}"},
			Read: []string{"ram:GetResourceShares *"},
		},
		Computed: map[string]maker{
			"invitationArn": fill("arn:{partition}:ram:{region}:{account}:resource-share-invitation/simulated"), "receiverAccountId": fill("{account}"),
			"senderAccountId": ownerOf("shareArn"), "shareId": fixed("rs-simulated"), "shareName": fixed(""),
			"status": fixed("ACTIVE"), "resources": fixed([]any{}),
		},
		Replace: []string{"shareArn"},
		Valid:   map[string]validator{"shareArn": anARN},
		Create:  []rule{invitationExists},
		Weak:    []string{"shareArn"},
		Latency: ramLatency(),
	}
}

func organizationSharingRow() row {
	return row{
		Token: typeOrganizationSharing, Scope: account, Attached: true, ID: fill("{account}"),
		Actions: actions{
			Create:   []string{"ram:EnableSharingWithAwsOrganization", "organizations:EnableAWSServiceAccess"},
			Delete:   []string{"organizations:DisableAWSServiceAccess"},
			Resource: "*",
		},
		Create:  []rule{managementShares},
		Latency: latency{Create: 2 * time.Second, Delete: time.Second, Source: typicalTimes},
	}
}
