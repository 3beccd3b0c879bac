# SPDX-License-Identifier: GPL-2.0-or-later
"""A file system that this program is: it fails, lies and waits as a test wants it."""

import ctypes
import errno
import os
import stat
import struct
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disk import needs
from shell import run

(LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, INTERRUPT,
 BATCH_FORGET) = (1, 2, 3, 14, 15, 17, 18, 25, 26, 27, 28, 29, 36, 42)
NOT_ANSWERED = (FORGET, BATCH_FORGET, INTERRUPT)
DIRECT_IO = 1
ROOT = 1
MOST = 1 << 16


@dataclass
class File:
    """A file: how large it claims to be, and what reading does, which returns octets or an errno, or None to wait.

    One that is not to be found has already its lookup wait.
    """

    size: int
    read: callable
    flags: int = 0
    found: bool = True


class FileSystem:
    """Files in a directory, served by a thread; who uses them must be another one."""

    def __init__(self, files):
        self.names = list(files)
        self.files = [files[name] for name in self.names]
        self.waiting = []
        self.device = os.open("/dev/fuse", os.O_RDWR)
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        while True:
            try:
                message = os.read(self.device, MOST + (1 << 16))
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                    continue
                # It was unmounted.
                return
            length, operation, unique, node = struct.unpack_from("=IIQQ", message)
            if operation not in NOT_ANSWERED:
                self._answer(unique, self._do(operation, node, message[40:length], unique))

    def _answer(self, unique, answer):
        """Send octets, or an error; nothing yet for None."""
        if answer is None:
            return
        error, data = (-answer, b"") if isinstance(answer, int) else (0, answer)
        try:
            os.write(self.device, struct.pack("=IiQ", 16 + len(data), error, unique) + data)
        except OSError:
            # Whoever asked has gone.
            pass

    def _do(self, operation, node, data, unique):  # pylint: disable=too-many-return-statements
        if operation == INIT:
            minor = struct.unpack_from("=II", data)[1]
            return struct.pack("=IIIIHHIIHHI28x", 7, min(minor, 31), MOST, 0, 16, 12, MOST, 1, 16, 0, 0)
        if operation == LOOKUP:
            name = os.fsdecode(data.rstrip(b"\0"))
            if node != ROOT or name not in self.names:
                return errno.ENOENT
            number = self.names.index(name) + 2
            if not self.files[number - 2].found:
                self.waiting.append(unique)
                return None
            return struct.pack("=QQQQII", number, 0, 0, 0, 0, 0) + self._attributes(number)
        if operation == GETATTR:
            return struct.pack("=QII", 0, 0, 0) + self._attributes(node)
        if operation in (OPEN, OPENDIR):
            return struct.pack("=QII", 0, 0 if node == ROOT else self.files[node - 2].flags, 0)
        if operation == READ:
            offset, size = struct.unpack_from("=QI", data, 8)
            answer = self.files[node - 2].read(offset, size)
            if answer is None:
                self.waiting.append(unique)
            return answer
        if operation in (RELEASE, RELEASEDIR, FLUSH):
            return b""
        if operation == STATFS:
            return bytes(80)
        return errno.ENOSYS

    def _attributes(self, number):
        directory = number == ROOT
        return struct.pack("=QQQQQQIIIIIIIIII", number, 0 if directory else self.files[number - 2].size, 0, 0, 0, 0,
                           0, 0, 0, stat.S_IFDIR | 0o755 if directory else stat.S_IFREG | 0o644, 1, 0, 0, 0, 4096, 0)

    def fail_waiting(self):
        """Answer those who wait with an error."""
        while self.waiting:
            self._answer(self.waiting.pop(), errno.EIO)


@contextmanager
def mounted(files, owner=0, others=True):
    """Mount a file system with such files, which others than its owner may use or not; yields it and its directory."""
    needs("fuse")
    directory = Path(tempfile.mkdtemp(prefix="fuse-"))
    directory.chmod(0o755)
    system = FileSystem(files)
    options = f"fd={system.device},rootmode=40000,user_id={owner},group_id=0{',allow_other' if others else ''}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"khttpd-test", os.fsencode(directory), b"fuse", 0, options.encode()):
        raise OSError(ctypes.get_errno(), "mount")
    system.thread.start()
    try:
        yield system, directory
    finally:
        # With force: who still waits is answered with an error.
        if run("umount", "--force", directory, check=False).returncode:
            run("umount", "--lazy", directory, check=False)
        os.close(system.device)
        directory.rmdir()
