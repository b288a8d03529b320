package security

// computeRights are what runs code: machines, functions, and what balances load before them.
func (f facts) computeRights() []right {
	return []right{
		{
			sid: "Machines", service: "ec2",
			verbs: `AssociateIamInstanceProfile AttachNetworkInterface AttachVolume CreateLaunchTemplate CreateLaunchTemplateVersion
				CreatePlacementGroup CreateSnapshot CreateVolume DeleteLaunchTemplate DeleteLaunchTemplateVersions
				DeletePlacementGroup DeleteSnapshot DeleteVolume DetachVolume DisassociateIamInstanceProfile ModifyInstanceAttribute
				ModifyInstanceMaintenanceOptions ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyVolume MonitorInstances
				ReplaceIamInstanceProfileAssociation RunInstances StartInstances StopInstances TerminateInstances
				UnmonitorInstances`,
		},
		{
			sid: "MachineDefaults", service: "ec2",
			verbs: `EnableEbsEncryptionByDefault EnableImageBlockPublicAccess EnableSnapshotBlockPublicAccess ModifyEbsDefaultKmsKeyId
				ModifyInstanceMetadataDefaults ResetEbsDefaultKmsKeyId`,
		},
		{
			sid: "Scaling", service: "autoscaling", why: "reads of groups",
			verbs: `AttachLoadBalancerTargetGroups AttachTrafficSources CancelInstanceRefresh CreateAutoScalingGroup CreateOrUpdateTags
				DeleteAutoScalingGroup DeleteLifecycleHook DeleteNotificationConfiguration DeletePolicy DeleteScheduledAction
				DeleteTags DeleteWarmPool Describe* DetachLoadBalancerTargetGroups DetachTrafficSources DisableMetricsCollection
				EnableMetricsCollection PutLifecycleHook PutNotificationConfiguration PutScalingPolicy
				PutScheduledUpdateGroupAction PutWarmPool ResumeProcesses SetDesiredCapacity SetInstanceProtection
				StartInstanceRefresh SuspendProcesses UpdateAutoScalingGroup`,
		},
		{
			sid: "Balancers", service: "elasticloadbalancing", why: "reads of load balancers",
			verbs: `AddListenerCertificates AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup CreateTrustStore
				DeleteListener DeleteLoadBalancer DeleteRule DeleteTargetGroup DeleteTrustStore DeregisterTargets Describe*
				ModifyListener ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyRule ModifyTargetGroup
				ModifyTargetGroupAttributes RegisterTargets RemoveListenerCertificates RemoveTags SetIpAddressType
				SetRulePriorities SetSecurityGroups SetSubnets SetWebAcl`,
		},
		{
			sid: "Functions", service: "lambda", why: "reads of functions: their settings and their code",
			verbs: `AddLayerVersionPermission AddPermission CreateAlias CreateCodeSigningConfig CreateEventSourceMapping CreateFunction
				CreateFunctionUrlConfig DeleteAlias DeleteCodeSigningConfig DeleteEventSourceMapping DeleteFunction
				DeleteFunctionCodeSigningConfig DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig
				DeleteLayerVersion DeleteProvisionedConcurrencyConfig Get* List* PublishLayerVersion PublishVersion
				PutFunctionCodeSigningConfig PutFunctionConcurrency PutFunctionEventInvokeConfig
				PutFunctionRecursionConfig PutProvisionedConcurrencyConfig PutRuntimeManagementConfig RemoveLayerVersionPermission
				RemovePermission TagResource UntagResource UpdateAlias UpdateCodeSigningConfig UpdateEventSourceMapping
				UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig`,
		},
	}
}

// containerRights are clusters, and where their images are.
func (f facts) containerRights() []right {
	return []right{
		{
			sid: "Kubernetes", service: "eks", why: "reads of clusters; what runs in one is asked of the cluster itself",
			verbs: `AccessKubernetesApi AssociateAccessPolicy AssociateEncryptionConfig AssociateIdentityProviderConfig
				CreateAccessEntry CreateAddon CreateCluster CreateFargateProfile CreateNodegroup CreatePodIdentityAssociation
				DeleteAccessEntry DeleteAddon DeleteCluster DeleteFargateProfile DeleteNodegroup DeletePodIdentityAssociation
				Describe* DisassociateAccessPolicy DisassociateIdentityProviderConfig List* TagResource UntagResource
				UpdateAccessEntry UpdateAddon UpdateClusterConfig UpdateClusterVersion UpdateNodegroupConfig
				UpdateNodegroupVersion UpdatePodIdentityAssociation`,
		},
		{
			sid: "Tasks", service: "ecs", why: "reads of clusters, services and tasks",
			verbs: `CreateCapacityProvider CreateCluster CreateService CreateTaskSet DeleteAccountSetting DeleteCapacityProvider
				DeleteCluster DeleteService DeleteTaskDefinitions DeleteTaskSet DeregisterTaskDefinition Describe* List*
				PutAccountSetting PutAccountSettingDefault PutClusterCapacityProviders RegisterTaskDefinition TagResource
				UntagResource UpdateCapacityProvider UpdateCluster UpdateClusterSettings UpdateService
				UpdateServicePrimaryTaskSet UpdateTaskSet`,
		},
		{
			sid: "TaskScaling", service: "application-autoscaling", why: "reads of targets and policies",
			verbs: `DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget Describe* ListTagsForResource PutScalingPolicy
				PutScheduledAction RegisterScalableTarget TagResource UntagResource`,
		},
		{
			sid: "Images", service: "ecr", why: "reads of repositories, not of layers",
			verbs: `BatchGetRepositoryScanningConfiguration CreatePullThroughCacheRule CreateRepository CreateRepositoryCreationTemplate
				DeleteLifecyclePolicy DeletePullThroughCacheRule DeleteRegistryPolicy DeleteRepository
				DeleteRepositoryCreationTemplate DeleteRepositoryPolicy Describe* GetAccountSetting GetAuthorizationToken
				GetLifecyclePolicy GetRegistryPolicy GetRegistryScanningConfiguration GetRepositoryPolicy ListTagsForResource
				PutAccountSetting PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy PutRegistryPolicy
				PutRegistryScanningConfiguration PutReplicationConfiguration SetRepositoryPolicy TagResource UntagResource
				UpdatePullThroughCacheRule UpdateRepositoryCreationTemplate`,
		},
		{
			sid: "Schedules", service: "scheduler", why: "reads of schedules",
			verbs: `CreateSchedule CreateScheduleGroup DeleteSchedule DeleteScheduleGroup Get* List* TagResource UntagResource
				UpdateSchedule`,
		},
	}
}
