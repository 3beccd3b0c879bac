# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels that guests run, and which modules of guest/ run on which of them."""

from dataclasses import dataclass

# Parts of modules' names.
EVERYTHING = ("test_",)
# The packages come and go in guests of their own, where the compiler takes minutes.
PACKAGES = ("test_10_", "test_11_", "test_90_")
# A bit of everything, and unloading.
BASICS = ("test_15_", "test_16_")
# What the protocol and the daemon need of a kernel; of what goes wrong in time the debug kernel tells, the same version.
CALLS = BASICS + ("test_20_", "test_31_", "test_34_", "test_37_", "test_42_", "test_45_")
# What goes wrong in time, not in the protocol: locks, lifetimes, memory.
LIFETIMES = BASICS + ("test_55_", "test_57_", "test_65_", "test_70_", "test_72_", "test_73_", "test_74_", "test_75_",
                      "test_85_")
# In emulation under KASAN the interpreter of ACPI runs out of time while it boots. Without it nothing tells
# where the timer is that the CPU's clock is measured by; and what looks for devices takes minutes to find none.
DEBUG = ("acpi=off pmtmr=0x608 kmemleak=on workqueue.watchdog_thresh=120 "
         "systemd.mask=systemd-udev-trigger.service systemd.mask=systemd-logind.service")


@dataclass(frozen=True)
class Kernel:
    """A kernel, and what runs on it: `part` in a usual run, everything in a long one.

    slowness is by how much it is slower than the others; options are added to its command line; what is
    too large for it never runs.
    """

    part: tuple
    slowness: int = 1
    options: str = ""
    too_large: tuple = ()

    def modules(self, stems, long):
        """Those of the modules that a run without the names of some is about."""
        wanted = EVERYTHING if long else self.part
        unwanted = PACKAGES + self.too_large
        return [stem for stem in stems if stem.startswith(wanted) and not stem.startswith(unwanted)]


KERNELS = {
    "6.1": Kernel(EVERYTHING),
    "6.12": Kernel(CALLS),
    "6.1-rt": Kernel(BASICS + ("test_55_", "test_70_")),
    "5.10": Kernel(BASICS),
    "backports": Kernel(BASICS),
    "sid": Kernel(BASICS),
    # A small guest has not as much memory as this one takes for itself.
    "debug": Kernel(LIFETIMES, 8, DEBUG, ("test_76_",)),
}
