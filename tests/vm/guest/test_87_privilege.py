# SPDX-License-Identifier: GPL-2.0-or-later
"""What who may do: any user, root of a container, one capability alone; SECURITY.md says it in words."""

import ctypes
import errno
import http.client
import os
import pickle
import pwd
import socket
import stat
import struct
import time
from pathlib import Path

import pytest

import disk
import genl
import scale
import sysfs
import wire
from configuration import directories
from genl import nest, text, u32
from shell import SYSFS, eventually, loaded, run, state

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")

K = genl.constants()
LIBC = ctypes.CDLL(None, use_errno=True)
VISITOR = pwd.getpwnam("visitor")
WWW_DATA = 33
PR_SET_DUMPABLE, PR_SET_KEEPCAPS = 4, 8
SYS_CAPSET = 126
NEW_MOUNTS, NEW_USERS, NEW_NETWORK = 0x20000, 0x10000000, 0x40000000
CAP_SETGID, CAP_SETUID, CAP_NET_BIND_SERVICE, CAP_NET_ADMIN = 6, 7, 10, 12
GROUP, JOIN = 270, 1


def called(result):
    """Raise the error of a system call that was made through the C library."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def in_process(work, *become):
    """Return what work() returns, or raise what it raises, in a process of its own, which first becomes somebody."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            for step in become:
                step()
            told = (work(), None)
        except BaseException as error:  # pylint: disable=broad-exception-caught
            told = (None, error)
        try:
            os.write(writing, pickle.dumps(told))
        finally:
            os._exit(0)  # pylint: disable=protected-access
    os.close(writing)
    with open(reading, "rb") as pipe:
        result, error = pickle.loads(pipe.read())
    os.waitpid(child, 0)
    if error:
        raise error
    return result


def visitor():
    """Become an ordinary user."""
    os.setgroups([])
    os.setgid(VISITOR.pw_gid)
    os.setuid(VISITOR.pw_uid)
    called(LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))


def container():
    """Become root of user, network and mount namespaces of one's own, as a user may."""
    called(LIBC.unshare(NEW_USERS | NEW_NETWORK | NEW_MOUNTS))
    for name, line in (("setgroups", "deny"), ("uid_map", f"0 {VISITOR.pw_uid} 1"),
                       ("gid_map", f"0 {VISITOR.pw_gid} 1")):
        Path(f"/proc/self/{name}").write_text(line, encoding="ascii")
    assert os.getuid() == os.getgid() == 0
    run("ip", "link", "set", "lo", "up")


def network():
    """Get a network namespace of one's own, as root."""
    called(LIBC.unshare(NEW_NETWORK))
    run("ip", "link", "set", "lo", "up")


def only(*capabilities):
    """Return what makes an ordinary user with these capabilities out of root."""
    def become():
        called(LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
        visitor()
        bits = sum(1 << capability for capability in capabilities)
        header = struct.pack("=Ii", 0x20080522, 0)
        called(LIBC.syscall(SYS_CAPSET, header, struct.pack("=IIIIII", bits, bits, 0, 0, 0, 0)))
    return become


def server(**values):
    """Return a change of the server's own attributes."""
    return nest(K["A_CHANGE_SERVER"], *(text(K["A_SERVER_ROOT"], str(value)) if name == "root" else
                                        u32(K[f"A_SERVER_{name.upper()}"], value) for name, value in values.items()))


def listener(port):
    """Return a listener on 127.0.0.1 in a change."""
    return nest(K["A_CHANGE_LISTENER"], genl.attr(K["A_LISTENER_ADDR4"], bytes((127, 0, 0, 1))),
                u32(K["A_LISTENER_PORT"], port))


STOPPED, RUNNING = 0, 1
CHANGES = (
    lambda: server(state=RUNNING), lambda: server(state=STOPPED), lambda: server(root="/srv"), lambda: server(uid=1000),
    lambda: server(), lambda: listener(8080), lambda: u32(K["A_CHANGE_CLEAR"], 3),
    lambda: nest(K["A_CHANGE_LIMITS"], u32(K["A_LIMITS_FIELDS"], 5)),
    lambda: nest(K["A_CHANGE_TIMEOUTS"], u32(K["A_TIMEOUTS_IDLE_MS"], 500)),
    lambda: nest(K["A_CHANGE_WORKQUEUE"], u32(K["A_WORKQUEUE_QUEUE"], 0), u32(K["A_WORKQUEUE_MAX_ACTIVE"], 1)),
    lambda: nest(K["A_CHANGE_VHOST"]), lambda: nest(K["A_CHANGE_MIME"]), lambda: b"",
)


def refusal(link, *parts):
    """Ask for a change; return the name of the error, None without one."""
    try:
        link.ask(K["CMD_SERVER_SET"], *parts)
    except genl.Refused as refused:
        return errno.errorcode[refused.errno]
    return None


def refusals():
    """Return how every kind of change is refused."""
    with genl.Link() as link:
        return {refusal(link, change()) for change in CHANGES}


def reported(link):
    """Return the server's attributes as they are reported."""
    return dict(genl.attributes(dict(link.ask(K["CMD_SERVER_GET"])[0])[K["A_MSG_SERVER"]]))


# ----------------------------------------------------------------------
# Any user


def listening():
    """Return the listening sockets of this network namespace."""
    return sorted(line for line in run("ss", "--no-header", "--listening", "--tcp", "--numeric").stdout.splitlines())


def threads():
    """Return the kernel's threads that bear the module's name."""
    # A worker that all share is called after what it did last.
    return [line for line in run("ps", "--ppid", 2, "-o", "comm").stdout.splitlines() if line.startswith("khttpd")]


@pytest.fixture(name="absent")
def fixture_absent():
    """The module is not loaded; afterwards the service runs as before."""
    run("systemctl", "stop", "khttpd")
    run("rmmod", "khttpd")
    yield
    run("systemctl", "start", "khttpd")


@pytest.mark.usefixtures("absent")
@pytest.mark.parametrize("who", ((visitor,), (visitor, container)), ids=("user", "container"))
def test_anybody_can_have_the_module_loaded_and_that_does_nothing(who):
    """No socket, no thread, nothing served; and it can be unloaded again, as often as one likes."""
    before = listening()
    for _ in range(scale.times(10, 3)):
        assert not loaded()
        in_process(lambda: genl.Link().socket.close(), *who)
        assert loaded()
        assert (listening(), threads(), state()) == (before, [], "stopped")
        with pytest.raises(ConnectionRefusedError):
            wire.get("/")
        run("rmmod", "khttpd")


def test_any_user_may_read_and_nobody_but_root_change():
    before = sysfs.number("generation")

    def work():
        with genl.Link() as link:
            for command in ("CMD_LISTENER_GET", "CMD_VHOST_GET", "CMD_MIME_GET", "CMD_STATS_GET"):
                link.dump(K[command])
            link.ask(K["CMD_STATS_GET"])
            return reported(link)

    assert K["A_SERVER_VERSION"] in in_process(work, visitor)
    assert in_process(refusals, visitor) == {"EPERM"}
    assert in_process(refusals, only()) == {"EPERM"}
    assert sysfs.number("generation") == before


# Whoever writes to it asks for something; there is nothing to be read.
FLUSH = SYSFS / "cache" / "flush"


def test_the_files_are_root_s():
    for path in (path for path in SYSFS.rglob("*") if path.is_file()):
        mode = path.stat()
        allowed = (0o200,) if path == FLUSH else (0o644, 0o444)
        assert (mode.st_uid, mode.st_gid) == (0, 0) and stat.S_IMODE(mode.st_mode) in allowed, path


def opened_by(*become):
    """Return a link whose socket somebody else has opened and handed over."""
    ours, theirs = socket.socketpair()

    def open_one():
        link = genl.Link()
        socket.send_fds(theirs, [struct.pack("=H", link.family)], [link.socket.fileno()])

    with ours, theirs:
        in_process(open_one, *become)
        data, descriptors, _, _ = socket.recv_fds(ours, 16, 1)
    link = genl.Link()
    link.socket.close()
    link.socket = socket.socket(fileno=descriptors[0])
    link.socket.settimeout(genl.PATIENCE)
    link.family = struct.unpack("=H", data)[0]
    return link


def test_a_socket_lends_its_opener_s_rights_to_nobody():
    """A message of root through a user's socket is refused, and so is one of a user through root's."""
    before = sysfs.number("generation")
    with opened_by(visitor) as link:
        assert refusal(link, listener(8080)) == "EPERM"
    with genl.Link() as link:
        assert in_process(lambda: refusal(link, listener(8080)), visitor) == "EPERM"
        assert refusal(link) is None
    assert sysfs.number("generation") == before


def test_users_who_read_slowly_stop_nobody():
    """Dumps that nobody goes on to read: configuration changes all the same, and nothing is left of them."""
    users = Path("/sys/module/khttpd/refcnt")
    before = int(users.read_text(encoding="ascii"))
    opened = []

    def begin():
        for _ in range(200):
            link = genl.Link()
            link.send(K["CMD_MIME_GET"], flags=genl.NLM_F_DUMP)
            opened.append(link)
        for _ in range(20):
            sysfs_change()
        return len(opened)

    def sysfs_change():
        with pytest.raises(PermissionError):
            (SYSFS / "state").write_text("stopped", encoding="ascii")

    with genl.Link() as link:
        extensions = [nest(K["A_CHANGE_MIME"], text(K["A_MIME_TYPE"], f"text/x{number}"),
                           text(K["A_MIME_EXTENSION"], f"x{number}")) for number in range(1000)]
        assert refusal(link, *extensions) is None
        assert in_process(begin, visitor) == 200
        for _ in range(10):
            assert refusal(link, u32(K["A_CHANGE_CLEAR"], K["LIST_MIME"]), *extensions[:500]) is None
            assert wire.get("/").status == 200
        assert refusal(link, u32(K["A_CHANGE_CLEAR"], K["LIST_MIME"])) is None
    eventually(lambda: int(users.read_text(encoding="ascii")) <= before, "no dump is left")


# ----------------------------------------------------------------------
# Root of a container, which a user may be


def test_a_container_s_root_configures_nothing():
    """All capabilities of its own namespaces are none here: the server of its network namespace stays as it is."""
    generation = sysfs.number("generation")

    def work():
        with genl.Link() as link:
            mine = reported(link)
            told = refusals()
            assert reported(link) == mine
            counted = dict(genl.attributes(dict(link.ask(K["CMD_STATS_GET"])[0])[K["A_MSG_STATS"]]))
            return mine, told, link.dump(K["CMD_LISTENER_GET"]), counted[K["A_STATS_REQUESTS"]]

    wire.get("/")
    mine, told, listeners, requests = in_process(work, visitor, container)
    assert told == {"EPERM"}
    # It sees its own server, and nothing of that of the machine.
    assert struct.unpack("=I", mine[K["A_SERVER_STATE"]])[0] == STOPPED
    assert K["A_SERVER_ROOT"] not in mine and not listeners and requests == bytes(8)
    assert sysfs.number("generation") == generation


def test_a_container_s_root_writes_no_setting():
    """Neither where the machine's sysfs is, nor where it mounts one of its own."""
    settings = {path: path.read_bytes() for path in SYSFS.rglob("*")
                if path.is_file() and path != FLUSH and "stats" not in path.parts}

    def write(top):
        told = set()
        for path in (top / path.relative_to(SYSFS) for path in (*settings, FLUSH)):
            try:
                path.write_bytes(b"1\n")
            except OSError as error:
                told.add(error.errno)
            else:
                told.add(path)
        return told

    def mount_and_write():
        if LIBC.mount(b"sysfs", b"/sys", b"sysfs", 0, None):
            return {ctypes.get_errno()}
        return write(SYSFS)

    assert in_process(lambda: write(SYSFS), visitor, container) <= {errno.EACCES, errno.EPERM}
    assert in_process(mount_and_write, visitor, container) <= {errno.EACCES, errno.EPERM}
    assert {path: path.read_bytes() for path in settings} == settings


def join(link):
    """Let a link hear the family's events."""
    groups = dict(opened_family(link))[7]
    number = dict(genl.attributes(genl.attributes(groups)[0][1]))[2]
    link.socket.setsockopt(GROUP, JOIN, struct.unpack("=I", number)[0])


def opened_family(link):
    """Return what the controller tells of the family."""
    family, link.family = link.family, genl.GENL_ID_CTRL
    try:
        return link.ask(3, text(2, "khttpd"))[0]
    finally:
        link.family = family


def test_events_stay_in_their_network_namespace():
    """Who listens in a container hears nothing of the machine's server; a user of the machine does."""
    with opened_by(visitor) as user, opened_by(visitor, container) as stranger, genl.Link() as link:
        for listens in (user, stranger):
            join(listens)
            listens.socket.setblocking(False)
        for fields in (5, 100):
            link.ask(K["CMD_SERVER_SET"], nest(K["A_CHANGE_LIMITS"], u32(K["A_LIMITS_FIELDS"], fields)))
        # An event is sent before the change is acknowledged.
        assert user.messages() and user.messages()
        with pytest.raises(BlockingIOError):
            stranger.messages()


# ----------------------------------------------------------------------
# One capability alone


@pytest.fixture(scope="module", name="world")
def fixture_world():
    """Directories of the visitor, of www-data and of root, and one for everybody with files of each."""
    with directories("public", "visitor", "www-data", "root") as world:
        owners = {"public": 0, "visitor": VISITOR.pw_uid, "www-data": WWW_DATA, "root": 0}
        for name, owner in owners.items():
            (world / name / "file").write_text(name, encoding="ascii")
            os.chown(world / name, owner, owner)
            if name != "public":
                (world / name).chmod(0o700)
                (world / "public" / name).write_text(name, encoding="ascii")
                os.chown(world / "public" / name, owner, owner)
                (world / "public" / name).chmod(0o600)
        yield world


def fetch(path, port=8080):
    """Return the status of a file, from within the process's own network namespace."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=wire.PATIENCE)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_who_has_the_network_alone_reads_as_itself(world):
    """CAP_NET_ADMIN serves what its holder may read, on ports that are free to all, and nothing else."""
    def work():
        told = {}
        with genl.Link() as link:
            own = {"uid": VISITOR.pw_uid, "gid": VISITOR.pw_gid}
            for name, values in {
                    "www-data": {"uid": WWW_DATA}, "its group": {**own, "gid": WWW_DATA}, "root": {"uid": 0},
                    "root's group": {**own, "gid": 0}, "closed to it": {**own, "root": world / "root"},
                    "of www-data": {**own, "root": world / "www-data"}}.items():
                told[name] = refusal(link, server(**{"state": RUNNING, "root": world / "public", **values}),
                                     listener(8080))
            start = server(state=RUNNING, root=world / "public", **own)
            told["port 80"] = refusal(link, start, listener(80))
            told["port 8080"] = refusal(link, start, listener(8080))
            told["files"] = [fetch(f"/{name}") for name in ("file", "visitor", "www-data", "root")]
            told["own root"] = refusal(link, server(root=world / "visitor"))
            told["stop"] = refusal(link, server(state=STOPPED))
        return told

    assert in_process(work, network, only(CAP_NET_ADMIN)) == {
        "www-data": "EPERM", "its group": "EPERM", "root": "ERANGE", "root's group": "EPERM", "closed to it": "EACCES",
        "of www-data": "EACCES", "port 80": "EACCES", "port 8080": None, "files": [200, 200, 403, 403],
        "own root": None, "stop": None}


def test_with_the_right_to_become_another_it_reads_as_another(world):
    """And never as root, whatever it has."""
    def work():
        told = []
        with genl.Link() as link:
            told.append(refusal(link, server(state=RUNNING, root=world / "public", uid=WWW_DATA, gid=WWW_DATA),
                                listener(80)))
            told.append([fetch(f"/{name}", 80) for name in ("file", "visitor", "www-data", "root")])
            told.append(refusal(link, server(uid=0)))
            told.append(refusal(link, server(gid=0)))
            told.append(fetch("/root", 80))
            told.append(refusal(link, server(state=STOPPED)))
        return told

    assert in_process(work, network, only(CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID, CAP_NET_BIND_SERVICE)) == [
        None, [200, 403, 200, 403], "ERANGE", None, 403, None]


def test_the_root_is_looked_up_where_its_administrator_is(world):
    """In the mount namespace of whoever names it: what is mounted there counts, and is served to all."""
    def work():
        with disk.mounted("tmpfs", "mode=755") as directory, genl.Link() as link:
            (directory / "file").write_text("mounted here", encoding="ascii")
            told = [refusal(link, server(state=RUNNING, root=directory, uid=WWW_DATA, gid=WWW_DATA), listener(8080)),
                    fetch("/file"), refusal(link, server(state=STOPPED))]
            while struct.unpack("=I", reported(link)[K["A_SERVER_STATE"]])[0] != STOPPED:
                time.sleep(0.1)
            return told

    def mounts():
        called(LIBC.unshare(NEW_MOUNTS))
        run("mount", "--make-rprivate", "/")

    assert in_process(work, network, mounts) == [None, 200, None]
    assert (world / "public" / "file").exists() and "mounted-" not in Path("/proc/mounts").read_text(encoding="utf-8")
