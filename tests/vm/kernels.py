# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels that guests run, and which modules of guest/ run on which of them."""

from dataclasses import dataclass

# Parts of modules' names.
EVERYTHING = ("test_",)
# What DKMS and apt do is the same for every kernel that they support.
PACKAGES = ("test_10_", "test_90_")
# Every call into the kernel that the module makes is made in one of these.
CALLS = ("test_20_", "test_31_", "test_34_", "test_37_range", "test_42_", "test_45_", "test_55_", "test_65_")
# What goes wrong in time, not in the protocol: locks, lifetimes, memory.
LIFETIME = ("test_50_", "test_55_", "test_65_", "test_7", "test_8")


@dataclass(frozen=True)
class Kernel:
    """What runs on a kernel: `part` in a usual run, all but `never` in a long one."""

    part: tuple
    never: tuple = ()
    slowness: int = 1

    def modules(self, stems, long):
        """Those of the modules that a run without the names of some is about."""
        wanted = EVERYTHING if long else self.part
        return [stem for stem in stems if stem.startswith(wanted) and not stem.startswith(self.never)]


KERNELS = {
    "6.1": Kernel(EVERYTHING),
    "6.12": Kernel(PACKAGES + CALLS),
    "6.1-rt": Kernel(CALLS + LIFETIME, PACKAGES),
    "5.10": Kernel(("test_05_",), PACKAGES),
    "backports": Kernel(("test_05_",), PACKAGES),
    "sid": Kernel(("test_05_",), PACKAGES),
    "debug": Kernel(LIFETIME, PACKAGES, slowness=8),
}
