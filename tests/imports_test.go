package tests

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "aws-platform/"

// layers build AWS resources. A layer never imports another; any of them may use security's keys and roles.
var layers = []string{"organization", "network", "security", "cluster", "data", "compute", "services", "operations"}

// ours says which of this module's packages each package under pkg/ may import.
var ours = map[string][]string{
	"config":    {},
	"naming":    {},
	"component": {"naming"},
	"iampolicy": {"naming"},
	"alarm":     {"component", "naming"},
	"guard":     {"naming"},
	"sim":       {},
	"engine":    {"naming"},
	"report":    {"engine"},
	"cli":       {"config", "engine", "naming", "report", "sim", "guard"},
}

// ground is what every layer may import.
var ground = []string{"config", "naming", "component", "iampolicy", "alarm", "security"}

// foreign says which packages of others each of ours may use, where that is restricted: prefix -> who.
var foreign = map[string][]string{
	"github.com/pulumi/pulumi-":                                        append([]string{"sim"}, layers...), // provider SDKs
	"github.com/pulumi/pulumi/sdk/v3/go/auto":                          {"engine"},
	"github.com/spf13/cobra":                                           {"cli"},
	"github.com/johannesboyne/gofakes3":                                {"sim"},
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3": {}, // 800 CPU-seconds of compiling
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1": {},
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2":                 {},
}

type goPackage struct {
	ImportPath string
	Imports    []string
	DepOnly    bool
}

// packages lists the module's packages with what they import, tests left out.
func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"pkg/...").Output()
	require.NoError(t, err)
	var list []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p goPackage
		require.NoError(t, decoder.Decode(&p))
		list = append(list, p)
	}
	require.NotEmpty(t, list)
	return list
}

// home is the folder under pkg/ a package belongs to; "" when it is not under pkg/.
func home(importPath string) string {
	rest, found := strings.CutPrefix(importPath, module+"pkg/")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := home(p.ImportPath)
		allowed, known := ours[from]
		if slices.Contains(layers, from) {
			allowed, known = ground, true
		}
		if !known {
			t.Errorf("%s: a new folder under pkg/ needs a line in this test", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if to := home(imported); to != "" && to != from && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s; it may import %v", p.ImportPath, imported, allowed)
			}
			for prefix, users := range foreign {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(users, from) {
					t.Errorf("%s imports %s; only %v may", p.ImportPath, imported, users)
				}
			}
		}
	}
}
