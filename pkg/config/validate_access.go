package config

import (
	"fmt"
	"regexp"
	"strings"
)

// identityCenterPath is where Identity Center makes its roles. Nobody else can make one there, so a pattern of names
// below it lets in nobody who could name himself so.
const identityCenterPath = "aws-reserved/sso.amazonaws.com/"

var (
	// principalName is a role or user as its ARN ends: path and name.
	principalName = regexp.MustCompile(`^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@*-]{1,64}$`)
	// permissionSetRole is the role of one permission set, whatever the region in its path and the end of its name.
	permissionSetRole = regexp.MustCompile(`^(\*|[a-z0-9-]+/)?AWSReservedSSO_[A-Za-z0-9_+=,.@-]+_\*$`)
	emailAddress      = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

func (l *loader) checkAccess() {
	access := l.stack.Access
	if access == nil {
		return
	}
	at := of("access")
	if l.stack.Kind != "" && l.stack.Kind != Management {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the management stack, which makes the roles of every account")
	}
	l.checkRoles(at.key("operators"), access.Operators)
	l.checkRoles(at.key("readers"), access.Readers)
	if access.BreakGlass == nil {
		return
	}
	at = at.key("breakGlass")
	users := access.BreakGlass.Users
	l.checkUnique(at.key("users"), users)
	for i, user := range users {
		switch {
		case strings.ContainsAny(user, "*?"):
			l.fault(at.key("users").index(i), fmt.Sprintf("%q has a wildcard", user), "name each user: whoever may make a user could name himself in")
		case !principalName.MatchString(user):
			l.fault(at.key("users").index(i), fmt.Sprintf("%q is not a user's path and name", user), "write it like break-glass/first")
		}
	}
	l.checkUnique(at.key("notify"), access.BreakGlass.Notify)
	for i, address := range access.BreakGlass.Notify {
		if !emailAddress.MatchString(address) {
			l.fault(at.key("notify").index(i), fmt.Sprintf("%q is not an e-mail address", address), "write it as name@domain")
		}
	}
}

// checkRoles checks patterns of roles: a wildcard only where nobody but Identity Center gives names.
func (l *loader) checkRoles(at path, roles []string) {
	l.checkUnique(at, roles)
	for i, role := range roles {
		rest, center := strings.CutPrefix(role, identityCenterPath)
		switch {
		case !strings.ContainsAny(role, "*?"):
			if !principalName.MatchString(role) {
				l.fault(at.index(i), fmt.Sprintf("%q is not a role's path and name", role), "write it without \"role/\" before it, not as an ARN")
			}
		case !center:
			l.fault(at.index(i), fmt.Sprintf("%q has a wildcard", role),
				"name the role: whoever may make a role could name himself in; only roles of Identity Center, below "+identityCenterPath+", may end in *")
		case !permissionSetRole.MatchString(rest):
			l.fault(at.index(i), fmt.Sprintf("%q names no permission set", role), "write it like "+identityCenterPath+"*AWSReservedSSO_PlatformOperator_*")
		}
	}
}
