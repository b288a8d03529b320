package config_test

import (
	"testing"
	"time"

	"aws-platform/pkg/config"
)

func TestProjectStacksLoad(t *testing.T) {
	t.Parallel()
	for _, stack := range []string{"management", "shared", "dev", "staging", "prod"} {
		if _, err := config.Load(config.Source{Dir: "../..", Stack: stack, Now: time.Now()}); err != nil {
			t.Error(err)
		}
	}
}
