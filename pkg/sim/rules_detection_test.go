package sim

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func guardAdmin() act {
	return act{token: typeGuardAdmin, name: "ga", inputs: props{"adminAccountId": memberID}}
}

func hubAdmin() act {
	return act{token: typeHubAdmin, name: "ha", inputs: props{"adminAccountId": memberID}}
}

func detectorAct(name string) act {
	return act{token: typeDetector, name: name, inputs: props{"enable": true}}
}

func hubAct() act {
	return act{token: typeHub, name: "h", inputs: props{"enableDefaultStandards": false}}
}

func TestGuardDutyRules(t *testing.T) {
	t.Parallel()
	members := act{token: typeGuardOrg, name: "o", inputs: props{"detectorId": "$d", "autoEnableOrganizationMembers": "ALL"}}
	feature := act{token: typeGuardFeature, name: "f", inputs: props{
		"detectorId": "$d", "name": "S3_DATA_EVENTS", "autoEnable": "ALL",
	}}
	notAdmin := "The request is rejected because the current account is not the delegated GuardDuty administrator account for the organization."
	refusals(t, map[string]ruleCase{
		"two detectors": {
			after: []act{detectorAct("d")}, create: detectorAct("e"), code: "BadRequestException", unless: "d",
			message: "The request is rejected because a detector already exists for the current account.",
		},
		"members of another's organization": {
			after: []act{of(detectorAct("d"))}, create: of(members), code: "BadRequestException", message: notAdmin, first: []act{guardAdmin()},
		},
		"the management account is not the administrator": {
			after: []act{guardAdmin(), detectorAct("d")}, create: members, code: "BadRequestException", message: notAdmin, never: true,
		},
		"a feature for another's members": {
			after: []act{of(detectorAct("d"))}, create: of(feature), code: "BadRequestException", message: notAdmin, first: []act{guardAdmin()},
		},
		"an agent of a feature that has none": {
			after: []act{guardAdmin(), of(detectorAct("d"))},
			create: of(act{token: typeGuardFeature, name: "f", inputs: props{
				"detectorId": "$d", "name": "S3_DATA_EVENTS", "autoEnable": "ALL",
				"additionalConfigurations": []any{props{"name": "EC2_AGENT_MANAGEMENT", "autoEnable": "ALL"}},
			}}),
			code:    "BadRequestException",
			message: "The request is rejected because the feature S3_DATA_EVENTS does not have the additional configuration EC2_AGENT_MANAGEMENT.",
			passes:  props{"name": "RUNTIME_MONITORING"},
		},
		"members left unsaid": {
			after:  []act{guardAdmin(), of(detectorAct("d"))},
			create: of(act{token: typeGuardOrg, name: "o", inputs: props{"detectorId": "$d"}}), code: "BadRequestException",
			message: "The request is rejected because autoEnableOrganizationMembers has to be given.",
			passes:  props{"autoEnableOrganizationMembers": "ALL"},
		},
		"another's detector": {
			after:  []act{guardAdmin(), detectorAct("d"), of(detectorAct("e"))},
			create: of(members), code: "BadRequestException", passes: props{"detectorId": "$e"},
			message: "The request is rejected because the input detectorId is not owned by the current account.",
		},
		"a delegation by a member": {
			create: of(guardAdmin()), code: "BadRequestException", message: "The account is not the management account of the organization.", never: true,
		},
		"a delegation to itself": {
			create: act{token: typeGuardAdmin, name: "ga", inputs: props{"adminAccountId": managementID}}, code: "BadRequestException",
			message: "You cannot register the management account of the organization as a delegated administrator.",
			passes:  props{"adminAccountId": memberID},
		},
	})
}

func TestSecurityHubRules(t *testing.T) {
	t.Parallel()
	off := "Account " + memberID + " is not subscribed to AWS Security Hub"
	standard := func(name, path string) act {
		return of(act{token: typeStandard, name: name, inputs: props{"standardsArn": "arn:aws:securityhub:eu-west-1::standards/" + path}})
	}
	aggregator := of(act{token: typeHubAggregator, name: "a", inputs: props{"linkingMode": "ALL_REGIONS"}})
	members := of(act{token: typeHubOrg, name: "m", inputs: props{"autoEnable": true}})
	cis := "cis-aws-foundations-benchmark/v/3.0.0"
	refusals(t, map[string]ruleCase{
		"twice": {
			after: []act{of(hubAct())}, create: of(act{token: typeHub, name: "i", inputs: props{}}), code: "ResourceConflictException",
			status: http.StatusConflict, message: "Account is already subscribed to Security Hub", unless: "h",
		},
		"a standard while off": {
			create: standard("s", cis), code: "InvalidAccessException", status: http.StatusUnauthorized, message: off, first: []act{of(hubAct())},
		},
		"an aggregator while off": {
			create: aggregator, code: "InvalidAccessException", status: http.StatusUnauthorized, message: off, first: []act{of(hubAct())},
		},
		"members while off": {
			after: []act{hubAdmin()}, create: members, code: "InvalidAccessException", status: http.StatusUnauthorized, message: off, first: []act{of(hubAct())},
		},
		"members of another's organization": {
			after: []act{of(hubAct())}, create: members, code: "InvalidAccessException", status: http.StatusUnauthorized,
			message: "Account " + memberID + " is not an administrator for this organization", first: []act{hubAdmin()},
		},
		"a standard that is none": {
			after: []act{of(hubAct())}, create: standard("s", "cis-aws-foundations-benchmark/v/2.0.0"), code: "InvalidInputException",
			message: "Invalid parameter: StandardsSubscriptionRequests. arn:aws:securityhub:eu-west-1::standards/" +
				"cis-aws-foundations-benchmark/v/2.0.0 is not a standard",
			passes: props{"standardsArn": "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"},
		},
		"a standard twice": {
			after: []act{of(hubAct()), standard("s", cis)}, create: standard("t", cis), code: "ResourceConflictException",
			status: http.StatusConflict, message: "Standard arn:aws:securityhub:eu-west-1::standards/" + cis + " is enabled already", unless: "s",
		},
		"two aggregators": {
			after: []act{of(hubAct()), aggregator}, create: of(act{token: typeHubAggregator, name: "b", inputs: props{"linkingMode": "ALL_REGIONS"}}),
			code: "ResourceConflictException", status: http.StatusConflict, message: "A finding aggregator already exists in eu-west-1", unless: "a",
		},
		"central without an aggregator": {
			after: []act{hubAdmin(), of(hubAct())}, code: "InvalidInputException",
			create: of(act{token: typeHubOrg, name: "m", inputs: props{
				"autoEnable": false, "autoEnableStandards": "NONE", "organizationConfiguration": props{"configurationType": "CENTRAL"},
			}}),
			message: "A finding aggregator has to be created before central configuration is used.", first: []act{aggregator},
		},
		"central and by itself": {
			after: []act{hubAdmin(), of(hubAct()), aggregator}, code: "InvalidInputException",
			create: of(act{token: typeHubOrg, name: "m", inputs: props{
				"autoEnable": true, "autoEnableStandards": "NONE", "organizationConfiguration": props{"configurationType": "CENTRAL"},
			}}),
			message: "AutoEnable must be false and AutoEnableStandards NONE for central configuration.", passes: props{"autoEnable": false},
		},
		"an administrator that is no member": {
			after:  []act{hubAdmin()},
			create: act{token: typeHubAdmin, name: "hb", inputs: props{"adminAccountId": "999999999999"}}, code: "InvalidInputException",
			message: "Account 999999999999 is not a member of the organization.", never: true,
		},
	})
}

// TestAdministratorsStayOn: the administrator's own detector and hub outlast its office.
func TestAdministratorsStayOn(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		guardAdmin(), hubAdmin(), of(detectorAct("d")), of(hubAct()),
		of(act{token: typeGuardOrg, name: "o", inputs: props{"detectorId": "$d", "autoEnableOrganizationMembers": "ALL"}}),
	}}, "")
	member := s.in(memberID, "eu-west-1")
	for name, code := range map[string]string{"d": "BadRequestException", "h": "InvalidInputException"} {
		refused := member.destroy(s.made[name])
		require.NotNil(t, refused, name)
		require.Equal(t, code, refused.Code)
	}
	require.Nil(t, s.destroy(s.made["ga"]))
	require.Nil(t, s.destroy(s.made["ha"]))
	require.Nil(t, member.destroy(s.made["d"]))
	require.Nil(t, member.destroy(s.made["h"]))
}

func TestAnalyzerRules(t *testing.T) {
	t.Parallel()
	analyzer := of(act{token: typeAnalyzer, name: "a", inputs: props{"analyzerName": "all", "type": "ORGANIZATION"}})
	delegation := act{token: typeDelegatedAdmin, name: "d", inputs: props{"accountId": memberID, "servicePrincipal": "access-analyzer.amazonaws.com"}}
	trusted := trusting("access-analyzer.amazonaws.com")
	refusals(t, map[string]ruleCase{
		"the organization's without trust": {
			create: analyzer, code: "ValidationException", first: []act{trusted, delegation},
			message: "Trusted access of access-analyzer.amazonaws.com is not enabled for the organization of " + memberID,
		},
		"the organization's by a member": {
			after: []act{trusted}, create: analyzer, code: "AccessDeniedException", status: http.StatusForbidden, first: []act{delegation},
			message: "You must create an organization analyzer in the management account or a delegated administrator account.",
		},
		"two of a kind": {
			after:  []act{{token: typeAnalyzer, name: "a", inputs: props{"analyzerName": "one"}}},
			create: act{token: typeAnalyzer, name: "b", inputs: props{"analyzerName": "two"}}, code: "ServiceQuotaExceededException",
			status: http.StatusPaymentRequired, message: "You have reached the quota of analyzers of type ACCOUNT", unless: "a",
		},
		"a name twice": {
			after:  []act{{token: typeAnalyzer, name: "a", inputs: props{"analyzerName": "one"}}},
			create: act{token: typeAnalyzer, name: "b", inputs: props{"analyzerName": "one", "type": "ACCOUNT_UNUSED_ACCESS"}}, code: "ConflictException",
			status: http.StatusConflict, message: "An analyzer with the name one already exists", passes: props{"analyzerName": "two"},
		},
	})
}

func TestDetectionFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"an age for what is not unused": {
			token: typeAnalyzer, inputs: props{"analyzerName": "a", "type": "ACCOUNT", "configuration": props{"unusedAccess": props{"unusedAccessAge": 90}}},
			want:   []Failure{{"", "ValidationException: unusedAccess is for analyzers of unused access, not for ACCOUNT"}},
			passes: props{"type": "ACCOUNT_UNUSED_ACCESS"},
		},
		"regions that are not asked for": {
			token: typeHubAggregator, inputs: props{"linkingMode": "ALL_REGIONS", "specifiedRegions": []any{"eu-west-1"}},
			want:   []Failure{{"", "InvalidInputException: Regions must not be given with linking mode ALL_REGIONS"}},
			passes: props{"linkingMode": "SPECIFIED_REGIONS"},
		},
		"regions that are": {
			token: typeHubAggregator, inputs: props{"linkingMode": "SPECIFIED_REGIONS"},
			want:   []Failure{{"", "InvalidInputException: Regions have to be given with linking mode SPECIFIED_REGIONS"}},
			passes: props{"linkingMode": "ALL_REGIONS"},
		},
		"a feature": {
			token: typeGuardFeature, inputs: props{"detectorId": "d", "name": "S3", "autoEnable": "ALL"},
			want: []Failure{{"name", `"S3" must be one of S3_DATA_EVENTS, EKS_AUDIT_LOGS, EBS_MALWARE_PROTECTION, RDS_LOGIN_EVENTS, ` +
				`EKS_RUNTIME_MONITORING, LAMBDA_NETWORK_LOGS, RUNTIME_MONITORING`}},
			passes: props{"name": "S3_DATA_EVENTS"},
		},
	})
}
