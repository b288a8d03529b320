package guard

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/tests/golden"
)

// unjudged are controls of network, IAM, S3, KMS and the account baseline that inputs of resources cannot tell, and who
// tells instead.
var unjudged = []struct{ ids, what, why, instead string }{
	{"IAM.3, IAM.8, IAM.22", "Access keys and passwords are rotated and used", "no stack makes a user; what users do is not in any input", "Security Hub, from the credential report"},
	{"IAM.4, IAM.6, IAM.9", "The root user has no access key and a hardware second factor", "no API gives root a second factor, and no resource stands for root", "Security Hub; a service control policy denies root's use"},
	{"IAM.5, IAM.19", "Users have a second factor", "a person registers it", "Security Hub; people sign in through IAM Identity Center"},
	{"IAM.26", "No expired certificate is in IAM", "time passes after the update", "Security Hub; certificates are ACM's"},
	{"S3.20", "Deleting a version takes a second factor", "only root, with the device in hand, can set it", "object lock, and bucket policies"},
	{"S3.7, S3.11", "Buckets replicate to another region, and send events", "a decision of each bucket's owner, and no rule for all", "nobody"},
	{"KMS.3", "No key is waiting to be deleted now", "a person schedules it; what is judged is how long there is to notice, and that the program cannot (H1)", "Security Hub"},
	{"SecretsManager.2, SecretsManager.3", "Rotation succeeds; secrets are used", "only a run tells", "Security Hub"},
	{"EC2.4, SSM.1, SSM.2, SSM.3", "No instance stands stopped; instances are managed and patched", "only a run tells", "Security Hub, Systems Manager"},
	{"EC2.20", "Both tunnels of a VPN are up", "only a run tells", "Security Hub"},
	{"CIS 3.0 5.5", "Routes over peerings are as narrow as can be", "whether a route is needed is no property of it", "docs/reference/reachability.md: a walk over the route tables"},
	{"CloudWatch.1 to CloudWatch.14", "A metric filter and an alarm for each kind of call", "no stack makes them: Security Hub counts them for CIS 1.2 and 1.4 alone", "GuardDuty, the alarm on the break-glass role"},
}

// TestReference keeps docs/reference/controls.md in step with the controls.
func TestReference(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	out.WriteString("# Controls\n\nGenerated from `pkg/guard`. What every stack is judged by, in tests and by `platform guard`; see\n" +
		"[controls.md](../controls.md). An example that passes, one that fails and one for each thing left out are in\n`pkg/guard/testdata`.\n\n" +
		"F is AWS's Foundational Security Best Practices, N what Security Hub checks for NIST SP 800-53, C3 and C5 the CIS AWS\n" +
		"Foundations Benchmark 3.0 and 5.0, H a rule of the house.\n")
	service := ""
	short := strings.NewReplacer("FSBP", "F", "NIST", "N", "CIS 3.0", "C3", "CIS 5.0", "C5", "House", "H")
	for _, control := range Controls() {
		if of, _ := split(control.ID); of != service {
			service = of
			fmt.Fprintf(&out, "\n## %s\n\n| Control | What holds | From | Left out |\n|---|---|---|---|\n", map[bool]string{true: "The house", false: of}[of == "H"])
		}
		id := control.ID
		if strings.HasPrefix(control.Source, "https://") {
			id = "[" + id + "](" + control.Source + ")"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", id, control.Title, short.Replace(strings.Join(control.Standards, ", ")), strings.Join(control.Exceptions, "<br>"))
	}
	out.WriteString("\n## Not judged\n\nWhat inputs of resources cannot tell, of network, IAM, S3, KMS and the account baseline.\n\n" +
		"| Control | What holds | Why not | Who tells |\n|---|---|---|---|\n")
	there := byID()
	for _, one := range unjudged {
		for _, id := range strings.Split(one.ids, ", ") {
			if id != "KMS.3" { // in part
				require.NotContains(t, there, id, "it is judged")
			}
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", one.ids, one.what, one.why, one.instead)
	}
	golden.Check(t, filepath.Join("..", "..", "docs", "reference", "controls.md"), out.String())
}
