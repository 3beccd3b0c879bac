# SPDX-License-Identifier: GPL-2.0-or-later
# Mounts that end with the command that made them. Sourced.
# shellcheck shell=bash

# Run a command in a mount namespace of its own. It unmounts what it mounts: in a chroot
# whose root is no mount point, nothing can keep its mounts from being seen outside.
own_mounts() {
	local propagation=private
	unshare --mount true 2>/dev/null || propagation=unchanged
	unshare --mount --propagation "$propagation" "$@"
}
