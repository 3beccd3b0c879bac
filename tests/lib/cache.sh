# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The cache: what takes minutes to make and can be made again.  To be sourced.

KHTTPD_CACHE=${KHTTPD_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/khttpd}
export KHTTPD_CACHE
# Of what is compiled by ccache.
export CCACHE_DIR=$KHTTPD_CACHE/ccache CCACHE_MAXSIZE=2G

# cache_lock NAME: wait until no other process makes the same thing; held until this process ends.
cache_lock() {
	mkdir -p "$KHTTPD_CACHE"
	exec {cache_lock_fd}>"$KHTTPD_CACHE/$1.lock"
	flock "$cache_lock_fd"
}

# cache_publish TEMPORARY FINAL: show the finished directory under its name, at once.
cache_publish() {
	chmod 755 "$1"
	mv -T "$1" "$2"
}

# cache_used DIR: remember that it is in use, and drop its older siblings of the
# same name before the key (NAME-KEY) that nobody has used for four hours. What was
# never finished goes too.
cache_used() {
	touch "$1"
	find "$KHTTPD_CACHE" -mindepth 1 -maxdepth 1 -type d -name 'new-*' -mmin +240 -exec rm -rf {} +
	find "$(dirname "$1")" -mindepth 1 -maxdepth 1 -type d -name "$(basename "${1%-*}")-*" \
		! -path "$1" -mmin +240 -exec rm -rf {} +
}
