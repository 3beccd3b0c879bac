# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The source tree: which files belong to it.  To be sourced.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# tree_files: the files of the project, relative, each ended by a NUL; without what a
# build or an editor left.  Also those that are not committed yet.
tree_files() {
	(
		cd "$tree" || exit
		# A tree that somebody else owns is no danger to a command that only lists it.
		if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
			git -c safe.directory='*' ls-files -z --cached --others --exclude-standard
		else
			find . -path ./.git -prune -o -path './build*' -prune -o -path './obj-*' -prune -o \
				\( -type f -o -type l \) -printf '%P\0'
		fi
	) | while IFS= read -r -d '' file; do
		[ ! -f "$tree/$file" ] || printf '%s\0' "$file"
	done | sort -z
}

# tree_copy DIR: copy the project's files there.
tree_copy() {
	mkdir -p "$1"
	tree_files | tar -C "$tree" --null --no-recursion -T - -c | tar -x -C "$1"
}
