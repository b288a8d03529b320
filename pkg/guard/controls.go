package guard

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Standards that controls come from.
const (
	fsbp  = "FSBP"
	nist  = "NIST"
	house = "House"
)

func cis3(number string) string { return "CIS 3.0 " + number }
func cis5(number string) string { return "CIS 5.0 " + number }

// Controls are all controls, by id.
func Controls() []Control {
	all := slices.Concat(
		vpcControls(), portControls(), hostControls(), diskControls(), transitControls(), firewallControls(),
		identityControls(), grantControls(), trustControls(), passwordControls(),
		bucketControls(), objectControls(), keyControls(), messageControls(),
		logControls(), trailControls(), accountControls(),
		houseControls(),
	)
	for i := range all {
		all[i].Source = cmp.Or(all[i].Source, source(all[i].ID))
	}
	slices.SortFunc(all, func(a, b Control) int {
		serviceA, numberA := split(a.ID)
		serviceB, numberB := split(b.ID)
		return cmp.Or(strings.Compare(serviceA, serviceB), cmp.Compare(numberA, numberB))
	})
	return all
}

// split cuts an id into the service and the number: "EC2.19", "H13".
func split(id string) (string, int) {
	digits := len(id)
	for digits > 0 && id[digits-1] >= '0' && id[digits-1] <= '9' {
		digits--
	}
	number, _ := strconv.Atoi(id[digits:])
	return strings.TrimSuffix(id[:digits], "."), number
}

// pages are where Security Hub's controls are described when the page is not named after the service.
var pages = map[string]string{"NetworkFirewall": "networkfirewall", "Account": "account", "Config": "config"}

// source is where a control of Security Hub is described.
func source(id string) string {
	service, number := split(id)
	if !strings.Contains(id, ".") {
		return "docs/reference/controls.md"
	}
	page := cmp.Or(pages[service], strings.ToLower(service))
	return "https://docs.aws.amazon.com/securityhub/latest/userguide/" + page + "-controls.html#" +
		strings.ToLower(service) + "-" + strconv.Itoa(number)
}
