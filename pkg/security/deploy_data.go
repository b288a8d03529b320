package security

// dataRights are databases, their secrets and keys, and how they are backed up. The deploy role makes and changes what
// keeps data; it reads none of it but the secrets it writes.
func (f facts) dataRights() []right {
	named := f.scope.Organization + "-*"
	return []right{
		{
			sid: "Databases", service: "rds", why: "reads of settings; rows are read by another service",
			verbs: `AddRoleToDBCluster AddRoleToDBInstance AddTagsToResource CopyDBSnapshot CreateBlueGreenDeployment CreateDBCluster
				CreateDBClusterEndpoint CreateDBClusterParameterGroup CreateDBClusterSnapshot CreateDBInstance
				CreateDBInstanceReadReplica CreateDBParameterGroup CreateDBProxy CreateDBProxyEndpoint CreateDBSnapshot
				CreateDBSubnetGroup CreateEventSubscription CreateGlobalCluster CreateOptionGroup DeleteBlueGreenDeployment
				DeleteDBCluster DeleteDBClusterEndpoint DeleteDBClusterParameterGroup DeleteDBClusterSnapshot DeleteDBInstance
				DeleteDBParameterGroup DeleteDBProxy DeleteDBProxyEndpoint DeleteDBSnapshot DeleteDBSubnetGroup
				DeleteEventSubscription DeleteGlobalCluster DeleteOptionGroup DeregisterDBProxyTargets Describe*
				ListTagsForResource ModifyCertificates ModifyDBCluster ModifyDBClusterEndpoint ModifyDBClusterParameterGroup
				ModifyDBInstance ModifyDBParameterGroup ModifyDBProxy ModifyDBProxyEndpoint ModifyDBProxyTargetGroup
				ModifyDBSubnetGroup ModifyEventSubscription ModifyGlobalCluster ModifyOptionGroup PromoteReadReplica
				RebootDBInstance RegisterDBProxyTargets RemoveFromGlobalCluster RemoveRoleFromDBCluster RemoveRoleFromDBInstance
				RemoveTagsFromResource ResetDBClusterParameterGroup ResetDBParameterGroup RestoreDBClusterFromSnapshot
				RestoreDBClusterToPointInTime RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime
				StartDBCluster StartDBInstance StopDBCluster StopDBInstance SwitchoverBlueGreenDeployment`,
		},
		{
			sid: "Tables", service: "dynamodb", why: "reads of settings; items are read by other actions",
			verbs: `CreateBackup CreateTable CreateTableReplica DeleteBackup DeleteResourcePolicy DeleteTable DeleteTableReplica
				Describe* DisableKinesisStreamingDestination EnableKinesisStreamingDestination GetResourcePolicy ListTables
				ListTagsOfResource PutResourcePolicy RestoreTableFromBackup RestoreTableToPointInTime TagResource UntagResource
				UpdateContinuousBackups UpdateContributorInsights UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive`,
			on: []string{f.own("dynamodb", "*")},
		},
		{
			sid: "Secrets", service: "secretsmanager",
			verbs: `CancelRotateSecret CreateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue
				ListSecretVersionIds PutResourcePolicy PutSecretValue RemoveRegionsFromReplication ReplicateSecretToRegions
				RestoreSecret RotateSecret TagResource UntagResource UpdateSecret UpdateSecretVersionStage`,
			on: []string{f.own("secretsmanager", "secret:"+named)},
		},
		{
			// The passwords that databases keep for themselves: made in the caller's name, read by nobody here.
			sid: "DatabaseSecrets", service: "secretsmanager", verbs: "CreateSecret DescribeSecret RotateSecret TagResource",
			on: []string{f.own("secretsmanager", "secret:rds!*")},
		},
		{sid: "RandomPasswords", service: "secretsmanager", verbs: "GetRandomPassword ListSecrets"},
		{
			sid: "Keys", service: "kms",
			why: "reads of keys' settings; to open or close anything with a key, its own policy must let the role, through one service",
			verbs: `CancelKeyDeletion CreateAlias CreateGrant CreateKey DeleteAlias DescribeKey DisableKey DisableKeyRotation
				EnableKey EnableKeyRotation GetKey* List* PutKeyPolicy ReplicateKey RetireGrant RevokeGrant ScheduleKeyDeletion
				TagResource UntagResource UpdateAlias UpdateKeyDescription UpdatePrimaryRegion`,
		},
	}
}

// storageRights are buckets, without what lies in them, and backups.
func (f facts) storageRights() []right {
	return []right{
		{
			sid: "Buckets", service: "s3", where: ownS3, why: "reads of buckets' settings, not of objects",
			on: []string{f.scope.GlobalARN("s3", "", "*")},
			verbs: `CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration
				GetAnalyticsConfiguration GetBucket* GetEncryptionConfiguration GetIntelligentTieringConfiguration
				GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket
				ListBucketVersions ListTagsForResource PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAcl
				PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration
				PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging
				PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
				PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration PutReplicationConfiguration
				TagResource UntagResource`,
		},
		{sid: "Account", service: "s3", verbs: "GetAccountPublicAccessBlock ListAllMyBuckets PutAccountPublicAccessBlock"},
		{
			sid: "Backups", service: "backup", why: "reads of plans, vaults and jobs",
			verbs: `CreateBackupPlan CreateBackupSelection CreateBackupVault CreateFramework CreateLogicallyAirGappedBackupVault
				CreateReportPlan CreateRestoreTestingPlan CreateRestoreTestingSelection DeleteBackupPlan DeleteBackupSelection
				DeleteBackupVault DeleteBackupVaultAccessPolicy DeleteBackupVaultLockConfiguration
				DeleteBackupVaultNotifications DeleteFramework DeleteReportPlan DeleteRestoreTestingPlan
				DeleteRestoreTestingSelection Describe* Get* List* PutBackupVaultAccessPolicy PutBackupVaultLockConfiguration
				PutBackupVaultNotifications TagResource UntagResource UpdateBackupPlan UpdateFramework UpdateGlobalSettings
				UpdateRegionSettings UpdateReportPlan UpdateRestoreTestingPlan UpdateRestoreTestingSelection`,
		},
		// Making a vault asks for this one beside; it has no other use.
		{sid: "BackupStorage", service: "backup-storage", verbs: "MountCapsule"},
		{
			sid: "Topics", service: "sns", why: "reads of topics",
			verbs: `AddPermission CreateTopic DeleteTopic Get* List* PutDataProtectionPolicy RemovePermission SetSubscriptionAttributes
				SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource`,
			on: []string{f.own("sns", "*")},
		},
		{
			sid: "Queues", service: "sqs", why: "reads of queues, not of messages",
			verbs: `AddPermission CreateQueue DeleteQueue GetQueue* List* RemovePermission SetQueueAttributes TagQueue UntagQueue`,
			on:    []string{f.own("sqs", "*")},
		},
	}
}
