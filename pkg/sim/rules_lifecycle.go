package sim

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// mostNewerVersions is how many newer noncurrent versions a lifecycle rule can keep.
const mostNewerVersions = 100

// lifecycleIsWellFormed refuses what S3 turns down in lifecycle rules.
func lifecycleIsWellFormed(r *request) *Error {
	seen := map[string]bool{}
	var refused *Error
	visit(r.New, "rules", func(value resource.PropertyValue) {
		if refused != nil || !value.IsObject() {
			return
		}
		rule := value.ObjectValue()
		if id := text(rule, "id"); seen[id] {
			refused = refuse("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
			return
		}
		seen[text(rule, "id")] = true
		refused = lifecycleFault(rule)
	})
	return refused
}

// lifecycleActions are what a rule can do; one must be there.
var lifecycleActions = []string{
	"abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "noncurrentVersionTransitions", "transitions",
}

func lifecycleFault(rule resource.PropertyMap) *Error {
	acts := false
	for _, action := range lifecycleActions {
		acts = acts || has(rule, action)
	}
	if !acts {
		return refuse("InvalidRequest", "At least one action needs to be specified in a rule.")
	}
	days := func(path string) (int, bool) {
		found, given := 0, false
		visit(rule, path, func(value resource.PropertyValue) {
			if value.IsNumber() {
				found, given = int(value.NumberValue()), true
			}
		})
		return found, given
	}
	for _, count := range []struct{ path, name string }{
		{"abortIncompleteMultipartUpload.daysAfterInitiation", "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action"},
		{"expiration.days", "'Days' for Expiration action"},
		{"noncurrentVersionExpiration.noncurrentDays", "'NoncurrentDays' for NoncurrentVersionExpiration action"},
	} {
		// The provider leaves out days that are zero beside the removal of delete markers.
		number, given := days(count.path)
		if given && number < 1 && !(count.path == "expiration.days" && number == 0) {
			return refuse("InvalidArgument", "%s must be a positive integer", count.name)
		}
	}
	if newer, given := days("noncurrentVersionExpiration.newerNoncurrentVersions"); given && (newer < 1 || newer > mostNewerVersions) {
		return refuse("InvalidArgument", "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive "+
			"integer no greater than %d", mostNewerVersions)
	}
	return nil
}
