package sim

import (
	"net/http"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeOIDCProvider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	kindOIDCProvider = "oidc-provider"
)

// federationTypes are how others than AWS's own identities come in. Their replacement lists are ForceNew in the Terraform
// provider (internal/service/iam).
func federationTypes() []row {
	return []row{oidcProviderRow(), accountAliasRow()}
}

func oidcProviderRow() row {
	return row{
		Token: typeOIDCProvider, Kind: kindOIDCProvider, Scope: account,
		Actions: actions{
			Create: []string{"iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"},
			Update: []string{
				"iam:AddClientIDToOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
				"iam:UpdateOpenIDConnectProviderThumbprint", "iam:TagOpenIDConnectProvider",
			},
			Delete: []string{"iam:DeleteOpenIDConnectProvider"},
			Read:   []string{"iam:GetOpenIDConnectProvider"},
		},
		ID:       issuerARN,
		Computed: map[string]maker{"arn": issuerARN, "thumbprintLists": issuerThumbprints},
		Replace:  []string{"url"},
		Sets:     []string{"clientIdLists"},
		Valid:    map[string]validator{"url": issuerURL},
		Check:    []rule{audiencesFit},
		Unique: []unique{{By: []string{"url"}, refusal: refusal{
			Code: "EntityAlreadyExists", Message: "Provider with url {url} already exists.", Status: http.StatusConflict,
		}}},
		NotFound: &refusal{
			Code: "NoSuchEntity", Message: "OpenIDConnect Provider not found for arn {target}", Status: http.StatusNotFound,
		},
		Quotas: []quota{{Limit: 100, refusal: refusal{
			Code: "LimitExceeded", Message: "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

func accountAliasRow() row {
	return row{
		Token: "aws:iam/accountAlias:AccountAlias", Scope: account,
		Actions: actions{
			Create: []string{"iam:CreateAccountAlias"}, Delete: []string{"iam:DeleteAccountAlias"},
			Read: []string{"iam:ListAccountAliases"}, Resource: "*",
		},
		ID:      fill("{accountAlias}"),
		Replace: []string{"accountAlias"},
		Valid:   map[string]validator{"accountAlias": accountAlias},
		Unique: []unique{{By: []string{"accountAlias"}, Global: true, refusal: refusal{
			Code: "EntityAlreadyExists", Message: "The account alias {accountAlias} already exists.", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

// issuerARN is a provider's ARN: its address without https://.
func issuerARN(r *request) resource.PropertyValue {
	return resource.NewProperty(r.expand("arn:{partition}:iam::{account}:oidc-provider/") + issuerHost(r.Text("url")))
}

func issuerHost(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/")
}

// issuerThumbprints are what IAM finds out about the issuer's certificate when the program gives none.
func issuerThumbprints(r *request) resource.PropertyValue {
	return resource.NewPropertyValue([]any{digest(40, r.Text("url"))})
}
