# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts say to the person who runs them.  To be sourced.

KHTTPD_STARTED=${KHTTPD_STARTED:-$(date +%s)}
export KHTTPD_STARTED

# say TEXT: one line of progress on stderr, with the seconds since the command began.
say() {
	printf '[%4d s] %s\n' $(($(date +%s) - KHTTPD_STARTED)) "$*" >&2
}

# die STATUS ERROR [HINT]: end with an exit status of sysexits(3).
die() {
	printf 'error: %s\n' "$2" >&2
	[ -z "${3-}" ] || printf 'hint: %s\n' "$3" >&2
	exit "$1"
}

# need_root COMMAND: nothing here works without installing packages.
need_root() {
	[ "$(id -u)" -eq 0 ] ||
		die 77 "$1 installs Debian packages and must run as root" "try: sudo $1"
}

# need_debian: the packages are Debian's, by the names of Debian 12.
need_debian() {
	command -v apt-get >/dev/null ||
		die 69 "this system has no apt-get" "khttpd's scripts know Debian 12 and newer, and its derivatives"
}

# number NAME VALUE LOWEST HIGHEST: refuse what is not a whole number in the range.
number() {
	case $2 in
	'' | *[!0-9]* | ??????????*) ;;
	*) [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return ;;
	esac
	die 64 "$1 is '$2'" "$1 takes a whole number from $3 to $4"
}

# need_bookworm COMMAND: the packages are built here for a guest with Debian 12.
need_bookworm() {
	need_debian
	. /etc/os-release
	[ "${VERSION_CODENAME-}" = bookworm ] ||
		die 69 "$1 needs Debian 12 (bookworm), and this is ${PRETTY_NAME-another system}" \
			"run it in a container or a virtual machine with Debian 12"
}
