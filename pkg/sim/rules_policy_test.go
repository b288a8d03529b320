package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	policy, err := parsePolicy(` {"Version":"2012-10-17","Id":"x","Statement":{"Sid":"a","Effect":"Allow","Principal":{"AWS":"1","Service":["b","c"]},` +
		`"Action":"s3:GetObject","NotResource":["d"],"Condition":{"Bool":{"k":true},"NumericLessThan":{"n":1.2},"StringEquals":{"s":["u","v"]}}}}`)
	require.NoError(t, err)
	require.Equal(t, policyDocument{Version: "2012-10-17", ID: "x", Statement: oneOrMany[policyStatement]{{
		Sid: "a", Effect: "Allow", Principal: principals{"AWS": {"1"}, "Service": {"b", "c"}}, Action: oneOrMany[string]{"s3:GetObject"},
		NotResource: oneOrMany[string]{"d"},
		Condition: map[string]map[string]oneOrMany[conditionValue]{
			"Bool": {"k": {"true"}}, "NumericLessThan": {"n": {"1.2"}}, "StringEquals": {"s": {"u", "v"}},
		},
	}}}, policy)

	for name, text := range map[string]string{
		"empty":                      "",
		"a list":                     "[]",
		"two objects":                "{}{}",
		"an unknown field":           `{"Statement":[{"Effekt":"Allow"}]}`,
		"a number as action":         `{"Statement":[{"Action":1}]}`,
		"a principal by name":        `{"Statement":[{"Principal":"root"}]}`,
		"a condition in a condition": `{"Statement":[{"Condition":{"StringEquals":{"k":{"deeper":"x"}}}}]}`,
	} {
		_, err := parsePolicy(text)
		require.Error(t, err, name)
	}
}

func TestPolicyAllows(t *testing.T) {
	t.Parallel()
	const root = "arn:aws:iam::111111111111:root"
	statement := func(more string) string {
		return `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"` + root + `"},"Action":"kms:Put*","Resource":"*"` + more + `}]}`
	}
	for name, test := range map[string]struct {
		document, kind, who, action string
		context                     map[string]string
		want                        bool
	}{
		"named":             {statement(""), "AWS", root, "kms:PutKeyPolicy", nil, true},
		"whatever the case": {statement(""), "AWS", root, "KMS:putkeypolicy", nil, true},
		"another action":    {statement(""), "AWS", root, "kms:GetKeyPolicy", nil, false},
		"another principal": {statement(""), "AWS", "arn:aws:iam::222222222222:root", "kms:PutKeyPolicy", nil, false},
		"another kind":      {statement(""), "Service", root, "kms:PutKeyPolicy", nil, false},
		"denied":            {`{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`, "AWS", root, "kms:PutKeyPolicy", nil, false},
		"everybody":         {`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`, "AWS", root, "kms:PutKeyPolicy", nil, true},
		"a condition not met": {
			statement(`,"Condition":{"StringEquals":{"aws:SourceAccount":"222222222222"}}`), "AWS", root, "kms:PutKeyPolicy",
			map[string]string{"aws:SourceAccount": "111111111111"}, false,
		},
		"a condition met by one of its values": {
			statement(`,"Condition":{"ArnLikeIfExists":{"aws:SourceArn":["x","arn:*"]}}`), "AWS", root, "kms:PutKeyPolicy",
			map[string]string{"aws:SourceArn": "arn:aws:s3:::b"}, true,
		},
		"a condition on what nobody knows": {
			statement(`,"Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}`), "AWS", root, "kms:PutKeyPolicy", nil, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy, err := parsePolicy(test.document)
			require.NoError(t, err)
			require.Equal(t, test.want, policy.allows(test.kind, test.who, test.action, test.context))
		})
	}
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{roleAct("known", assumable(byAccount))}}, "")
	r := &request{place: s.at, Type: s.registry.rows[roleToken], cloud: s.model}
	for who, strange := range map[string]bool{
		"*": false, "111111111111": false, "arn:aws:iam::222222222222:root": false, "arn:aws-cn:iam::222222222222:root": false,
		"arn:aws:iam::111111111111:role/known": false, "arn:aws:iam::111111111111:role/unknown": true,
		"arn:aws:iam::333333333333:role/outside":  false, // an account nobody simulates is believed
		"arn:aws:iam::111111111111:user/somebody": false,
		"arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling": false,
		"1111": true, "root": true, "arn:aws:s3:::bucket": true, "arn:aws:iam::111111111111:role/*": true,
		"arn:aws:sts::111111111111:assumed-role/known/session": false,
	} {
		policy := policyDocument{Statement: oneOrMany[policyStatement]{{Principal: principals{"AWS": {who}}}}}
		require.Equal(t, strange, len(strangers(r, policy)) > 0, who)
	}
}

func TestPolicySize(t *testing.T) {
	t.Parallel()
	require.Equal(t, 7, policySize("{\n \"a\":\t1 }"))
}
