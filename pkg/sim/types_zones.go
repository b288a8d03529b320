package sim

import "time"

const (
	typeZone             = "aws:route53/zone:Zone"
	typeZoneAssociation  = "aws:route53/zoneAssociation:ZoneAssociation"
	typeZoneInvitation   = "aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization"
	typeRecord           = "aws:route53/record:Record"
	typeHealthCheck      = "aws:route53/healthCheck:HealthCheck"
	typeQueryLog         = "aws:route53/queryLog:QueryLog"
	typeDelegationSet    = "aws:route53/delegationSet:DelegationSet"
	typeKeySigningKey    = "aws:route53/keySigningKey:KeySigningKey"
	typeZoneSigning      = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
	hostedZoneARN        = "arn:{partition}:route53:::hostedzone/{zoneId}"
	signedZoneARN        = "arn:{partition}:route53:::hostedzone/{hostedZoneId}"
	changeARN            = "arn:{partition}:route53:::change/C{account}"
	waitForChange        = "route53:GetChange " + changeARN
	zonesTimes           = "the provider waits until a change is INSYNC, 30 to 60 seconds"
	noSuchZoneMessage    = "No hosted zone found with ID: {target}"
	signingNeedsAChange  = "the provider waits until the change is INSYNC, 30 to 60 seconds"
	healthCheckStatement = "health checks are made and changed at once"
)

// zoneTypes are Route 53's, which knows no regions. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/route53).
func zoneTypes() []row {
	return []row{
		zoneRow(), delegationSetRow(), zoneInvitationRow(), zoneAssociationRow(), recordSetRow(), healthCheckRow(),
		queryLogRow(), keySigningKeyRow(), zoneSigningRow(),
	}
}

func zoneTime() latency {
	return latency{Create: 40 * time.Second, Update: 30 * time.Second, Delete: 40 * time.Second, Source: zonesTimes}
}

func zoneRow() row {
	return row{
		Token: typeZone, Scope: account, ID: hostedZoneID,
		Actions: actions{
			Create: []string{
				"route53:CreateHostedZone arn:{partition}:route53:::hostedzone/*", "route53:ChangeTagsForResource", waitForChange,
			},
			Update: []string{
				"route53:UpdateHostedZoneComment", "route53:ChangeTagsForResource", "route53:AssociateVPCWithHostedZone",
				"route53:DisassociateVPCFromHostedZone",
			},
			Delete: []string{"route53:DeleteHostedZone", "route53:ListResourceRecordSets", waitForChange},
			Read:   []string{"route53:GetHostedZone", "route53:ListTagsForResource", "route53:ListResourceRecordSets"},
		},
		Autoname: autoname{Property: "name", Limit: 255, Lower: true},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:route53:::hostedzone/{id}"), "zoneId": fill("{id}"), "nameServers": nameServers,
			"primaryNameServer": primaryNameServer,
		},
		Defaults: map[string]any{"comment": "Managed by Pulumi", "forceDestroy": false},
		Replace:  []string{"name", "delegationSetId"},
		Sets:     []string{"vpcs"},
		Valid:    map[string]validator{"name": domainName, "comment": longest(256)},
		Check:    []rule{zoneIsPublicOrPrivate},
		Create:   []rule{zoneVpcsAreOurs, zoneNameIsFree},
		Update:   []rule{zoneKeepsItsKind, zoneVpcsAreOurs, zoneNameIsFree},
		Delete:   []rule{zoneIsEmpty, zoneIsUnsigned},
		Refs:     map[string]string{"delegationSetId": typeDelegationSet},
		Weak:     []string{"vpcs"}, Foreign: []string{"vpcs"},
		NotFound: &refusal{Code: "NoSuchHostedZone", Message: noSuchZoneMessage, Status: 404},
		Quotas: []quota{{Limit: 500, refusal: refusal{
			Code: "TooManyHostedZones", Message: "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."}}},
		Latency: zoneTime(),
	}
}

func delegationSetRow() row {
	return row{
		Token: typeDelegationSet, Scope: account, ID: delegationSetID,
		Actions: actions{
			Create: []string{"route53:CreateReusableDelegationSet *"}, Delete: []string{"route53:DeleteReusableDelegationSet"},
			Read: []string{"route53:GetReusableDelegationSet"},
		},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:route53:::delegationset/{id}"), "nameServers": nameServers,
		},
		Replace:  []string{"referenceName"},
		NotFound: &refusal{Code: "NoSuchDelegationSet", Message: "The specified delegation set {target} does not exist."},
		InUse:    &refusal{Code: "DelegationSetInUse", Message: "Delegation set {id} has active hosted zones associated with it."},
		Quotas: []quota{{Limit: 100, refusal: refusal{
			Code: "LimitsExceeded", Message: "Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER"}}},
		Latency: quick(),
	}
}

// zoneInvitationRow is made by the zone's owner: a VPC of another account may be associated then.
func zoneInvitationRow() row {
	return row{
		Token: typeZoneInvitation, Scope: account, ID: fill("{zoneId}:{vpcId}"),
		Actions: actions{
			Create: []string{"route53:CreateVPCAssociationAuthorization"}, Delete: []string{"route53:DeleteVPCAssociationAuthorization"},
			Read: []string{"route53:ListVPCAssociationAuthorizations"}, Resource: hostedZoneARN, Context: associatedVpc,
		},
		Computed: map[string]maker{"vpcRegion": fill("{region}")},
		Replace:  []string{"zoneId", "vpcId", "vpcRegion"},
		Create:   []rule{zoneIsPrivate, invitedVpcExists},
		Refs:     map[string]string{"zoneId": typeZone},
		Within:   "zoneId",
		Foreign:  []string{"vpcId"}, Weak: []string{"vpcId"},
		Quotas: []quota{{Limit: 1000, Per: []string{"zoneId"}, refusal: refusal{
			Code: "TooManyVPCAssociationAuthorizations", Message: "You've created the maximum number of authorizations for {zoneId}."}}},
		Latency: latency{Create: 2 * time.Second, Delete: 2 * time.Second, Source: "authorizations are made at once"},
	}
}

// zoneAssociationRow is made by the VPC's owner.
func zoneAssociationRow() row {
	return row{
		Token: typeZoneAssociation, Scope: account, ID: fill("{zoneId}:{vpcId}"),
		Actions: actions{
			Create: []string{
				"route53:AssociateVPCWithHostedZone", "ec2:DescribeVpcs *", "route53:GetChange " + changeARN,
			},
			Delete: []string{"route53:DisassociateVPCFromHostedZone", "route53:GetChange " + changeARN},
			Read:   []string{"route53:ListHostedZonesByVPC *"}, Resource: hostedZoneARN, Context: associatedVpc,
		},
		Computed: map[string]maker{"owningAccount": zoneOwner, "vpcRegion": fill("{region}")},
		Replace:  []string{"zoneId", "vpcId", "vpcRegion"},
		Create:   []rule{associatedZoneIsPrivate, associatedVpcIsOurs, associationIsAuthorized, associationIsNew},
		Delete:   []rule{zoneKeepsAVpc},
		Foreign:  []string{"vpcId"}, Weak: []string{"vpcId"},
		Quotas: []quota{{Limit: 300, Per: []string{"zoneId"}, refusal: refusal{
			Code: "LimitsExceeded", Message: "Limits Exceeded: MAX_VPCS_PER_HOSTED_ZONE"}}},
		Latency: zoneTime(),
	}
}

// recordSetRow: a change of type or set identifier is a deletion and a creation in one batch; the provider replaces
// nothing for it.
func recordSetRow() row {
	return row{
		Token: typeRecord, Scope: account, ID: recordSetID,
		Actions: actions{
			Create: []string{"route53:GetHostedZone", "route53:ChangeResourceRecordSets", waitForChange},
			Update: []string{"route53:ChangeResourceRecordSets", waitForChange},
			Delete: []string{"route53:ChangeResourceRecordSets", waitForChange},
			Read:   []string{"route53:GetHostedZone", "route53:ListResourceRecordSets"}, Resource: hostedZoneARN, Context: changedRecords,
		},
		Computed: map[string]maker{"fqdn": recordName},
		Replace:  []string{"zoneId", "name"},
		Sets:     []string{"records"},
		Valid: map[string]validator{
			"type":                           oneOf(recordSetTypes...),
			"ttl":                            between(0, 2147483647),
			"setIdentifier":                  longest(128),
			"weightedRoutingPolicies.weight": between(0, 255),
			"failoverRoutingPolicies.type":   oneOf("PRIMARY", "SECONDARY"),
		},
		Check:   []rule{recordHasOneAnswer, recordHasOnePolicy},
		Create:  []rule{recordInZone, recordIsNew, recordIsAlone, recordValuesFit, policiesAgree, aliasTargetExists, delegationMatches},
		Update:  []rule{recordInZone, recordIsAlone, recordValuesFit, policiesAgree, aliasTargetExists, delegationMatches},
		Delete:  []rule{recordIsNotAimedAt},
		Refs:    map[string]string{"zoneId": typeZone, "healthCheckId": typeHealthCheck},
		Within:  "zoneId",
		Weak:    []string{"healthCheckId", "aliases", "records"},
		Foreign: []string{"records", "aliases", "name", "setIdentifier"},
		Quotas: []quota{{Limit: 10000, Per: []string{"zoneId"}, refusal: refusal{
			Code: "InvalidChangeBatch", Message: "[Number of records limit of 10000 exceeded.]"}}},
		Latency: zoneTime(),
	}
}

func healthCheckRow() row {
	return row{
		Token: typeHealthCheck, Scope: account, ID: keyID,
		Actions: actions{
			Create: []string{"route53:CreateHealthCheck *", "route53:ChangeTagsForResource"},
			Update: []string{"route53:UpdateHealthCheck", "route53:ChangeTagsForResource"},
			Delete: []string{"route53:DeleteHealthCheck"}, Read: []string{"route53:GetHealthCheck", "route53:ListTagsForResource"},
		},
		Computed: map[string]maker{"arn": fill("arn:{partition}:route53:::healthcheck/{id}")},
		Defaults: map[string]any{"disabled": false, "invertHealthcheck": false, "measureLatency": false},
		Replace:  []string{"type", "requestInterval", "measureLatency", "referenceName", "routingControlArn"},
		Sets:     []string{"childHealthchecks", "regions"},
		Valid: map[string]validator{
			"type": oneOf("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP", "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"),
			"port": between(1, 65535), "failureThreshold": between(1, 10), "requestInterval": tenOrThirty, "searchString": longest(255),
			"resourcePath": longest(255), "childHealthThreshold": between(0, 256), "ipAddress": routableAddress,
			"insufficientDataHealthStatus": oneOf("Healthy", "Unhealthy", "LastKnownStatus"),
			"regions":                      oneOf("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"),
		},
		Check:    []rule{healthCheckIsWhole},
		Refs:     map[string]string{"childHealthchecks": typeHealthCheck},
		Weak:     []string{"childHealthchecks"},
		NotFound: &refusal{Code: "NoSuchHealthCheck", Message: "A health check with id {target} does not exist.", Status: 404},
		Quotas: []quota{{Limit: 200, refusal: refusal{
			Code: "TooManyHealthChecks", Message: "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more health checks."}}},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: healthCheckStatement},
	}
}

func queryLogRow() row {
	return row{
		Token: typeQueryLog, Scope: account, ID: keyID,
		Actions: actions{
			Create: []string{
				"route53:CreateQueryLoggingConfig " + hostedZoneARN, "logs:DescribeLogGroups *", "logs:DescribeResourcePolicies *",
			},
			Delete: []string{"route53:DeleteQueryLoggingConfig arn:{partition}:route53:::queryloggingconfig/{id}"},
			Read:   []string{"route53:GetQueryLoggingConfig arn:{partition}:route53:::queryloggingconfig/{id}"},
		},
		Computed: map[string]maker{"arn": fill("arn:{partition}:route53:::queryloggingconfig/{id}")},
		Replace:  []string{"zoneId", "cloudwatchLogGroupArn"},
		Create:   []rule{loggedZoneIsPublic, loggedOnce, queriesHaveAGroup},
		Refs:     map[string]string{"zoneId": typeZone},
		Within:   "zoneId",
		Weak:     []string{"cloudwatchLogGroupArn"}, Foreign: []string{"cloudwatchLogGroupArn"},
		Latency: latency{Create: time.Second, Delete: time.Second, Source: "query logging is set at once"},
	}
}

func keySigningKeyRow() row {
	return row{
		Token: typeKeySigningKey, Scope: account, ID: fill("{hostedZoneId},{name}"),
		Actions: actions{
			Create: []string{"route53:CreateKeySigningKey"},
			Update: []string{"route53:ActivateKeySigningKey", "route53:DeactivateKeySigningKey"},
			Delete: []string{"route53:DeactivateKeySigningKey", "route53:DeleteKeySigningKey"},
			Read:   []string{"route53:GetDNSSEC"}, Resource: signedZoneARN,
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{
			"digestAlgorithmMnemonic": fixed("SHA-256"), "digestAlgorithmType": fixed(2), "digestValue": keyDigest, "dnskeyRecord": dnskeyRecord,
			"dsRecord": dsRecord, "flag": fixed(257), "keyTag": keyTag, "publicKey": publicKey,
			"signingAlgorithmMnemonic": fixed("ECDSAP256SHA256"), "signingAlgorithmType": fixed(13),
		},
		Defaults: map[string]any{"status": "ACTIVE"},
		Replace:  []string{"hostedZoneId", "keyManagementServiceArn", "name"},
		Valid: map[string]validator{
			"name": matching(signingNamePattern, "3 to 128 letters, digits and underscores"), "status": oneOf("ACTIVE", "INACTIVE"),
		},
		Create: []rule{signedZoneIsPublic, keyServesDNSSEC},
		Update: []rule{signingKeyMayRest},
		Delete: []rule{signingKeyMayGo},
		Refs:   map[string]string{"hostedZoneId": typeZone},
		Weak:   []string{"keyManagementServiceArn"}, Foreign: []string{"keyManagementServiceArn"},
		Unique: []unique{{By: []string{"hostedZoneId", "name"}, refusal: refusal{
			Code: "KeySigningKeyAlreadyExists", Status: 409,
			Message: "A key-signing key with the name {name} already exists for hosted zone {hostedZoneId}."}}},
		Quotas: []quota{{Limit: 2, Per: []string{"hostedZoneId"}, refusal: refusal{
			Code:    "TooManyKeySigningKeys",
			Message: "You've reached the limit for the number of key-signing keys (KSKs). Remove at least one KSK, and then try again."}}},
		Latency: latency{Create: 40 * time.Second, Update: 40 * time.Second, Delete: 40 * time.Second, Source: signingNeedsAChange},
	}
}

func zoneSigningRow() row {
	return row{
		Token: typeZoneSigning, Scope: account, Attached: true, ID: fill("{hostedZoneId}"),
		Actions: actions{
			Create: []string{"route53:EnableHostedZoneDNSSEC"},
			Update: []string{"route53:EnableHostedZoneDNSSEC", "route53:DisableHostedZoneDNSSEC"},
			Delete: []string{"route53:DisableHostedZoneDNSSEC"}, Read: []string{"route53:GetDNSSEC"}, Resource: signedZoneARN,
		},
		Defaults: map[string]any{"signingStatus": "SIGNING"},
		Replace:  []string{"hostedZoneId"},
		Valid:    map[string]validator{"signingStatus": oneOf("SIGNING", "NOT_SIGNING")},
		Create:   []rule{signedZoneIsPublic, zoneHasActiveKey}, Update: []rule{zoneHasActiveKey, parentKnowsNoKey},
		Delete:  []rule{parentKnowsNoKey},
		Refs:    map[string]string{"hostedZoneId": typeZone},
		Latency: latency{Create: 40 * time.Second, Update: 40 * time.Second, Delete: 40 * time.Second, Source: signingNeedsAChange},
	}
}
