package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// The access logs go to a bucket of the same name with "-logs" behind it, and S3 takes 63 characters.
const maxStateBucket = 63 - len("-logs")

func (l *loader) checkStateBackend() {
	backend := l.stack.StateBackend
	if backend == nil {
		return
	}
	at := of("stateBackend")
	if l.stack.Kind != "" && l.stack.Kind != Management {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the management stack, where the state is kept")
	}
	if backend.Bucket != "" {
		l.checkBucket(at.key("bucket"), backend.Bucket)
	}
}

// checkBucket holds the name of a bucket the platform makes to S3's rules, and to no periods: they break TLS.
func (l *loader) checkBucket(at path, name string) {
	const fix = "use 3 to 58 lower-case letters, digits and hyphens, a letter or digit at both ends"
	switch _, err := netip.ParseAddr(name); {
	case err == nil, !bucketName.MatchString(name), strings.Contains(name, "."):
		l.fault(at, fmt.Sprintf("%q is not a bucket's name", name), fix)
	case len(name) > maxStateBucket:
		l.fault(at, fmt.Sprintf("has %d characters", len(name)), fmt.Sprintf("use at most %d: %q is added for its access logs", maxStateBucket, "-logs"))
	}
	for _, begin := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, begin) {
			l.fault(at, fmt.Sprintf("starts with %q, which S3 keeps for itself", begin), "choose another name")
		}
	}
	for _, end := range []string{"-s3alias", "--ol-s3", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, end) {
			l.fault(at, fmt.Sprintf("ends in %q, which S3 keeps for itself", end), "choose another name")
		}
	}
}
