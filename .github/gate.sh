#!/usr/bin/env bash
# Judges predictions in GitHub Actions: rules and baseline of a pull request come from its base commit, so that it cannot
# change what it is judged by. What it needs comes as the environment (action.yml).
set -euo pipefail

out=$RUNNER_TEMP/gnomon-gate
trusted=$RUNNER_TEMP/gnomon-base
mkdir -p "$out" "$trusted"

of_base() {  # a file of the repository as it is at the base commit; outside pull requests as it is
  if [ -z "${BASE:-}" ]; then
    printf '%s' "$1"
    return
  fi
  if ! git cat-file -e "$BASE^{commit}" 2>/dev/null; then
    git fetch --quiet --depth=1 origin "$BASE"
  fi
  mkdir -p "$trusted/$(dirname "$1")"
  git show "$BASE:$1" > "$trusted/$1"
  printf '%s' "$trusted/$1"
}

rules=$(of_base "$CONFIG")
words=("$PREDICTIONS" --config "$rules" --github --junit "$out/gate.xml")
[ -z "${GATE:-}" ] || words+=(--gate "$GATE")
if [ -z "${BASELINE:-}" ] && [ -n "${BASE:-}" ]; then
  # What the rules name is of the base commit, too, where it is a file of the repository.
  named=$(python -c 'import sys; from pathlib import Path; from gnomon.gating.settings import settings_of
print(settings_of(Path(sys.argv[1]), sys.argv[2] or None).get("baseline", ""))' "$rules" "${GATE:-}")
  if [ -n "$named" ] && git cat-file -e "$BASE:$named" 2>/dev/null; then
    BASELINE=$named
  elif [ -n "$named" ] && [ -e "$named" ]; then
    echo "::error::the baseline of the rules is not in the base commit, and is not read from the pull request"
    exit 2
  fi
fi
[ -z "${BASELINE:-}" ] || words+=(--baseline "$(of_base "$BASELINE")")
while IFS= read -r word; do
  [ -z "$word" ] || words+=("$word")
done <<< "${ARGUMENTS:-}"

code=0
gnomon gate "${words[@]}" --output "$out/gate.html" || code=$?
case $code in
  0) verdict=pass ;;
  4) verdict=fail ;;
  5) verdict=inconclusive ;;
  *) verdict=error ;;
esac
echo "verdict=$verdict" >> "$GITHUB_OUTPUT"
exit "$code"
