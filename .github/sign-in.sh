#!/bin/sh
# Signs in to every stack's preview role with the job's OpenID Connect token, and keeps each session as an AWS profile with
# the name of the stack in $AWS_SHARED_CREDENTIALS_FILE. A stack whose role is not there yet is passed over: the update of
# management and shared makes it.
set -eu

token=$(curl --silent --show-error --fail --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" | jq --raw-output .value)
echo "::add-mask::$token"
umask 077
for file in Pulumi.*.yaml; do
  stack=${file#Pulumi.}
  stack=${stack%.yaml}
  role="arn:aws:iam::$SHARED_ACCOUNT:role/$ORGANIZATION-ci-$stack-preview"
  if session=$(aws sts assume-role-with-web-identity --role-arn "$role" --role-session-name "preview-$GITHUB_RUN_ID" \
    --web-identity-token "$token" --query Credentials --output json); then
    printf '%s' "$session" | jq --raw-output --arg stack "$stack" '"[\($stack)]",
      "aws_access_key_id = \(.AccessKeyId)", "aws_secret_access_key = \(.SecretAccessKey)",
      "aws_session_token = \(.SessionToken)"' >>"$AWS_SHARED_CREDENTIALS_FILE"
  else
    echo "::warning::$stack cannot be previewed: nobody can sign in to $role"
  fi
done
