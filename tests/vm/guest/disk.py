# SPDX-License-Identifier: GPL-2.0-or-later
"""File systems to serve from that a test can break: on a disk with bad sectors or a slow one, in memory, in layers."""

import fcntl
import os
import struct
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from shell import run

NAME = "khttpd-test"
BLOCK = 4096
SECTOR = 512
FIBMAP = 1


def needs(*modules):
    """Skip the test on a kernel that has not all of these."""
    for module in modules:
        if run("modprobe", module, check=False).returncode:
            pytest.skip(f"this kernel has no {module}")


@contextmanager
def mounted(kind, *options, device="none", name="mnt"):
    """Mount a file system for a while; yields its directory, which everybody may look into."""
    parent = Path(tempfile.mkdtemp(prefix="mounted-"))
    parent.chmod(0o755)
    directory = parent / name
    directory.mkdir()
    run("mount", "-t", kind, *(("-o", ",".join(options)) if options else ()), device, directory)
    try:
        if "ro" not in options:
            directory.chmod(0o755)
        yield directory
    finally:
        # A test that failed may have left a user.
        if run("umount", directory, check=False).returncode:
            run("umount", "--lazy", directory, check=False)
        directory.rmdir()
        parent.rmdir()


@contextmanager
def overlay():
    """An overlay file system over two in memory; yields the whole and the lower layer."""
    needs("overlay")
    with mounted("tmpfs", "mode=755") as below, mounted("tmpfs", "mode=755") as above:
        for name in ("upper", "work"):
            (above / name).mkdir()
        with mounted("overlay", f"lowerdir={below}", f"upperdir={above}/upper", f"workdir={above}/work") as merged:
            yield merged, below


class Disk:
    """A disk whose sectors fail, wait or take long on demand, with ext4 on it; to be used as a context manager."""

    def __init__(self, megabytes=64):
        needs("loop", "dm_mod", "ext4")
        self.sectors = megabytes << 11
        self.loop, self.device = None, None
        self.undo = ExitStack()

    def __enter__(self):
        with ExitStack() as undo:
            # In memory: nobody waits for a disk beneath.
            directory = undo.enter_context(mounted("tmpfs", "mode=700"))
            with open(directory / "image", "wb") as image:
                image.truncate(self.sectors * SECTOR)
            self.loop = run("losetup", "--find", "--show", directory / "image").stdout.strip()
            undo.callback(run, "losetup", "--detach", self.loop, check=False)
            run("dmsetup", "create", "--noudevsync", NAME, "--table", self.table())
            undo.callback(run, "dmsetup", "remove", "--retry", "--force", "--noudevsync", NAME, check=False)
            self.device = f"/dev/{self._tell('blkdevname')}"
            run("mkfs.ext4", "-q", "-b", BLOCK, "-N", "256", "-J", "size=4", "-E", "lazy_itable_init=0,nodiscard",
                self.device)
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *_):
        self.undo.close()

    @staticmethod
    def _tell(column):
        """Return what dmsetup tells of the device."""
        return run("dmsetup", "info", "-c", "--noheadings", "-o", column, NAME).stdout.strip()

    def mounted(self, *options):
        """Mount the file system for a while; yields its directory."""
        return mounted("ext4", *options, device=self.device)

    def table(self, bad=()):
        """Describe the device: all of it is the image, but for ranges of sectors that cannot be read."""
        lines, at = [], 0
        for first, end in sorted(bad):
            if first > at:
                lines.append(f"{at} {first - at} linear {self.loop} {at}")
            lines.append(f"{first} {end - first} error")
            at = end
        if at < self.sectors:
            lines.append(f"{at} {self.sectors - at} linear {self.loop} {at}")
        return "\n".join(lines)

    def fail(self, *bad):
        """Let these ranges of sectors fail from now on, and no others; whoever waits goes on."""
        self._change(self.table(bad))

    def fail_all(self):
        """Let everything fail."""
        self.fail((0, self.sectors))

    def slow(self, milliseconds):
        """Let every read take at least that long from now on; writing is as fast as ever."""
        needs("dm_delay")
        self._change(f"0 {self.sectors} delay {self.loop} 0 {milliseconds} {self.loop} 0 0")

    def _change(self, table):
        """Exchange the device's description."""
        self.hold()
        run("dmsetup", "reload", NAME, "--table", table)
        self.release()

    def hold(self):
        """Let everybody wait who needs the disk."""
        run("dmsetup", "suspend", "--noflush", "--nolockfs", "--noudevsync", NAME)

    def release(self):
        """Let them go on."""
        run("dmsetup", "resume", "--noudevsync", NAME)

    def unused(self):
        """Tell whether nothing has the device open: no file system is on it any more, mounted or not."""
        return self._tell("open") == "0"


def sectors(path, offset=0, length=None):
    """Return the range of sectors that holds a part of a file, which has to lie in one piece."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        end = offset + length if length else os.fstat(file.fileno()).st_size
        blocks = [struct.unpack("=i", fcntl.ioctl(file, FIBMAP, struct.pack("=i", number)))[0]
                  for number in (offset // BLOCK, (end - 1) // BLOCK)]
    assert blocks[1] - blocks[0] == (end - 1) // BLOCK - offset // BLOCK
    return blocks[0] * BLOCK // SECTOR, (blocks[1] + 1) * BLOCK // SECTOR


def forget():
    """Let the kernel forget what it has cached of files and directories."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")


def forget_file(path):
    """Let the kernel forget the content of one file."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
