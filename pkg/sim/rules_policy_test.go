package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServiceMay(t *testing.T) {
	t.Parallel()
	const bucket = "arn:" + "aws:s3:::logs"
	statement := func(more string) string {
		return `{"Statement":[{"Effect":"Allow","Principal":{"Service":"s"},"Action":"s3:Put*","Resource":"` + bucket + `/*"` + more + `}]}`
	}
	for name, test := range map[string]struct {
		document, who, action string
		want                  bool
	}{
		"named":                 {statement(""), "s", "s3:PutObject", true},
		"another action":        {statement(""), "s", "s3:GetObject", false},
		"another service":       {statement(""), "t", "s3:PutObject", false},
		"no policy":             {"", "s", "s3:PutObject", false},
		"a condition met":       {statement(`,"Condition":{"StringEquals":{"aws:SourceAccount":"1"}}`), "s", "s3:PutObject", true},
		"a condition not met":   {statement(`,"Condition":{"StringEquals":{"aws:SourceAccount":"2"}}`), "s", "s3:PutObject", false},
		"one on what is unsaid": {statement(`,"Condition":{"StringEquals":{"aws:SourceVpc":"v"}}`), "s", "s3:PutObject", false},
	} {
		require.Equal(t, test.want, serviceMay(test.document, test.who, test.action, bucket+"/x", map[string]string{"aws:SourceAccount": "1"}), name)
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
		policy := policyDocument{Statement: []policyStatement{{Principal: principals{"AWS": {who}}}}}
		require.Equal(t, strange, len(strangers(r, policy)) > 0, who)
	}
}

func TestPolicySize(t *testing.T) {
	t.Parallel()
	require.Equal(t, 7, policySize("{\n \"a\":\t1 }"))
}
