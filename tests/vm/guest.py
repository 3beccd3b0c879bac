# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest: a disposable Debian 12 in QEMU, and what one does with it.

From the command line:

    guest.py --kernel 6.1 [--push FILE:DIRECTORY]... -- COMMAND [ARGUMENT]...

boots a guest, copies the files, runs the command there, powers the guest off, and
ends with the command's exit status, or with 1 if the kernel log has complaints.
"""

import argparse
import ctypes
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import kernel_log
from channel import Channel, ChannelError, Result
from kernels import KERNELS

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("KHTTPD_CACHE")
             or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "khttpd")
# What is dear to emulate, and what nobody needs here, is left out: wide registers, which
# programs copy with and the kernel saves, and copying that counts octets.
EMULATION = ["-accel", "tcg,thread=multi", "-cpu", "max,-xsave,-avx,-avx2,-erms"]
# One CPU, and its clock advances by one nanosecond with every instruction.  While the CPU
# is idle the clock jumps to the next timer, or keeps time with a client outside.
COUNTED = ["-accel", "tcg,thread=single", "-cpu", "max", "-icount"]
ALONE, CONNECTED = "shift=0,sleep=off", "shift=0,sleep=on"
VIRTUALIZATION = ["-accel", "kvm", "-cpu", "host"]
# Emulation on a busy machine is slow, which is nothing to complain about.  Harmless
# for what is tested: no mitigations, no search for a better clock, slab caches of which
# one sees whose objects they hold, and programs in the same place each time (QEMU
# translates them anew for each other place, which is three quarters of a short one's time).
KERNEL_OPTIONS = (
    "root=/dev/vda rw console=ttyS0 quiet loglevel=5 panic=-1 oops=panic mitigations=off "
    "tsc=reliable watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 net.ifnames=0 "
    "slab_nomerge norandmaps systemd.show_status=0 module_blacklist=kvm_amd,powernow_k8,ata_piix,floppy,psmouse,pcspkr,i2c_piix4"
)


SKIPPED_STATUS = 77  # of build-root and, because of it, of this and suite.py


class GuestError(Exception):
    """The guest did not do what every guest must."""


class Unavailable(Exception):
    """The kernel is not to be had on this machine."""


def build_root(kernel, packages=None):
    """Return the directory of a guest's disk, made when it is missing."""
    made = subprocess.run([HERE / "build-root", kernel, *([packages] if packages else [])],
                          stdout=subprocess.PIPE, text=True, check=False)
    if made.returncode == SKIPPED_STATUS:
        raise Unavailable(f"kernel {kernel} is not to be had here")
    if made.returncode:
        raise GuestError(f"the disk for kernel {kernel} could not be made")
    return Path(made.stdout.strip())


def end_with_parent():
    """In a child process: end when the parent does, however it ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def virtualization_works(root):
    """Boot the kernel with KVM, for a few seconds at most: /dev/kvm alone says little."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    # The answer is the machine's, until it boots again.
    machine = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    memory = CACHE / f"kvm-{machine}"
    if memory.exists():
        return memory.read_text(encoding="ascii") == "yes"
    command = [
        "qemu-system-x86_64", *VIRTUALIZATION, "-m", "512", "-nodefaults", "-no-reboot", "-display", "none",
        "-serial", "stdio", "-kernel", root / "vmlinuz", "-initrd", root / "initrd",
        "-append", "console=ttyS0 quiet panic=-1 khttpd.probe",
    ]
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, timeout=8, check=False).stdout
    except subprocess.TimeoutExpired:
        answer = b""
    works = b"khttpd: the probe has booted" in answer
    memory.write_text("yes" if works else "no", encoding="ascii")
    return works


class Guest:
    """One virtual machine.  Use it as a context manager: it is gone afterwards, in any case.

    kernel   one of KERNELS
    packages a directory from build-debs: its packages are installed on the disk
    shares   {tag: directory}: directories of the host, read-only, for mount() under 9p
    forward  a port of 127.0.0.1 on the host that leads to port 80 of the guest
    memory   MiB
    cpus     how many; one is cheaper to emulate, as nobody waits for what the other holds
    counted  for measuring: one CPU, whose clock counts instructions
    network  (file of a network namespace, tap device in it): QEMU runs there, and the guest has a card on it
    """

    def __init__(self, kernel, *, packages=None, shares=None, forward=None, memory=2048, cpus=2,
                 counted=False, network=None, directory=None):
        self.kernel = kernel
        self.packages = packages
        self.shares = shares or {}
        self.forward = forward
        self.memory = memory
        self.counted = counted
        self.network = network
        self.cpus = 1 if counted else cpus
        self.slowness = KERNELS[kernel].slowness
        self.directory = Path(directory or tempfile.mkdtemp(prefix="khttpd-guest-"))
        self.temporary = directory is None
        self.console = self.directory / "console.log"
        self.process = None
        self.control = None
        self.log_read = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Start QEMU; ready() waits for the system inside."""
        root = build_root(self.kernel, self.packages)
        self.directory.mkdir(parents=True, exist_ok=True)
        machine = VIRTUALIZATION if not self.counted and virtualization_works(root) else EMULATION
        if self.counted:
            machine = [*COUNTED, CONNECTED if self.network else ALONE]
        command = [
            "qemu-system-x86_64", *machine, "-smp", f"{self.cpus},sockets={self.cpus}", "-m", str(self.memory),
            "-name", f"khttpd-{self.kernel}", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-kernel", root / "vmlinuz", "-initrd", root / "initrd",
            "-append", f"{KERNEL_OPTIONS} {KERNELS[self.kernel].options}",
            "-drive", f"file={root}/root.img,format=raw,if=virtio,snapshot=on,cache=unsafe",
            "-serial", f"file:{self.console}",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
        ]
        for name in ("control", "shell"):
            command += [
                "-chardev", f"socket,id={name},path={self.directory}/{name},server=on,wait=off",
                "-device", f"virtserialport,chardev={name},name=khttpd.{name}",
            ]
        for tag, path in self.shares.items():
            command += ["-virtfs", f"local,path={str(path).replace(',', ',,')},mount_tag={tag},"
                                   "security_model=none,readonly=on,multidevs=remap"]
        if self.forward:
            command += ["-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.forward}-:80",
                        "-device", "virtio-net-pci,netdev=net,romfile="]
        if self.network:
            namespace, device = self.network
            command = ["nsenter", f"--net={namespace}", *command,
                       "-netdev", f"tap,id=tap,ifname={device},script=no,downscript=no",
                       "-device", "virtio-net-pci,netdev=tap,romfile="]
        errors = open(self.directory / "qemu.log", "wb")  # pylint: disable=consider-using-with
        with errors:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                preexec_fn=end_with_parent)

    def ready(self, timeout=300):
        """Wait until the system inside has booted.

        A kernel that crashes on its way there, before anything of khttpd's is in it, is started
        once more: emulated, it now and then stumbles over the code that it patches on one CPU
        while another one runs it.
        """
        try:
            self.greet(timeout)
        except GuestError:
            if not self.crashed_early():
                raise
            print(f"guest: the kernel crashed while it booted, and is started again\n{self.last_words()}",
                  file=sys.stderr)
            self.stop()
            self.start()
            self.greet(timeout)
        try:
            state = self.run("systemctl is-system-running --wait", timeout=timeout, check=False)
        except ChannelError as error:
            raise GuestError(f"{error}\n" + self.last_words()) from error
        if state.text.strip() != "running":
            failed = self.run("systemctl --failed --no-pager --plain", check=False).text
            raise GuestError(f"the guest is {state.text.strip()}, not running\n{failed}")
        # Tests of what happens at the same time would find nothing.
        cpus = int(self.run("nproc").text)
        if cpus != self.cpus:
            raise GuestError(f"the guest has {cpus} CPUs, not {self.cpus}")

    def greet(self, timeout):
        """Wait for the agent inside, at most for timeout seconds."""
        deadline = time.monotonic() + timeout * self.slowness
        while self.control is None:
            if self.process.poll() is not None:
                raise GuestError("QEMU ended while the guest booted\n" + self.last_words())
            if time.monotonic() > deadline:
                raise GuestError(f"the guest did not boot within {timeout} s\n" + self.last_words())
            try:
                self.control = Channel(self.directory / "control")
            except OSError:
                time.sleep(0.2)
        try:
            self.control.greet(max(1, deadline - time.monotonic()))
        except ChannelError as error:
            raise GuestError(f"{error}\n" + self.last_words()) from error

    def crashed_early(self):
        """Did the kernel panic, without a word of khttpd, whose module and packages say theirs?"""
        console = self.console.read_text(errors="replace")
        return "Kernel panic" in console and "khttpd" not in console

    def run(self, command, timeout=120, check=True, **options) -> Result:
        """Run a command line with sh, or a list as it is; options as of Channel.run."""
        argv = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
        result = self.control.run(argv, timeout * self.slowness, **options)
        if check and result.status:
            raise GuestError(f"{command}: exit status {result.status}\n{result.text}{result.messages}")
        return result

    def push(self, source, target):
        """Copy a file or a directory of the host into a directory of the guest."""
        source = Path(source).resolve()
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(source, arcname=source.name)
        self.run(f"mkdir -p {shlex.quote(target)} && tar -x --no-same-owner -C {shlex.quote(target)}",
                 stdin=archive.getvalue())

    def pull(self, path):
        """Return the octets of a file of the guest."""
        return self.run(["cat", path]).out

    def mount(self, tag, target, cache="none"):
        """Mount a share."""
        self.run(f"mkdir -p {shlex.quote(target)} && mount -t 9p -o ro,trans=virtio,version=9p2000.L,"
                 f"msize=524288,cache={cache} {tag} {shlex.quote(target)}")

    def complaints(self):
        """Return the lines of the kernel log since the last call that tell of a bug."""
        lines = self.run("dmesg --level=emerg,alert,crit,err,warn,notice,info,debug").text.splitlines()
        new, self.log_read = lines[self.log_read :], len(lines)
        return kernel_log.complaints(new)

    def poweroff(self, timeout=120):
        """Shut down cleanly, within timeout seconds, and without a complaint of the kernel."""
        try:
            # A kernel that does without ACPI can only reset the machine, which is QEMU's end, too.
            self.run("test -d /sys/firmware/acpi && verb=poweroff; systemctl ${verb-reboot} --no-block", timeout=60)
        except ChannelError:
            pass  # it may be gone before it has answered; how it went is told by what follows
        try:
            self.process.wait(timeout * self.slowness)
        except subprocess.TimeoutExpired as error:
            raise GuestError(f"the guest did not power off within {timeout} s\n" + self.last_words()) from error
        found = kernel_log.complaints(self.console.read_text(errors="replace").splitlines())
        if found:
            raise GuestError("complaints on the console:\n" + "\n".join(found))

    def last_words(self):
        """The end of what the console and QEMU said."""
        texts = [path.read_text(errors="replace")[-3000:]
                 for path in (self.directory / "qemu.log", self.console) if path.exists()]
        return "\n".join(texts)

    def stop(self):
        """End QEMU, if it still runs."""
        if self.control:
            self.control.close()
            self.control = None
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def kill(self):
        """End QEMU, and remove what it left."""
        self.stop()
        if self.temporary:
            shutil.rmtree(self.directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="Run a command in a new guest.")
    parser.add_argument("--kernel", choices=KERNELS, default="6.1")
    parser.add_argument("--installed", metavar="PACKAGES", help="a directory of build-debs, to be installed")
    parser.add_argument("--push", metavar="FILE:DIRECTORY", action="append", default=[])
    parser.add_argument("--share", metavar="HOST-DIR:GUEST-DIR", action="append", default=[],
                        help="show a directory of the host, read-only")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for the command")
    parser.add_argument("--memory", type=int, default=2048, help="MiB")
    parser.add_argument("--counted", action="store_true", help="one CPU, whose clock counts instructions")
    parser.add_argument("--directory", help="keep the console's log and the sockets here")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    shares = [share.rsplit(":", 1) for share in options.share]
    tagged = {f"share{i}": host for i, (host, _) in enumerate(shares)}
    begun = time.monotonic()
    with Guest(options.kernel, packages=options.installed, shares=tagged, memory=options.memory, counted=options.counted,
               directory=options.directory) as guest:
        guest.ready()
        print(f"guest: ready after {time.monotonic() - begun:.0f} s", file=sys.stderr)
        for item in options.push:
            guest.push(*item.rsplit(":", 1))
        for i, (_, target) in enumerate(shares):
            guest.mount(f"share{i}", target)
        command = options.command[0] if len(options.command) == 1 else options.command
        result = guest.run(command, options.timeout, check=False,
                           on_output=lambda data: (sys.stdout.buffer.write(data), sys.stdout.flush()))
        found = guest.complaints()
        guest.poweroff()
    print(f"guest: exit status {result.status}, gone after {time.monotonic() - begun:.0f} s", file=sys.stderr)
    if found:
        print("error: the kernel complains\n" + "\n".join(found), file=sys.stderr)
    sys.exit(result.status or bool(found))


if __name__ == "__main__":
    try:
        main()
    except Unavailable as failure:
        print(failure, file=sys.stderr)
        sys.exit(SKIPPED_STATUS)
    except (GuestError, ChannelError) as failure:
        sys.exit(f"error: {failure}")
