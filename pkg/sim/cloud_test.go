package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// start runs a cloud for one test.
func start(t *testing.T, options Options) *Cloud {
	t.Helper()
	cloud, err := Start(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return cloud
}
