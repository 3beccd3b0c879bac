# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian packages through the machine's own apt configuration.  To be sourced after ui.sh.

export DEBIAN_FRONTEND=noninteractive

# apt_quietly WHAT ARGUMENT...: run apt-get; on failure show its last words and end.
apt_quietly() {
	local what=$1 log
	shift
	log=$(mktemp)
	if ! apt-get "$@" -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		die 69 "apt-get could not install $what" \
			"see that 'apt-get update' works and that the main archive of Debian 12 is in the sources"
	fi
	rm -f "$log"
}

# apt_install PACKAGE...: install what is missing, quietly.
apt_install() {
	local missing=() package
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	apt_update
	say "installing ${missing[*]}"
	apt_quietly "${missing[*]}" install "${missing[@]}"
}

# apt_build_dep DIR: install what the packages of the source tree are built with.
apt_build_dep() {
	apt_install dpkg-dev build-essential
	! (cd "$1" && dpkg-checkbuilddeps 2>/dev/null) || return 0
	apt_update
	say "installing what the packages are built with"
	apt_quietly "the build dependencies" build-dep "$1"
}

# apt_update: bring the package lists up to date, once for a command and all that it starts.
apt_update() {
	[ -z "${KHTTPD_APT_UPDATED-}" ] || return 0
	local log
	log=$(mktemp)
	say "updating the package lists"
	# Tests run at the same time, and apt does not wait for another who does this.
	flock -w 300 /var/lib/apt/lists apt-get update -q >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		say "apt-get update failed; going on with the lists as they are"
	}
	rm -f "$log"
	export KHTTPD_APT_UPDATED=1
}

# apt_sources: the Debian archives among the machine's sources, one "URI SUITE COMPONENT" a line.
# apt itself is asked, so it does not matter in which format the sources are written.
apt_sources() {
	apt-get indextargets --format '$(ORIGIN)|$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		sed -n 's/^Debian|//p' | sort -u
}

# apt_transport_options: how the machine reaches its archives (proxies and the like), as apt.conf lines.
apt_transport_options() {
	apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date|Retries)\b.*"..*";$' || true
}

# apt_candidate PACKAGE: the version that apt would install, or nothing.
apt_candidate() {
	apt-cache policy "$1" | sed -n 's/^ *Candidate: \([^(]\)/\1/p'
}
