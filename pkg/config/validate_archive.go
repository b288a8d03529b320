package config

import (
	"fmt"
	"maps"
	"slices"
)

// coldDays is how long Glacier Instant Retrieval charges for an object at least; one that leaves earlier costs more than
// it saves. https://aws.amazon.com/s3/pricing/
const coldDays = 90

// trailLogs is the purpose whose objects can be locked.
const trailLogs = "trail"

func (l *loader) checkLogArchive() {
	archive := l.stack.LogArchive
	if archive == nil {
		return
	}
	at := of("logArchive")
	if l.stack.Kind != "" && l.stack.Kind != Shared {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the shared stack, where the logs of every account are kept")
	}
	if len(archive.Buckets) == 0 {
		l.fault(at.key("buckets"), "is empty", "name what is kept, for example trail: {}")
	}
	for _, purpose := range slices.Sorted(maps.Keys(archive.Buckets)) {
		bucket := archive.Buckets[purpose]
		if bucket.ColdAfterDays > 0 && bucket.ColdAfterDays+coldDays > bucket.RetentionDays {
			l.fault(at.key("buckets").key(purpose).key("coldAfterDays"),
				fmt.Sprintf("leaves %d days of %d", bucket.RetentionDays-bucket.ColdAfterDays, bucket.RetentionDays),
				fmt.Sprintf("move objects at least %d days before they end, or leave it out", coldDays))
		}
	}
	if archive.TrailLock != nil {
		l.checkTrailLock(at.key("trailLock"), *archive.TrailLock, archive.Buckets)
	}
}

func (l *loader) checkTrailLock(at path, lock ObjectLock, buckets map[string]LogBucket) {
	trail, kept := buckets[trailLogs]
	switch {
	case !kept:
		// A preset's lock waits for a trail.
		if l.wrote(at) {
			l.fault(at, "locks what is not kept", "add trail to logArchive.buckets, or remove the lock")
		}
	case lock.Days > trail.RetentionDays && trail.RetentionDays > 0:
		l.fault(at.key("days"), fmt.Sprintf("is %d, but objects end after %d days", lock.Days, trail.RetentionDays),
			"lock no longer than logArchive.buckets.trail.retentionDays")
	}
	switch {
	case lock.Mode == "compliance" && !lock.Irrevocable:
		l.fault(at.key("mode"), "is compliance, which nobody can shorten and no destroy can undo",
			"set irrevocable: true beside it if that is meant, or use governance")
	case lock.Mode == "governance" && lock.Irrevocable:
		l.fault(at.key("irrevocable"), "is true, but governance mode can be ended", "remove it, or set mode: compliance")
	}
}
