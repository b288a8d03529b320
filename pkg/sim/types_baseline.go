package sim

import (
	"net/http"
	"time"
)

const (
	typeAccountBlock    = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
	typeContact         = "aws:account/alternativeContact:AlternativeContact"
	typeVolumes         = "aws:ebs/encryptionByDefault:EncryptionByDefault"
	typeVolumeKey       = "aws:ebs/defaultKmsKey:DefaultKmsKey"
	typeSnapshots       = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
	typeMetadata        = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
	typeServiceRole     = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
	typePasswordPolicy  = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
	passwordPolicyID    = "iam-account-password-policy"
	serviceRolePathRoot = "/aws-service-role/"
)

// baselineTimes: settings of an account are one call each.
const baselineTimes = "settings of an account are one call each; the provider waits until they are seen"

// baselineTypes are settings of an account, or of its region, as a whole: there is one of each, and whoever makes it
// again overwrites it. Their replacement lists are ForceNew in the Terraform provider (internal/service/s3control,
// account, ec2, iam).
func baselineTypes() []row {
	return []row{
		accountBlockRow(), contactRow(), volumesRow(), volumeKeyRow(), snapshotsRow(), metadataRow(),
		serviceRoleRow(), passwordPolicyRow(),
	}
}

func atOnce() latency {
	return latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: baselineTimes}
}

func accountBlockRow() row {
	return row{
		Token: typeAccountBlock, Scope: account, Attached: true, ID: fill("{account}"),
		Actions: actions{
			Create:   []string{"s3:PutAccountPublicAccessBlock"},
			Update:   []string{"s3:PutAccountPublicAccessBlock"},
			Delete:   []string{"s3:PutAccountPublicAccessBlock"},
			Read:     []string{"s3:GetAccountPublicAccessBlock"},
			Resource: "*",
		},
		Computed: map[string]maker{"accountId": fill("{account}")},
		Defaults: map[string]any{
			"blockPublicAcls": false, "blockPublicPolicy": false, "ignorePublicAcls": false, "restrictPublicBuckets": false,
		},
		Replace: []string{"accountId"},
		Valid:   map[string]validator{"accountId": accountID},
		Create:  []rule{blockIsOwn},
		Latency: latency{Create: 5 * time.Second, Update: 5 * time.Second, Delete: time.Second, Source: baselineTimes},
	}
}

func contactRow() row {
	return row{
		Token: typeContact, Scope: account, Attached: true, ID: contactID,
		Actions: actions{
			Create:   []string{"account:PutAlternateContact"},
			Update:   []string{"account:PutAlternateContact"},
			Delete:   []string{"account:DeleteAlternateContact"},
			Read:     []string{"account:GetAlternateContact"},
			Resource: "arn:{partition}:account::{account}:account",
		},
		Computed: map[string]maker{"accountId": fixed("")},
		Replace:  []string{"accountId", "alternateContactType"},
		Valid: map[string]validator{
			"accountId": accountID, "alternateContactType": oneOf("BILLING", "OPERATIONS", "SECURITY"),
			"name": longest(64), "title": longest(50),
			"emailAddress": matching(emailPattern, "an e-mail address of at most 254 characters"),
			"phoneNumber":  matching(phonePattern, "digits, spaces and any of ()+-, at most 25"),
		},
		Create: []rule{contactIsWithinReach}, Update: []rule{contactIsWithinReach},
		Latency: atOnce(),
	}
}

func volumesRow() row {
	return row{
		Token: typeVolumes, Attached: true, ID: fill("{account}-{region}"),
		Actions: actions{
			Create:   []string{"ec2:EnableEbsEncryptionByDefault"},
			Update:   []string{"ec2:EnableEbsEncryptionByDefault"},
			Delete:   []string{"ec2:DisableEbsEncryptionByDefault"},
			Read:     []string{"ec2:GetEbsEncryptionByDefault"},
			Resource: "*",
		},
		Defaults: map[string]any{"enabled": true}, Latency: atOnce(),
	}
}

func volumeKeyRow() row {
	return row{
		Token: typeVolumeKey, Attached: true, ID: fill("{keyArn}"),
		Actions: actions{
			Create:   []string{"ec2:ModifyEbsDefaultKmsKeyId"},
			Delete:   []string{"ec2:ResetEbsDefaultKmsKeyId"},
			Read:     []string{"ec2:GetEbsDefaultKmsKeyId"},
			Resource: "*",
		},
		Replace: []string{"keyArn"},
		Create:  []rule{volumeKeyIsUsable},
		Refs:    map[string]string{"keyArn": kindKey},
		Latency: atOnce(),
	}
}

func snapshotsRow() row {
	return row{
		Token: typeSnapshots, Attached: true, ID: fill("{region}"),
		Actions: actions{
			Create:   []string{"ec2:EnableSnapshotBlockPublicAccess"},
			Update:   []string{"ec2:EnableSnapshotBlockPublicAccess"},
			Delete:   []string{"ec2:DisableSnapshotBlockPublicAccess"},
			Read:     []string{"ec2:GetSnapshotBlockPublicAccessState"},
			Resource: "*",
		},
		Valid:   map[string]validator{"state": oneOf("block-all-sharing", "block-new-sharing", "unblocked")},
		Latency: atOnce(),
	}
}

func metadataRow() row {
	return row{
		Token: typeMetadata, Attached: true, ID: fill("{region}"),
		Actions: actions{
			Create:   []string{"ec2:ModifyInstanceMetadataDefaults"},
			Update:   []string{"ec2:ModifyInstanceMetadataDefaults"},
			Delete:   []string{"ec2:ModifyInstanceMetadataDefaults"},
			Read:     []string{"ec2:GetInstanceMetadataDefaults"},
			Resource: "*",
		},
		Defaults: map[string]any{
			"httpEndpoint": "no-preference", "httpTokens": "no-preference", "instanceMetadataTags": "no-preference",
			"httpPutResponseHopLimit": -1,
		},
		Valid: map[string]validator{
			"httpEndpoint": oneOf("enabled", "disabled", "no-preference"), "httpTokens": oneOf("required", "optional", "no-preference"),
			"instanceMetadataTags": oneOf("enabled", "disabled", "no-preference"), "httpPutResponseHopLimit": hopLimit,
		},
		Latency: atOnce(),
	}
}

// serviceRoleRow is a role that a service defines: its name, path and rights are the service's.
func serviceRoleRow() row {
	return row{
		Token: typeServiceRole, Kind: kindRole, Scope: account, ID: serviceRoleARN,
		Actions: actions{
			Create:  []string{"iam:CreateServiceLinkedRole", "iam:TagRole"},
			Update:  []string{"iam:UpdateRole", "iam:TagRole"},
			Delete:  []string{"iam:DeleteServiceLinkedRole"},
			Read:    []string{"iam:GetRole"},
			Context: serviceNamed,
		},
		Computed: map[string]maker{
			"arn": serviceRoleARN, "name": serviceRoleName, "path": fill(serviceRolePathRoot + "{awsServiceName}/"),
			"createDate": fixed(creationDate), "uniqueId": uniqueID("AROA"),
		},
		Replace: []string{"awsServiceName", "customSuffix"},
		Valid: map[string]validator{
			"awsServiceName": matching(servicePattern, "a service's name like config.amazonaws.com"), "description": longest(1000),
		},
		Create: []rule{serviceHasRole, serviceRoleIsNew},
		Delete: []rule{serviceRoleIsFree},
		Latency: latency{Create: 5 * time.Second, Update: time.Second, Delete: 10 * time.Second,
			Source: "a service-linked role is deleted by a task that the provider waits for"},
	}
}

func passwordPolicyRow() row {
	return row{
		Token: typePasswordPolicy, Scope: account, Attached: true, ID: fixed(passwordPolicyID),
		Actions: actions{
			Create:   []string{"iam:UpdateAccountPasswordPolicy"},
			Update:   []string{"iam:UpdateAccountPasswordPolicy"},
			Delete:   []string{"iam:DeleteAccountPasswordPolicy"},
			Read:     []string{"iam:GetAccountPasswordPolicy"},
			Resource: "*",
		},
		Computed: map[string]maker{"expirePasswords": passwordsExpire, "hardExpiry": fixed(false)},
		Live:     []string{"expirePasswords"},
		Defaults: map[string]any{
			"allowUsersToChangePassword": true, "minimumPasswordLength": 6, "maxPasswordAge": 0, "passwordReusePrevention": 0,
			"requireLowercaseCharacters": false, "requireNumbers": false, "requireSymbols": false, "requireUppercaseCharacters": false,
		},
		Valid: map[string]validator{
			"minimumPasswordLength": between(6, 128), "maxPasswordAge": between(0, 1095), "passwordReusePrevention": between(0, 24),
		},
		NotFound: &refusal{Code: "NoSuchEntity", Message: "The Password Policy with domain name {account} cannot be found.", Status: http.StatusNotFound},
		Latency:  atOnce(),
	}
}
