# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual hosts, rules and media types as the kernel takes them over netlink: what comes is what is reported, all or nothing."""

import errno
import threading
import time
from pathlib import Path

import pytest

import genl
import sysfs
import wire
from genl import attr, nest, text, u32
from shell import eventually, run

pytestmark = pytest.mark.usefixtures("server")

K = {}


@pytest.fixture(scope="module", autouse=True)
def numbers(server):  # pylint: disable=unused-argument
    """The numbers of the contract, as they are installed."""
    K.update(genl.constants())


@pytest.fixture(name="link")
def open_link():
    """A socket to the family; afterwards there are no virtual hosts and no media types."""
    with genl.Link() as link:
        link.room(1 << 20)
        yield link
        change(link, clear(3))
        assert not vhosts(link) and not mimes(link)


def change(link, *parts):
    """Ask for a change."""
    return link.ask(K["CMD_SERVER_SET"], *parts)


def clear(lists):
    """Empty lists."""
    return u32(K["A_CHANGE_CLEAR"], lists)


def vhost(*parts):
    """A virtual host in a change."""
    return nest(K["A_CHANGE_VHOST"], *parts)


def name(value, **options):
    """A name of a virtual host."""
    return text(K["A_VHOST_NAME"], value, **options)


def root(value):
    """The document root of a virtual host."""
    return text(K["A_VHOST_ROOT"], str(value))


def rule(prefix, *parts):
    """A rule; without a prefix if it is None."""
    return nest(K["A_VHOST_RULE"], *([text(K["A_RULE_PREFIX"], prefix)] if prefix is not None else []), *parts)


def field(key, value):
    """A field that a rule adds."""
    return nest(K["A_RULE_FIELD"], text(K["A_FIELD_NAME"], key), text(K["A_FIELD_VALUE"], value))


def remove(key):
    """A field that a rule removes."""
    return text(K["A_RULE_REMOVE"], key)


def error_page(status, path):
    """An error page."""
    return nest(K["A_VHOST_ERROR_PAGE"], u32(K["A_ERROR_PAGE_STATUS"], status), text(K["A_ERROR_PAGE_PATH"], path))


def mime(kind, *extensions):
    """A media type."""
    return nest(K["A_CHANGE_MIME"], text(K["A_MIME_TYPE"], kind),
                *(text(K["A_MIME_EXTENSION"], extension) for extension in extensions))


def vhosts(link):
    """What is reported of virtual hosts: the payload of each."""
    return [dict(message)[K["A_MSG_VHOST"]] for message in link.dump(K["CMD_VHOST_GET"])]


def mimes(link):
    """What is reported of media types: the payload of each."""
    return [dict(message)[K["A_MSG_MIME"]] for message in link.dump(K["CMD_MIME_GET"])]


def generation():
    """Number of changes."""
    return sysfs.number("generation")


def everything(directory):
    """A virtual host that says all that one can."""
    return vhost(
        name("example.org"), name("*.example.org", nul=False), name("[2001:db8::1]"), root(directory),
        text(K["A_VHOST_INDEX"], "start.html"), text(K["A_VHOST_INDEX"], "index.html", nul=False),
        u32(K["A_VHOST_OPTIONS"], 0x1f), u32(K["A_VHOST_SYMLINKS"], K["SYMLINKS_OWNER"]),
        text(K["A_VHOST_CHARSET"], "iso-8859-1"), text(K["A_VHOST_DEFAULT_TYPE"], "text/plain"),
        error_page(404, "errors/404.html"), error_page(500, "errors/500.html"),
        rule("/static", field("X-One", "1"), field("Server", "mine"), remove("Server"), remove("ETag"),
             text(K["A_RULE_CACHE_CONTROL"], "max-age=31536000, immutable"), u32(K["A_RULE_EXPIRES_S"], 3600),
             u32(K["A_RULE_LISTING"], 1), text(K["A_RULE_ORIGIN"], "https://example.com"),
             text(K["A_RULE_ORIGIN"], "*")),
        rule("/old/", text(K["A_RULE_REDIRECT"], "https://example.net/new"), u32(K["A_RULE_REDIRECT_STATUS"], 308)),
        rule("/"))


def payloads(*elements):
    """The payloads of attributes, as a report has them."""
    return [payload for _, payload in genl.attributes(b"".join(elements))]


def test_what_comes_is_what_is_reported(link, tmp_path):
    tmp_path.chmod(0o755)
    wanted = [vhost(), everything(readable(tmp_path)), vhost(name("192.0.2.1"), text(K["A_VHOST_INDEX"], ""))]
    types = [mime("text/x-one", "one", "1"), mime("application/x-none"), mime("text/x-two", "two", "one")]
    before = generation()
    change(link, *wanted, *types)
    assert generation() == before + 1
    assert vhosts(link) == payloads(*wanted)
    assert mimes(link) == payloads(*types)


def readable(directory):
    """Let everybody search the directories that lead to this one."""
    for parent in directory.parents:
        if parent.stat().st_mode & 0o777 == 0o700:
            parent.chmod(0o755)
    return directory


def test_what_is_the_same_is_no_change(link, tmp_path):
    tmp_path.chmod(0o755)
    wanted = [everything(readable(tmp_path)), vhost(), mime("text/x-one", "one")]
    change(link, *wanted)
    before = generation()
    change(link, *wanted)
    change(link, clear(3), *wanted)
    change(link)
    assert generation() == before
    change(link, *wanted[:1])
    assert generation() == before + 1
    assert (len(vhosts(link)), len(mimes(link))) == (1, 1)
    change(link, clear(2))
    assert generation() == before + 2
    assert (len(vhosts(link)), len(mimes(link))) == (1, 0)


def test_a_directory_put_in_the_place_of_a_root_is_a_change(link, tmp_path):
    tmp_path.chmod(0o755)
    site = readable(tmp_path) / "site"
    site.mkdir()
    change(link, vhost(name("a.test"), root(site)))
    before = generation()
    change(link, vhost(name("a.test"), root(site)))
    assert generation() == before
    site.rename(tmp_path / "aside")
    site.mkdir()
    sysfs.write("timeouts/idle_ms", sysfs.read("timeouts/idle_ms"))
    assert generation() == before, "a change of something else leaves roots as they are"
    change(link, vhost(name("a.test"), root(site)))
    assert generation() == before + 1


def many(count, make):
    """Elements that are made of their numbers."""
    return [make(i) for i in range(count)]


def fields_of(octets):
    """Fields that take so many octets together."""
    found = []
    while octets:
        # "x: " and CRLF; the last two share what is left.
        take = min(octets, 2000) if octets not in range(2001, 2006) else 1000
        found.append(field("x", "y" * (take - 5)))
        octets -= take
    return found


def judged(value):
    """The value, made if it is a function; refusals are tabled before the numbers are known."""
    return value() if callable(value) else value


# What is refused: the change, the error, words of the text, and the payload of the attribute to blame; None for one
# that is too long to be written here, False for none.
REFUSALS = {
    "name in upper case": (lambda: vhost(name("Example.org")), "EINVAL", "lower case", b"Example.org\0"),
    "name with a port": (lambda: vhost(name("example.org:80")), "EINVAL", "without a port", b"example.org:80\0"),
    "name with a NUL": (lambda: vhost(name("a\0b")), "EINVAL", "name", b"a\0b\0"),
    "name that is a wildcard": (lambda: vhost(name("*")), "EINVAL", "name", b"*\0"),
    "empty name": (lambda: vhost(name("")), "EINVAL", "name", b"\0"),
    "name of 256 octets": (lambda: vhost(name("a" * 256)), "ERANGE", "", b"a" * 256 + b"\0"),
    "name twice": (lambda: vhost(name("a.test"), name("a.test")), "EINVAL", "twice", b"a.test\0"),
    "name of two": (lambda: vhost(name("a.test")) + vhost(name("b.test"), name("a.test", nul=False)), "EINVAL",
                    "twice", b"a.test"),
    "two defaults": (lambda: vhost(u32(K["A_VHOST_OPTIONS"], 1)) + vhost(u32(K["A_VHOST_OPTIONS"], 2)), "EINVAL",
                     "default", lambda: u32(K["A_VHOST_OPTIONS"], 2)),
    "65 names": (lambda: vhost(*many(65, lambda i: name(f"n{i}.test"))), "E2BIG", "too many", b"n64.test\0"),
    "1025 virtual hosts": (lambda: b"".join(many(1025, lambda i: vhost(name(f"n{i}.test")))), "E2BIG",
                           "too many virtual hosts", None),
    "relative root": (lambda: vhost(root("srv")), "EINVAL", "absolute", b"srv\0"),
    "root with a NUL": (lambda: vhost(root("/a\0b")), "EINVAL", "absolute", b"/a\0b\0"),
    "root that is not there": (lambda: vhost(root("/nowhere")), "ENOENT", "does not exist", b"/nowhere\0"),
    "second root that is not there": (lambda: vhost(name("a.test"), root("/")) + vhost(root("/nowhere")), "ENOENT",
                                      "does not exist", b"/nowhere\0"),
    "root that is a file": (lambda: vhost(root("/etc/passwd")), "ENOTDIR", "not a directory", b"/etc/passwd\0"),
    "root that is closed": (lambda: vhost(root("/root")), "EACCES", "closed", b"/root\0"),
    "root without a NUL": (lambda: vhost(text(K["A_VHOST_ROOT"], "/srv", nul=False)), "EINVAL", "", b"/srv"),
    "index with a slash": (lambda: vhost(text(K["A_VHOST_INDEX"], "a/b")), "EINVAL", "without a slash", b"a/b\0"),
    "index that is dot-dot": (lambda: vhost(text(K["A_VHOST_INDEX"], "..")), "EINVAL", "index", b"..\0"),
    "index and none": (lambda: vhost(text(K["A_VHOST_INDEX"], "a"), text(K["A_VHOST_INDEX"], "")), "EINVAL",
                       "stands alone", b"\0"),
    "17 indexes": (lambda: vhost(*many(17, lambda i: text(K["A_VHOST_INDEX"], f"i{i}"))), "E2BIG", "too many",
                   b"i16\0"),
    "option that is unknown": (lambda: vhost(u32(K["A_VHOST_OPTIONS"], 0x20)), "EINVAL", "", None),
    "symlinks that are unknown": (lambda: vhost(u32(K["A_VHOST_SYMLINKS"], 3)), "ERANGE", "", None),
    "charset that is none": (lambda: vhost(text(K["A_VHOST_CHARSET"], "a b")), "EINVAL", "charset", b"a b\0"),
    "charset with a NUL": (lambda: vhost(text(K["A_VHOST_CHARSET"], "a\0b")), "EINVAL", "charset", b"a\0b\0"),
    "type that is none": (lambda: vhost(text(K["A_VHOST_DEFAULT_TYPE"], "text")), "EINVAL", "media type", b"text\0"),
    "type with CRLF": (lambda: vhost(text(K["A_VHOST_DEFAULT_TYPE"], "text/a\r\nX: y")), "EINVAL", "media type",
                       b"text/a\r\nX: y\0"),
    "error page for 200": (lambda: vhost(error_page(200, "a")), "ERANGE", "", None),
    "error page that leads up": (lambda: vhost(error_page(404, "a/../../b")), "EINVAL", "error page",
                                 b"a/../../b\0"),
    "error page from the top": (lambda: vhost(error_page(404, "/a")), "EINVAL", "without a slash", b"/a\0"),
    "error page twice": (lambda: vhost(error_page(404, "a"), error_page(404, "b")), "EINVAL", "same status",
                         b"\x94\x01\0\0"),
    "error page of nothing": (lambda: vhost(nest(K["A_VHOST_ERROR_PAGE"], u32(K["A_ERROR_PAGE_STATUS"], 404))),
                              "EINVAL", "a path", lambda: u32(K["A_ERROR_PAGE_STATUS"], 404)),
    "33 error pages": (lambda: vhost(*many(33, lambda i: error_page(400 + i, "a"))), "E2BIG", "too many", None),
    "rule without a prefix": (lambda: vhost(rule(None, u32(K["A_RULE_LISTING"], 1))), "EINVAL", "prefix",
                              lambda: u32(K["A_RULE_LISTING"], 1)),
    "prefix without a slash": (lambda: vhost(rule("a")), "EINVAL", "prefix", b"a\0"),
    "prefix that leads up": (lambda: vhost(rule("/a/../b")), "EINVAL", "prefix", b"/a/../b\0"),
    "prefix twice": (lambda: vhost(rule("/a"), rule("/b"), rule("/a")), "EINVAL", "same prefix", b"/a\0"),
    "257 rules": (lambda: vhost(*many(257, lambda i: rule(f"/r{i}"))), "E2BIG", "too many", None),
    "field that frames": (lambda: vhost(rule("/", field("Content-Length", "1"))), "EINVAL", "added",
                          b"Content-Length\0"),
    "field that khttpd sends": (lambda: vhost(rule("/", field("etag", "x"))), "EINVAL", "added", b"etag\0"),
    "field that another rule removes": (lambda: vhost(rule("/a", remove("etag")), rule("/b", field("etag", "x"))),
                                        "EINVAL", "added", b"etag\0"),
    "field that is no token": (lambda: vhost(rule("/", field("a b", "x"))), "EINVAL", "added", b"a b\0"),
    "value with CRLF": (lambda: vhost(rule("/", field("a", "x\r\nb: c"))), "EINVAL", "value", b"x\r\nb: c\0"),
    "value with a NUL": (lambda: vhost(rule("/", field("a", "x\0y"))), "EINVAL", "value", b"x\0y\0"),
    "field without a value": (lambda: vhost(rule("/", nest(K["A_RULE_FIELD"], text(K["A_FIELD_NAME"], "a")))),
                              "EINVAL", "a value", lambda: text(K["A_FIELD_NAME"], "a")),
    "33 fields": (lambda: vhost(rule("/", *many(33, lambda i: field(f"x{i}", "y")))), "E2BIG", "too many", None),
    "33 removals": (lambda: vhost(rule("/", *many(33, lambda i: remove("etag")))), "E2BIG", "too many", b"etag\0"),
    "fields of 8193 octets": (lambda: vhost(rule("/", *fields_of(8193))), "EINVAL", "too long together", None),
    "removal of Date": (lambda: vhost(rule("/", remove("Date"))), "EINVAL", "removed", b"Date\0"),
    "Cache-Control with CRLF": (lambda: vhost(rule("/", text(K["A_RULE_CACHE_CONTROL"], "a\r\nb"))), "EINVAL",
                                "value", b"a\r\nb\0"),
    "Expires in eleven years": (lambda: vhost(rule("/", u32(K["A_RULE_EXPIRES_S"], 11 * 31536000))), "ERANGE", "",
                                None),
    "redirect to a script": (lambda: vhost(rule("/", text(K["A_RULE_REDIRECT"], "javascript:x"))), "EINVAL",
                             "redirect", b"javascript:x\0"),
    "redirect with CRLF": (lambda: vhost(rule("/", text(K["A_RULE_REDIRECT"], "/a\r\nb"))), "EINVAL", "redirect",
                           b"/a\r\nb\0"),
    "redirect by 304": (lambda: vhost(rule("/", text(K["A_RULE_REDIRECT"], "/a"),
                                           u32(K["A_RULE_REDIRECT_STATUS"], 304))), "EINVAL", "303",
                        b"\x30\x01\0\0"),
    "redirect to nowhere": (lambda: vhost(rule("/", u32(K["A_RULE_REDIRECT_STATUS"], 301))), "EINVAL",
                            "where to redirect", None),
    "origin with a path": (lambda: vhost(rule("/", text(K["A_RULE_ORIGIN"], "https://a.test/"))), "EINVAL", "origin",
                           b"https://a.test/\0"),
    "33 origins": (lambda: vhost(rule("/", *many(33, lambda i: text(K["A_RULE_ORIGIN"], "*")))), "E2BIG", "too many",
                   b"*\0"),
    "mime without a type": (lambda: nest(K["A_CHANGE_MIME"], text(K["A_MIME_EXTENSION"], "a")), "EINVAL", "type",
                            lambda: text(K["A_MIME_EXTENSION"], "a")),
    "mime with CRLF": (lambda: mime("text/a\r\n", "a"), "EINVAL", "media type", b"text/a\r\n\0"),
    "extension in upper case": (lambda: mime("text/a", "A"), "EINVAL", "lower case", b"A\0"),
    "extension with a dot": (lambda: mime("text/a", ".b"), "EINVAL", "dot", b".b\0"),
    "extension with a NUL": (lambda: mime("text/a", "a\0b"), "EINVAL", "extension", b"a\0b\0"),
    "empty extension": (lambda: mime("text/a", ""), "EINVAL", "extension", b"\0"),
    "16385 extensions": (lambda: b"".join(many(9, lambda i: mime("text/a", *many(1821, lambda j: f"e{i}x{j}")))),
                         "E2BIG", "too many", b"e8x1816\0"),
    "good virtual host, bad type": (lambda: vhost(name("a.test")) + mime("bad", "a"), "EINVAL", "media type",
                                    b"bad\0"),
    "good type, bad virtual host": (lambda: mime("text/a", "a") + vhost(name("A")), "EINVAL", "name", b"A\0"),
    "list that is unknown": (lambda: clear(4), "EINVAL", "", None),
    "nest that is cut": (lambda: attr(K["A_CHANGE_VHOST"] | genl.NLA_F_NESTED, b"\1"), "ERANGE", "", None),
    "attribute longer than its nest": (lambda: attr(K["A_CHANGE_VHOST"] | genl.NLA_F_NESTED, b"\x40\0\1\0"), "EINVAL",
                                       "", False),
    "attribute that is unknown": (lambda: vhost(u32(99, 1)), "EINVAL", "", None),
    "nest that is not marked": (lambda: attr(K["A_CHANGE_VHOST"], name("a.test")), "EINVAL", "", None),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(link, case):
    make, error, said, blamed = REFUSALS[case]
    kept = [vhost(name("kept.test")), mime("text/x-kept", "kept")]
    change(link, *kept)
    before = generation()
    with pytest.raises(genl.Refused) as raised:
        change(link, make())
    assert errno.errorcode[raised.value.errno] == error
    assert said in raised.value.text
    if blamed:
        assert raised.value.blamed and raised.value.blamed[1] == judged(blamed)
    elif blamed is None:
        assert raised.value.blamed
    assert generation() == before
    assert vhosts(link) == payloads(kept[0]) and mimes(link) == payloads(kept[1])
    assert wire.get("/").status == 200


def test_limits_are_allowed(link):
    change(link, *many(1024, lambda i: vhost(name(f"n{i}.test"))))
    assert len(vhosts(link)) == 1024
    change(link, vhost(
        *many(64, lambda i: name(f"n{i}.test")), *many(16, lambda i: text(K["A_VHOST_INDEX"], f"i{i}")),
        *many(32, lambda i: error_page(400 + i, "a")), *many(255, lambda i: rule(f"/r{i}")),
        rule("/", *fields_of(8192), *many(32, lambda i: remove("etag")),
             *many(32, lambda i: text(K["A_RULE_ORIGIN"], f"https://o{i}.test")))))
    change(link, *many(8, lambda i: mime("text/a", *many(2048, lambda j: f"e{i}x{j}"))))
    assert len(mimes(link)) == 8
    change(link, vhost(name("a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 63)))


@pytest.mark.parametrize("octets", [4000, 32000, 60000, 65528])
def test_a_long_virtual_host(link, octets):
    """The longest nest that there can be has 65,535 octets with its header, and an attribute is padded to four."""
    parts = [name("long.test")]
    rest = octets - len(parts[0])
    # Of 256 octets each, and one that fills what is left.
    parts += many(rest // 256, lambda i: rule(f"/{i:03}{'x' * 243}"))
    parts.append(rule("/" + "y" * (rest % 256 - 10)))
    long = vhost(*parts)
    assert len(long) == octets + 4
    wanted = [vhost(name("before.test")), long, vhost(name("behind.test"))]
    change(link, *wanted)
    assert vhosts(link) == payloads(*wanted)


def test_a_table_like_that_of_debian(link, site):
    """Some 1,500 extensions of 900 types; what is given twice has the type that came last."""
    table = many(900, lambda i: mime(f"application/x-number-{i:04}-of-a-long-kind", f"e{i}", f"f{i % 600}"))
    before = generation()
    change(link, *table)
    assert generation() == before + 1
    assert mimes(link) == payloads(*table)
    for file in ("a.e0", "a.E899", "a.f0", "a.f599", "a.html"):
        (site / file).write_bytes(b"x")
    kinds = {file: wire.get(f"/{file}").get("Content-Type") for file in ("a.e0", "a.E899", "a.f0", "a.f599", "a.html")}
    assert kinds == {"a.e0": "application/x-number-0000-of-a-long-kind",
                     "a.E899": "application/x-number-0899-of-a-long-kind",
                     "a.f0": "application/x-number-0600-of-a-long-kind",
                     "a.f599": "application/x-number-0599-of-a-long-kind",
                     "a.html": "application/octet-stream"}
    change(link, clear(K["LIST_MIME"]))
    assert wire.get("/a.html").get("Content-Type").startswith("text/html")


def test_a_message_longer_than_the_socket_sends():
    with genl.Link() as link, pytest.raises(OSError) as raised:
        change(link, *many(1024, lambda i: vhost(name(f"n{i}.test"), text(K["A_VHOST_CHARSET"], "x" * 250))))
    assert raised.value.errno == errno.EMSGSIZE


def test_a_dump_shows_one_state(link):
    """A dump that is read slowly, while the list is replaced, goes on with the list that it began with."""
    first = many(1000, lambda i: vhost(name(f"first{i}.test")))
    change(link, *first)
    with genl.Link() as reader:
        reader.send(K["CMD_VHOST_GET"], flags=genl.NLM_F_DUMP)
        found = reader.messages()
        change(link, *many(500, lambda i: vhost(name(f"second{i}.test"))))
        while found[-1][0] != genl.NLMSG_DONE:
            assert not any(flags & 0x10 for _, flags, _, _ in found), "interrupted"
            found += reader.messages()
    assert [dict(genl.attributes(payload[4:]))[K["A_MSG_VHOST"]] for _, _, _, payload in found[:-1]] == payloads(*first)
    assert len(vhosts(link)) == 500


def test_a_dump_that_is_given_up_holds_nothing(link):
    def users():
        return int(Path("/sys/module/khttpd/refcnt").read_text(encoding="ascii"))

    before = users()
    change(link, *many(1000, lambda i: vhost(name(f"n{i}.test"))), *many(1000, lambda i: mime(f"text/x{i}", f"x{i}")))
    for command in ("CMD_VHOST_GET", "CMD_MIME_GET"):
        with genl.Link() as reader:
            reader.send(K[command], flags=genl.NLM_F_DUMP)
            # The daemon asks for the lists, too, when something has changed.
            eventually(lambda: users() == before + 1, "the dump holds the module")
    eventually(lambda: users() == before, "nothing holds the module")


def test_everybody_may_read_and_nobody_change():
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import os, genl\n"
            "os.setgid(65534); os.setuid(65534); link = genl.Link()\n"
            "link.dump(int(sys.argv[2])); link.dump(int(sys.argv[3]))\n"
            "try: link.ask(int(sys.argv[4]), genl.u32(int(sys.argv[5]), 3))\n"
            "except genl.Refused as refused: print(refused.errno)\n")
    here = Path(__file__).resolve().parent
    told = run("python3", "-c", code, here, *(K[key] for key in ("CMD_VHOST_GET", "CMD_MIME_GET", "CMD_SERVER_SET",
                                                                "A_CHANGE_CLEAR"))).stdout
    assert int(told) == errno.EPERM


def state(number):
    """A server's state in a change."""
    return nest(K["A_CHANGE_SERVER"], u32(K["A_SERVER_STATE"], number))


def test_each_virtual_host_needs_a_document_root(tmp_path):
    """In a network namespace whose server has none."""
    tmp_path.chmod(0o755)
    site = readable(tmp_path)
    with genl.in_new_namespace(genl.Link) as link:
        for hosts, said in (
                ((), "no document root is set"),
                ((vhost(name("a.test"), root(site)),), "no virtual host is named for"),
                ((vhost(root(site)), vhost(name("a.test"))), "nor has the server")):
            with pytest.raises(genl.Refused) as raised:
                change(link, state(1), *hosts)
            assert raised.value.errno == errno.EDESTADDRREQ and said in raised.value.text
            assert raised.value.blamed
        hosts = (vhost(root(site)), vhost(name("a.test"), root(site)))
        change(link, state(1), *hosts)
        # A request may still be begun while the server stops.
        for together in ((), (state(0),)):
            with pytest.raises(genl.Refused) as raised:
                change(link, clear(K["LIST_VHOSTS"]), *together)
            assert raised.value.errno == errno.EDESTADDRREQ
        assert vhosts(link) == payloads(*hosts)
        change(link, state(0))


def test_a_stop_lets_go_of_every_document_root(link, tmp_path):
    mounted = readable(tmp_path) / "mounted"
    mounted.mkdir()
    tmp_path.chmod(0o755)
    run("mount", "-t", "tmpfs", "-o", "mode=755", "none", mounted)
    try:
        hosts = [vhost(name("a.test"), root(mounted))]
        change(link, *hosts)
        assert run("umount", mounted, check=False).returncode
        sysfs.write("state", "stopped")
        for _ in range(600):
            if sysfs.read("state") == "stopped":
                break
            time.sleep(0.1)
    finally:
        run("umount", mounted)
    assert vhosts(link) == payloads(*hosts)
    mounted.rmdir()
    with pytest.raises(OSError) as raised:
        sysfs.write("state", "running")
    assert raised.value.errno == errno.ENOENT
    change(link, clear(K["LIST_VHOSTS"]))
    sysfs.write("state", "running")


def test_a_stopped_server_looks_at_what_is_named_alone(link, tmp_path):
    """A root that is gone does not keep another from being set."""
    tmp_path.chmod(0o755)
    site = readable(tmp_path) / "site"
    site.mkdir()
    with genl.in_new_namespace(genl.Link) as other:
        change(other, vhost(name("a.test"), root(site)))
        site.rmdir()
        change(other, nest(K["A_CHANGE_SERVER"], text(K["A_SERVER_ROOT"], str(tmp_path))))
        with pytest.raises(genl.Refused) as raised:
            change(other, vhost(name("a.test"), root(site)))
        assert raised.value.errno == errno.ENOENT
        with pytest.raises(genl.Refused) as raised:
            change(other, state(1))
        assert raised.value.errno == errno.ENOENT


def test_lists_replaced_while_they_are_used(link, tmp_path):
    """Requests and dumps go on while virtual hosts and types are replaced some hundred times."""
    tmp_path.chmod(0o755)
    site = readable(tmp_path)
    done = threading.Event()
    failures, served = [], [0]

    def ask():
        while not done.is_set():
            response = wire.get("/")
            served[0] += 1
            if response.status != 200:
                failures.append(response.status)

    def read():
        with genl.Link() as reader:
            while not done.is_set():
                found = [dict(message)[K["A_MSG_VHOST"]] for message in reader.dump(K["CMD_VHOST_GET"])]
                if len({payload[4:6] for payload in found}) > 1:
                    failures.append(found)

    threads = [threading.Thread(target=work) for work in (ask, ask, read)]
    for thread in threads:
        thread.start()
    try:
        for i in range(200):
            change(link, *many(1 + i % 60, lambda j, i=i: vhost(name(f"{i % 90 + 10}{j}.test"), root(site), rule("/a"))),
                   *many(i % 50, lambda j: mime("text/x", f"e{j}")), clear(K["LIST_MIME"]))
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures and served[0]


def test_broken_messages_break_nothing(link):
    """Each octet of a message in turn is something else; whatever comes of it, the server goes on."""
    good = everything("/") + mime("text/a", "a", "b")
    change(link, good)
    for i in range(len(good)):
        for octet in {good[i] ^ 1, good[i] ^ 0x80, 0, 0xff} - {good[i]}:
            try:
                change(link, good[:i] + bytes([octet]) + good[i + 1:])
            except genl.Refused as refused:
                assert refused.errno in (errno.EINVAL, errno.ERANGE, errno.ENOENT, errno.ENOTDIR, errno.EACCES,
                                         errno.E2BIG, errno.ENAMETOOLONG, errno.EOPNOTSUPP)
    for i in range(0, len(good), 4):
        try:
            change(link, good[:i])
        except genl.Refused as refused:
            assert refused.errno in (errno.EINVAL, errno.ERANGE)
    assert wire.get("/").status in (200, 403, 404)
    change(link, good)
    assert vhosts(link) == payloads(everything("/"))
