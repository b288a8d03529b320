package sim

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// EnvAs is Env with the credentials of a session of a role, as if somebody whom it trusts had taken it. The S3 and KMS of
// this cloud hold whoever signs with them to the role's rights; Env's own credentials are the operator's.
func (c *Cloud) EnvAs(roleARN string) (map[string]string, error) {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	caller, err := c.model.sessionOf(roleARN)
	if err != nil {
		return nil, err
	}
	key := "ASIA" + strings.ToUpper(digest(16, roleARN))
	c.model.sessions[key] = caller
	env := maps.Clone(c.Env())
	env["AWS_ACCESS_KEY_ID"], env["AWS_SESSION_TOKEN"] = key, "simulated"
	return env, nil
}

// sessionOf is a session of a role, as if somebody whom it trusts had taken it.
func (m *model) sessionOf(roleARN string) (identity, error) {
	parts := strings.SplitN(roleARN, ":", arnParts)
	if len(parts) != arnParts || m.find(place{Account: parts[4]}, roleToken, roleARN) == nil {
		return identity{}, fmt.Errorf("the simulated cloud has no role %q", roleARN)
	}
	name := roleARN[strings.LastIndex(roleARN, "/")+1:]
	return identity{
		Account: parts[4], Source: roleARN, UserID: "AROA" + strings.ToUpper(digest(17, roleARN)) + ":simulated",
		ARN: "arn:" + parts[1] + ":sts::" + parts[4] + ":assumed-role/" + name + "/simulated",
	}, nil
}

// SignIn makes those who run the engine sessions of a role, as if they had signed in to it: providers that are configured
// from now on act, and take roles, as that role. Without it they are the operator, signed in to the management account.
func (c *Cloud) SignIn(roleARN string) error {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	caller, err := c.model.sessionOf(roleARN)
	if err == nil {
		c.model.ambient = &caller
	}
	return err
}

// signedIn is who runs the engine.
func (m *model) signedIn(at place) identity {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ambient != nil {
		return *m.ambient
	}
	return operator(at)
}

// arnParts is how many parts the first five colons of an ARN make.
const arnParts = 6

// signer is the session that signed a request, nil for the operator, whom nothing holds.
func (m *model) signer(in *http.Request) (*identity, *Error) {
	_, credential, _ := strings.Cut(in.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	if !strings.HasPrefix(key, "ASIA") {
		return nil, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	caller, known := m.sessions[key]
	if !known {
		return nil, refuseStatus(http.StatusForbidden, "InvalidAccessKeyId",
			"The AWS Access Key Id you provided does not exist in our records.")
	}
	return &caller, nil
}
