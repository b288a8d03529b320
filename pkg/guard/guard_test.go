package guard

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// TestNothingIsLost names the controls of network, IAM, S3, KMS and the account baseline that must be among those judged:
// all that Security Hub and the CIS benchmark have there which resource inputs can tell, and the house's own.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	needed := map[string]string{
		"network": `EC2.2 EC2.6 EC2.10 EC2.13 EC2.14 EC2.15 EC2.16 EC2.18 EC2.19 EC2.21 EC2.23 EC2.51 EC2.53 EC2.54 EC2.55
			EC2.56 EC2.57 EC2.58 EC2.60 EC2.171 EC2.172 EC2.180 EC2.183 Route53.2 NetworkFirewall.1 NetworkFirewall.2
			NetworkFirewall.3 NetworkFirewall.4 NetworkFirewall.5 NetworkFirewall.6 NetworkFirewall.9 NetworkFirewall.10 H13 H15`,
		"IAM":       `IAM.1 IAM.2 IAM.7 IAM.15 IAM.16 IAM.18 IAM.21 IAM.27 IAM.28 H18 H19 H20 H21 H22 H23 H24 H25`,
		"S3":        `S3.1 S3.2 S3.3 S3.5 S3.6 S3.8 S3.9 S3.10 S3.12 S3.13 S3.14 S3.15 S3.17 S3.19 S3.22 S3.23 S3.24`,
		"KMS":       `KMS.1 KMS.2 KMS.3 KMS.4 KMS.5 SecretsManager.1 SecretsManager.4 H3 H4`,
		"baseline":  `Account.1 CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5 CloudTrail.6 CloudTrail.7 Config.1 EC2.1 EC2.7 EC2.182 GuardDuty.1 H26`,
		"logs":      `CloudWatch.15 CloudWatch.16 CloudWatch.17 H6`,
		"messages":  `SNS.1 SNS.4 SQS.1 SQS.3`,
		"instances": `EC2.3 EC2.8 EC2.9 EC2.12 EC2.17 EC2.24 EC2.25 EC2.28 EC2.170 EC2.173 EC2.181`,
		"all":       `H1 H14 H17`,
	}
	there := byID()
	for area, ids := range needed {
		for _, id := range strings.Fields(ids) {
			require.Contains(t, there, id, area)
		}
	}
}

// TestControlsAreWellFormed: ids are unique, and each says what it is, where it is from and what it looks at.
func TestControlsAreWellFormed(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, control := range Controls() {
		ids = append(ids, control.ID)
		require.Regexp(t, `^([A-Z][A-Za-z0-9]+\.[1-9][0-9]*|H[1-9][0-9]*)$`, control.ID)
		require.NotEmpty(t, control.Title, control.ID)
		require.NotEmpty(t, control.Standards, control.ID)
		require.NotEmpty(t, control.Source, control.ID)
		require.True(t, control.resource != nil || control.account != nil, "%s judges nothing", control.ID)
		require.Equal(t, strings.HasPrefix(control.ID, "H"), slices.Contains(control.Standards, house), control.ID)
		for _, one := range control.Types {
			require.Regexp(t, `^aws:[a-z0-9]+/[a-zA-Z0-9]+:[A-Z][A-Za-z0-9]+$`, one, control.ID)
		}
	}
	require.Len(t, slices.Compact(slices.Clone(ids)), len(ids), "an id is there twice")
	require.Less(t, slices.Index(ids, "EC2.2"), slices.Index(ids, "EC2.10"), "by number, not by letter")
}

// TestTaggable compares the types that take tags with the schemas of the simulated cloud, which are the provider's.
func TestTaggable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "sim", "schema", "aws.json"))
	require.NoError(t, err)
	var schema struct {
		Resources map[string]struct{ Inputs map[string]string }
	}
	require.NoError(t, json.Unmarshal(text, &schema))
	for of, described := range schema.Resources {
		_, takes := described.Inputs["tags"]
		require.Equal(t, takes, slices.Contains(taggable, of), "%s", of)
	}
}

func TestWholeControlsNeedAllStacks(t *testing.T) {
	t.Parallel()
	input := Input{Stacks: unguarded()[:1], Today: today}
	require.Equal(t, []string{
		"EC2.15: dev/main-public-a: mapPublicIpOnLaunch: is true: set it to false",
	}, lines(judge(input, []Control{byID()["EC2.15"], byID()["Account.1"]}).Findings))
	input.Whole = true
	require.Equal(t, []string{
		"Account.1: dev/: the account has no account/AlternativeContact: name a security contact in baseline.contacts",
		"EC2.15: dev/main-public-a: mapPublicIpOnLaunch: is true: set it to false",
	}, lines(judge(input, []Control{byID()["EC2.15"], byID()["Account.1"]}).Findings), "by stack and resource")
}

func lines(findings []Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.String())
	}
	return all
}

// TestTallies: a thing counts once, as the worst that is said of it.
func TestTallies(t *testing.T) {
	t.Parallel()
	passwords := func(name string, inputs map[string]any) Resource {
		return Resource{URN: "urn::" + name, Type: token("iam/AccountPasswordPolicy"), Name: name, Custom: true, Inputs: inputs}
	}
	stacks := []Stack{
		{Name: "dev", Account: "1", Resources: []Resource{passwords("weak", nil), passwords("unknown", map[string]any{"minimumPasswordLength": Unknown{}})}},
		{Name: "prod", Account: "2", Resources: []Resource{passwords("strong", map[string]any{"minimumPasswordLength": 14.0})}},
		{Name: "shared", Account: "3"},
	}
	report := judge(Input{Whole: true, Stacks: stacks, Today: today, Exemptions: []Exemption{
		{Control: "IAM.15", Resource: "shared/", Reason: "nobody is there", Until: today},
	}}, []Control{byID()["IAM.15"]})
	tally := func(of ...string) (all []int) {
		for _, one := range report.Tallies(of...) {
			if one.Control.ID == "IAM.15" {
				all = []int{one.Checked, one.Passed, one.Exempt, one.Undecided, one.Failed}
			}
		}
		return all
	}
	require.Equal(t, []int{3, 1, 0, 1, 1}, tally("dev"), "two resources and the account")
	require.Equal(t, []int{2, 2, 0, 0, 0}, tally("prod"))
	require.Equal(t, []int{1, 0, 1, 0, 0}, tally("shared"))
	require.Equal(t, []int{6, 3, 1, 1, 1}, tally("dev", "prod", "shared"))
	require.Len(t, report.In("dev").Findings, 1)
	require.Empty(t, report.In("prod").Findings)
	require.Empty(t, report.In("dev").Exempted)
	require.Len(t, report.In("shared").Exempted, 1)
	require.Empty(t, report.In("prod").Undecided)
}

// TestResourcesOfPulumi: secrets are unwrapped and remembered, what is not known is so however the engine writes it.
func TestResourcesOfPulumi(t *testing.T) {
	t.Parallel()
	r := New("urn:pulumi:dev::p::aws:ec2/vpc:Vpc::main", resource.PropertyMap{
		"plain":    resource.NewProperty("text"),
		"secret":   resource.MakeSecret(resource.NewProperty("hidden")),
		"deep":     resource.NewProperty(resource.PropertyMap{"list": resource.NewProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewProperty(1.0))})}),
		"computed": resource.MakeComputed(resource.NewProperty("")),
		"written":  resource.NewProperty(unknownText),
		"output":   resource.NewProperty(resource.Output{Element: resource.NewProperty(true), Known: true}),
		"missing":  resource.NewProperty(resource.Output{}),
	})
	require.Equal(t, map[string]any{
		"plain": "text", "secret": "hidden", "deep": map[string]any{"list": []any{1.0}},
		"computed": Unknown{}, "written": Unknown{}, "output": true, "missing": Unknown{},
	}, r.Inputs)
	require.Equal(t, []string{"deep", "secret"}, r.Secrets)
	require.Equal(t, "aws:ec2/vpc:Vpc", r.Type)
	require.Equal(t, "main", r.Name)
}

// TestRelations: a resource is meant by its id, name or ARN, by where a value comes from, and never by a guess.
func TestRelations(t *testing.T) {
	t.Parallel()
	bucket := Resource{URN: "urn::bucket", Name: "data", ID: "acme-data", Inputs: map[string]any{"bucket": "acme-data"}, Outputs: map[string]any{"arn": "the-arn"}}
	for name, test := range map[string]struct {
		value   any
		sources []string
		id      string
		want    answer
	}{
		"by id":                            {"acme-data", nil, "acme-data", yes},
		"by ARN":                           {"the-arn", nil, "acme-data", yes},
		"another":                          {"acme-other", nil, "acme-data", no},
		"the value counts for more":        {"acme-other", []string{"urn::bucket"}, "acme-data", no},
		"by source while it has no id":     {Unknown{}, []string{"urn::bucket"}, "", yes},
		"from elsewhere":                   {Unknown{}, []string{"urn::other"}, "", no},
		"nobody knows":                     {Unknown{}, nil, "", maybe},
		"it is left out":                   {nil, nil, "", no},
		"nothing is no name of a resource": {"", []string{"urn::bucket"}, "", no},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := bucket
			to.ID = test.id
			from := Resource{URN: "urn::policy", Inputs: map[string]any{"bucket": test.value}, Sources: map[string][]string{"bucket": test.sources}}
			seen := newSight(Input{Stacks: []Stack{{Name: "dev", Resources: []Resource{to, from}}}})
			require.Equal(t, test.want, seen.refers(&seen.stacks[0].Resources[1], "bucket", &seen.stacks[0].Resources[0]))
		})
	}
}
