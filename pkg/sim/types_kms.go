package sim

import "time"

// Kinds that others refer to.
const (
	kindKey      = "key"
	kindLogGroup = "log group"
)

const (
	kmsTimes  = "KMS calls answer within a second; the provider waits until the key's state, policy and tags are seen"
	logsTimes = "CloudWatch Logs calls answer within a second"
)

// keyTypes are KMS's and CloudWatch Logs'. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/kms, internal/service/logs).
func keyTypes() []row {
	return []row{keyRow(), aliasRow(), logGroupRow()}
}

func keyRow() row {
	return row{
		Token: "aws:kms/key:Key", Kind: kindKey,
		Actions: actions{
			Create: []string{"kms:CreateKey *", "kms:TagResource"},
			Update: []string{"kms:UpdateKeyDescription", "kms:PutKeyPolicy", "kms:TagResource"},
			Delete: []string{"kms:ScheduleKeyDeletion"},
			Read:   []string{"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"},
		},
		ID: keyID,
		Computed: map[string]maker{
			"arn":                  fill("arn:{partition}:kms:{region}:{account}:key/{id}"),
			"keyId":                fill("{id}"),
			"description":          fixed(""),
			"policy":               defaultKeyPolicy,
			"multiRegion":          fixed(false),
			"rotationPeriodInDays": rotationPeriod,
		},
		Defaults: map[string]any{
			"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "isEnabled": true,
			"enableKeyRotation": false, "bypassPolicyLockoutSafetyCheck": false,
		},
		Replace:   []string{"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"},
		Documents: []string{"policy"},
		Valid: map[string]validator{
			"deletionWindowInDays": between(7, 30), "rotationPeriodInDays": between(90, 2560), "description": longest(8192),
			"keyUsage": oneOf("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
		},
		Create:   []rule{keyPolicyIsWellFormed, keyPolicyNamesSomebody, keyPolicyKeepsControl, rotationSuitsKey},
		Update:   []rule{keyPolicyIsWellFormed, keyPolicyNamesSomebody, keyPolicyKeepsControl, rotationSuitsKey},
		NotFound: &refusal{Code: "NotFoundException", Message: "Key '{target}' does not exist"},
		Quotas: []quota{{Limit: 100000, refusal: refusal{
			Code: "LimitExceededException", Message: "You have reached the limit on the number of keys in this account."}}},
		Latency: latency{Create: 10 * time.Second, Update: 3 * time.Second, Delete: 2 * time.Second, Source: kmsTimes},
	}
}

func aliasRow() row {
	return row{
		Token: "aws:kms/alias:Alias",
		Actions: actions{
			Create: []string{"kms:CreateAlias", "kms:CreateAlias {targetKeyArn}"},
			Update: []string{"kms:UpdateAlias", "kms:UpdateAlias {targetKeyArn}"},
			Delete: []string{"kms:DeleteAlias", "kms:DeleteAlias {targetKeyArn}"},
			Read:   []string{"kms:ListAliases *"},
		},
		ID: aliasName,
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:kms:{region}:{account}:{id}"), "name": fill("{id}"), "targetKeyArn": targetKeyARN,
		},
		Live:     []string{"targetKeyArn"},
		Replace:  []string{"name", "namePrefix"},
		Valid:    map[string]validator{"name": aliasFault},
		Weak:     []string{"targetKeyId"},
		Refs:     map[string]string{"targetKeyId": kindKey},
		NotFound: &refusal{Code: "NotFoundException", Message: "Alias {target} is not found."},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code:    "AlreadyExistsException",
			Message: "An alias with the name arn:{partition}:kms:{region}:{account}:{name} already exists"}}},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: kmsTimes},
	}
}

func logGroupRow() row {
	return row{
		Token: "aws:cloudwatch/logGroup:LogGroup", Kind: kindLogGroup,
		Actions: actions{
			Create: []string{"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"},
			Update: []string{"logs:PutRetentionPolicy", "logs:TagResource"},
			Delete: []string{"logs:DeleteLogGroup"},
			Read:   []string{"logs:DescribeLogGroups"},
		},
		ID:       fill("{name}"),
		Autoname: autoname{Property: "name", Limit: 512},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:logs:{region}:{account}:log-group:{name}"), "logGroupClass": fixed("STANDARD"),
		},
		Defaults: map[string]any{"retentionInDays": 0, "skipDestroy": false},
		Replace:  []string{"name", "namePrefix", "logGroupClass"},
		Valid: map[string]validator{
			"name":            matching(logGroupPattern, "1 to 512 letters, digits and any of ./_#-"),
			"retentionInDays": retention,
			"logGroupClass":   oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
		},
		Create: []rule{keyServesLogs},
		Update: []rule{keyServesLogs},
		Weak:   []string{"kmsKeyId"},
		NotFound: &refusal{
			Code: "ResourceNotFoundException", Message: "The specified log group does not exist."},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code: "ResourceAlreadyExistsException", Message: "The specified log group already exists"}}},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: logsTimes},
	}
}
