package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// validate checks what no single field can tell.
func (l *loader) validate() {
	l.checkAccount()
	l.checkOwnAccount()
	l.checkTags()
	l.checkVPCs()
	l.checkPrefixLists()
	l.checkStateBackend()
	l.checkGovernance()
	l.checkLogArchive()
	l.checkAudit()
	l.checkTransit()
	l.checkDNS()
	l.checkAccess()
	l.checkCI()
	l.checkOwnPipelines()
	l.checkGuardrails()
}

// fault reports what is wrong with a well-shaped value. It is silent where the shape was already reported.
func (l *loader) fault(at path, fault, fix string) { l.faultMeant(at, fault, fix, "") }

func (l *loader) faultMeant(at path, fault, fix, meant string) {
	if l.silent(at) {
		return
	}
	p := l.where(at)
	if n := l.seen[at.String()]; n != nil && n.at.preset {
		fault += n.at.givenBy()
	}
	p.Fault, p.Fix, p.Meant = fault, fix, meant
	l.add(p)
}

// silent tells whether a value's shape was reported, its own or that of something around it.
func (l *loader) silent(at path) bool {
	for i := range at {
		if l.broken[at[:i+1].String()] {
			return true
		}
	}
	return false
}

// wrote tells whether the project says a value itself, rather than a preset.
func (l *loader) wrote(at path) bool {
	n := l.seen[at.String()]
	return n != nil && !n.at.preset
}

func (l *loader) checkAccount() {
	name := l.stack.Account.Region
	if _, known := regionNamed(name); name != "" && !known {
		meant := closest(name, Regions())
		l.faultMeant(of("account", "region"), fmt.Sprintf("%q is not an AWS region", name), "use a region's name, like eu-west-1", meant)
	}
}

// AWS takes 50 tags on most resources, keys of 128 characters, values of 256, and these characters.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

var tagCharacters = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`)

// platformTags are the tags the platform sets itself, on every resource.
func platformTags() []string {
	return []string{"Component", "CostCenter", "Environment", "ManagedBy", "Name", "Owner", "Project"}
}

func (l *loader) checkTags() {
	l.checkTagValue(of("owner"), l.stack.Owner)
	l.checkTagValue(of("costCenter"), l.stack.CostCenter)
	at := of("tags")
	room := maxTags - len(platformTags())
	if count := len(l.stack.Tags); count > room {
		l.fault(at, "has "+counted(count, "tag", "tags"), fmt.Sprintf("keep %d: AWS takes %d, and %d are the platform's own", room, maxTags, maxTags-room))
	}
	folded := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(l.stack.Tags)) {
		l.checkTagKey(at.key(key), key)
		l.checkTagValue(at.key(key), l.stack.Tags[key])
		if twin, ok := folded[strings.ToLower(key)]; ok {
			l.fault(at.key(key), fmt.Sprintf("differs from the tag %q in case only", twin), "keep one of the two: IAM takes them for the same")
		}
		folded[strings.ToLower(key)] = key
	}
}

func (l *loader) checkTagKey(at path, key string) {
	own := slices.IndexFunc(platformTags(), func(tag string) bool { return strings.EqualFold(tag, key) })
	switch {
	case key == "":
		l.fault(at, "has no name", "name the tag")
	case own >= 0:
		l.fault(at, fmt.Sprintf("is the platform's own tag %s", platformTags()[own]), "choose another name; owner and costCenter are sections of their own")
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		l.fault(at, `starts with "aws:", which AWS keeps for itself`, "choose another name")
	case utf8.RuneCountInString(key) > maxTagKey:
		l.fault(at, fmt.Sprintf("has a name of %d characters", utf8.RuneCountInString(key)), fmt.Sprintf("AWS takes %d", maxTagKey))
	case !tagCharacters.MatchString(key):
		l.fault(at, "has a character in its name that AWS does not take", "use letters, digits, spaces and _ . : / = + - @")
	}
}

func (l *loader) checkTagValue(at path, value string) {
	switch {
	case !l.wrote(at):
	case strings.TrimSpace(value) == "":
		l.fault(at, "is empty", "give it a value or remove the line")
	case utf8.RuneCountInString(value) > maxTagValue:
		l.fault(at, fmt.Sprintf("has %d characters", utf8.RuneCountInString(value)), fmt.Sprintf("a tag's value takes %d", maxTagValue))
	case !tagCharacters.MatchString(value):
		l.fault(at, fmt.Sprintf("%q has a character AWS does not take in a tag", value), "use letters, digits, spaces and _ . : / = + - @")
	}
}
