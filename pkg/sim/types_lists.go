package sim

const typePrefixList = "aws:ec2/managedPrefixList:ManagedPrefixList"

// awsPrefixLists are AWS's own lists by the part of their name after the region, with what they count in a security group.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights
var awsPrefixLists = map[string]int{
	"cloudfront.origin-facing": 55, "dynamodb": 1, "ec2-instance-connect": 2, "route53-healthchecks": 25, "s3": 1, "s3express": 6,
	"vpc-lattice": 10,
}

// listTypes are prefix lists. What replaces one is ForceNew in the Terraform provider (ec2_managed_prefix_list).
func listTypes() []row {
	return []row{{
		Token: typePrefixList, Prefix: "pl", Sight: sharedByRAM,
		Actions: actions{
			Create: []string{"ec2:CreateManagedPrefixList", "ec2:CreateTags"}, Update: []string{"ec2:ModifyManagedPrefixList", "ec2:CreateTags"},
			Delete: []string{"ec2:DeleteManagedPrefixList"},
			Read:   []string{"ec2:DescribeManagedPrefixLists *", "ec2:GetManagedPrefixListEntries"},
		},
		Autoname: autoname{Property: "name", Limit: 255},
		Computed: map[string]maker{"arn": ec2ARN("prefix-list"), "ownerId": fill("{account}"), "version": listVersion, "entries": fixed([]any{})},
		Live:     []string{"version"},
		Replace:  []string{"addressFamily"},
		Sets:     []string{"entries"},
		Valid:    map[string]validator{"addressFamily": oneOf("IPv4", "IPv6"), "maxEntries": between(1, 1000)},
		Create:   []rule{listNameIsOurs, listEntriesFit}, Update: []rule{listNameIsOurs, listEntriesFit, listUsersHaveRoom},
		NotFound: &refusal{Code: "InvalidPrefixListID.NotFound", Message: "The prefix list ID '{target}' does not exist"},
		InUse:    violation("The prefix list '{id}' has dependencies and cannot be deleted."),
		Quotas: []quota{{Limit: 100, refusal: refusal{
			Code: "PrefixListLimitExceeded", Message: "The maximum number of prefix lists has been reached."}}},
		Latency: quick(),
	}}
}
