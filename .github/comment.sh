#!/bin/sh
# Posts a report on pull request $PULL, in the place of the one before it. Without a report it says that there is none,
# and why to look: a silent failure reads as "no changes".
set -eu

report=$1
marker='<!-- aws-platform:preview'

if [ ! -s "$report" ]; then
  printf '%s v1 -->\n### Preview %s\n\nThere is no report; [the run](%s) says why.\n' "$marker" "$OUTCOME" "$RUN" >"$report"
fi
cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

comments="repos/$GITHUB_REPOSITORY/issues/$PULL/comments"
previous=$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id" | head -n 1)
if [ -n "$previous" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$previous" --field "body=@$report" >/dev/null
else
  gh api --method POST "$comments" --field "body=@$report" >/dev/null
fi
