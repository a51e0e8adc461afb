#!/bin/sh
# Fetches the files of Swagger UI (Apache-2.0) that the package embeds, and
# checks them. With "check" it only compares the files that are here.
#
# To move to another version: change it, run "update.sh hashes" and put what it
# prints below, after reading the changes of Swagger UI.
set -eu
version=5.35.0
hashes='e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2  swagger-ui-bundle.js
37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb  swagger-ui-bundle.js.LICENSE.txt
5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d  swagger-ui.css
cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30  LICENSE
0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2  NOTICE'

cd "$(dirname "$0")"
files=$(echo "$hashes" | cut -c67-)
if [ "${1:-}" != check ]; then
	folder=$(mktemp -d)
	trap 'rm -rf "$folder"' EXIT
	(cd "$folder" && npm pack --silent --ignore-scripts "swagger-ui-dist@$version" >/dev/null && tar xzf ./*.tgz)
	for file in $files; do
		cp "$folder/package/$file" .
		chmod 644 "$file"
	done
fi
if [ "${1:-}" = hashes ]; then
	# shellcheck disable=SC2086
	sha256sum $files
	exit
fi
echo "$hashes" | sha256sum --check --quiet
