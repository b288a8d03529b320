package security

// watchRights are logs, metrics and alarms.
func (f facts) watchRights() []right {
	return []right{
		{
			sid: "Logs", service: "logs", why: "reads of groups' settings, not of what is logged",
			verbs: `AssociateKmsKey CreateDelivery CreateLogDelivery CreateLogGroup CreateLogStream DeleteAccountPolicy
				DeleteDataProtectionPolicy DeleteDelivery DeleteDeliveryDestination DeleteDeliveryDestinationPolicy
				DeleteDeliverySource DeleteIndexPolicy DeleteLogDelivery DeleteLogGroup DeleteLogStream DeleteMetricFilter
				DeleteQueryDefinition DeleteResourcePolicy DeleteRetentionPolicy DeleteSubscriptionFilter Describe*
				DisassociateKmsKey GetDataProtectionPolicy GetDelivery* GetLogDelivery List* PutAccountPolicy
				PutDataProtectionPolicy PutDeliveryDestination PutDeliveryDestinationPolicy PutDeliverySource PutIndexPolicy
				PutMetricFilter PutQueryDefinition PutResourcePolicy PutRetentionPolicy PutSubscriptionFilter TagLogGroup
				TagResource UntagLogGroup UntagResource UpdateLogDelivery`,
		},
		{
			sid: "Metrics", service: "cloudwatch", why: "reads of alarms, dashboards and metrics",
			verbs: `DeleteAlarms DeleteAnomalyDetector DeleteDashboards DeleteInsightRules DeleteMetricStream Describe*
				DisableAlarmActions EnableAlarmActions Get* List* PutAnomalyDetector PutCompositeAlarm PutDashboard PutInsightRule
				PutMetricAlarm PutMetricStream StartMetricStreams StopMetricStreams TagResource UntagResource`,
		},
		{
			sid: "Events", service: "events", why: "reads of rules",
			verbs: `ActivateEventSource CreateApiDestination CreateArchive CreateConnection CreateEventBus DeleteApiDestination
				DeleteArchive DeleteConnection DeleteEventBus DeleteRule Describe* DisableRule EnableRule List* PutPermission
				PutRule PutTargets RemovePermission RemoveTargets TagResource UntagResource UpdateArchive UpdateConnection
				UpdateEventBus`,
		},
		{
			sid: "Traces", service: "xray", why: "reads of groups and rules, not of traces",
			verbs: `CreateGroup CreateSamplingRule DeleteGroup DeleteResourcePolicy DeleteSamplingRule GetEncryptionConfig GetGroup*
				GetSamplingRules List* PutEncryptionConfig PutResourcePolicy TagResource UntagResource UpdateGroup
				UpdateSamplingRule`,
		},
		{
			sid: "Parameters", service: "ssm", why: "reads of documents, maintenance windows and their like",
			verbs: `AddTagsToResource CreateAssociation CreateDocument CreateMaintenanceWindow CreatePatchBaseline DeleteAssociation
				DeleteDocument DeleteMaintenanceWindow DeleteParameter DeletePatchBaseline
				DeregisterPatchBaselineForPatchGroup DeregisterTargetFromMaintenanceWindow DeregisterTaskFromMaintenanceWindow
				Describe* GetDocument GetMaintenanceWindow* GetPatchBaseline* GetServiceSetting List* ModifyDocumentPermission
				PutParameter RegisterPatchBaselineForPatchGroup RegisterTargetWithMaintenanceWindow
				RegisterTaskWithMaintenanceWindow RemoveTagsFromResource UpdateAssociation UpdateDocument
				UpdateDocumentDefaultVersion UpdateMaintenanceWindow UpdateMaintenanceWindowTask UpdatePatchBaseline
				UpdateServiceSetting`,
		},
		{
			sid: "ReadParameters", service: "ssm", verbs: "GetParameter GetParameters",
			on: []string{f.own("ssm", "parameter/"+f.scope.Organization+"/*"), f.scopeless("ssm", "parameter/aws/service/*")},
		},
	}
}

// auditRights are what records the account, and what else is set for it as a whole. What switches records off is denied to
// everyone but the deploy role by service control policies, so that a stack can still be taken down.
func (f facts) auditRights() []right {
	rights := []right{
		{
			sid: "Config", service: "config", why: "reads of what is recorded",
			verbs: `BatchGet* DeleteAggregationAuthorization DeleteConfigRule DeleteConfigurationAggregator DeleteConfigurationRecorder
				DeleteConformancePack DeleteDeliveryChannel DeleteOrganizationConfigRule DeleteOrganizationConformancePack
				DeleteRemediationConfiguration DeleteRetentionConfiguration Describe* Get* List* PutAggregationAuthorization
				PutConfigRule PutConfigurationAggregator PutConfigurationRecorder PutConformancePack PutDeliveryChannel
				PutOrganizationConfigRule PutOrganizationConformancePack PutRemediationConfigurations
				PutRetentionConfiguration StartConfigurationRecorder StopConfigurationRecorder TagResource UntagResource`,
		},
		{
			sid: "Costs", service: "budgets", where: worldwide, why: "reads of budgets",
			verbs: "Describe* ExecuteBudgetAction ListTagsForResource ModifyBudget TagResource UntagResource ViewBudget",
		},
		{
			sid: "Tags", service: "tag", why: "reads of tags", verbs: "Get* TagResources UntagResources",
		},
		{
			sid: "Quotas", service: "servicequotas", why: "reads of quotas",
			verbs: "Get* List* RequestServiceQuotaIncrease TagResource UntagResource",
		},
		{
			sid: "Contacts", service: "account", where: worldwide,
			verbs: `DeleteAlternateContact GetAccountInformation GetAlternateContact GetContactInformation GetRegionOptStatus
				ListRegions PutAlternateContact PutContactInformation`,
			on: []string{f.scope.GlobalARN("account", f.scope.AccountID, "account")},
		},
	}
	if f.watches {
		rights = append(rights, f.watchingRights()...)
	}
	return rights
}

// watchingRights are what judges every account, in the one account that does: a workload cannot touch it.
func (f facts) watchingRights() []right {
	return []right{
		{
			sid: "Threats", service: "guardduty", why: "reads of detectors and findings",
			verbs: `CreateDetector CreateFilter CreateIPSet CreateMalwareProtectionPlan CreateMembers CreatePublishingDestination
				CreateThreatIntelSet DeleteDetector DeleteFilter DeleteIPSet DeleteMalwareProtectionPlan
				DeletePublishingDestination DeleteThreatIntelSet Describe* Get* List* TagResource UntagResource UpdateDetector
				UpdateFilter UpdateIPSet UpdateMalwareProtectionPlan UpdateMemberDetectors UpdateOrganizationConfiguration
				UpdatePublishingDestination UpdateThreatIntelSet`,
		},
		{
			sid: "Findings", service: "securityhub", why: "reads of standards and findings",
			verbs: `BatchDisableStandards BatchEnableStandards BatchGet* CreateActionTarget CreateConfigurationPolicy
				CreateFindingAggregator CreateInsight DeleteActionTarget DeleteConfigurationPolicy DeleteFindingAggregator
				DeleteInsight Describe* DisableSecurityHub EnableImportFindingsForProduct EnableSecurityHub Get* List*
				StartConfigurationPolicyAssociation StartConfigurationPolicyDisassociation TagResource UntagResource
				UpdateConfigurationPolicy UpdateFindingAggregator UpdateInsight UpdateOrganizationConfiguration
				UpdateSecurityHubConfiguration UpdateStandardsControl`,
		},
		{
			sid: "Analyzer", service: "access-analyzer", why: "reads of analyzers and findings",
			verbs: `CreateAnalyzer CreateArchiveRule DeleteAnalyzer DeleteArchiveRule Get* List* TagResource UntagResource
				UpdateAnalyzer UpdateArchiveRule ValidatePolicy`,
		},
		{
			sid: "Trail", service: "cloudtrail", why: "reads of trails",
			verbs: `AddTags CreateEventDataStore CreateTrail DeleteEventDataStore DeleteTrail Describe* Get* List* PutEventSelectors
				PutInsightSelectors RemoveTags StartLogging StopLogging UpdateEventDataStore UpdateTrail`,
		},
		{
			// What a delegated administrator asks before it acts for everybody, and the accounts it acts for.
			sid: "Organization", service: "organizations", where: worldwide, why: "reads of who belongs to the organization",
			verbs: "Describe* List*",
		},
	}
}
