# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual hosts: which one a request is for, and what each does in its own way."""

import os
from pathlib import Path

import pytest

import wire
from configuration import configured, directories
from shell import run

CPUS = 1
pytestmark = pytest.mark.chapter("16 configuration")

HOSTS = """
[server]
root = "{0}/default"

[[vhost]]
names = ["example.org", "www.example.org", "192.0.2.1", "[2001:db8::1]"]
root = "{0}/exact"

[[vhost]]
names = ["*.example.org"]
root = "{0}/wildcard"

[[vhost]]
names = ["*.deep.example.org", "*.com"]
root = "{0}/deep"

[[vhost]]
names = ["rootless.test"]
"""


@pytest.fixture(scope="module", name="sites")
def fixture_sites(server):  # pylint: disable=unused-argument
    """Directories of several sites, each with an index that names it."""
    with directories("default", "exact", "wildcard", "deep") as parent:
        for name in ("default", "exact", "wildcard", "deep"):
            (parent / name / "index.html").write_text(name, encoding="ascii")
            (parent / name / "folder").mkdir()
        (parent / "exact" / "only-here").write_bytes(b"only here\n")
        with configured(HOSTS.format(parent)):
            yield parent


WHICH = {
    "example.org": "exact", "www.example.org": "exact", "EXAMPLE.org": "exact", "example.org:80": "exact",
    "example.org:8080": "exact", "example.org:": "exact", "example.org.": "exact", "Example.Org.:80": "exact",
    "192.0.2.1": "exact", "192.0.2.1:80": "exact", "[2001:db8::1]": "exact", "[2001:db8::1]:80": "exact",
    "a.example.org": "wildcard", "A.EXAMPLE.ORG": "wildcard", "a.b.example.org": "wildcard",
    "a.example.org.": "wildcard", "wwww.example.org": "wildcard", "a.b.c.d.e.f.g.example.org": "wildcard",
    "a_b.example.org": "wildcard",
    "deep.example.org": "wildcard", "a.deep.example.org": "deep", "a.b.deep.example.org:80": "deep",
    "adeep.example.org": "wildcard", "a.com": "deep", "example.com": "deep", "com": "default", "a.co": "default",
    "org": "default", "ample.org": "default", "anexample.org": "default", "example.org.evil.test": "default",
    "xexample.org": "default", "example.orgx": "default", ".example.org": None, "192.0.2.2": "default",
    "192.0.2.10": "default", "[2001:db8::2]": "default", "localhost": "default", "rootless.test": "default",
    "x" * 200 + ".test": "default", "a." * 100 + "example.org": "wildcard",
}


@pytest.mark.parametrize("host", WHICH)
def test_which_host(host, sites, ask):  # pylint: disable=unused-argument
    got = ask(wire.request("/", host=host))
    if WHICH[host] is None:
        assert got.status in (200, 400)
    else:
        assert (got.status, got.body.decode()) == (200, WHICH[host])


FORMS = {
    "absolute form wins": ("http://example.org/", "a.com", "HTTP/1.1", "exact"),
    "absolute form with a port": ("http://example.org:8080/", "a.com", "HTTP/1.1", "exact"),
    "absolute form in upper case": ("HTTP://EXAMPLE.ORG/", "a.com", "HTTP/1.1", "exact"),
    "absolute form of nobody": ("http://nobody.test/", "example.org", "HTTP/1.1", "default"),
    "absolute form in HTTP/1.0": ("http://example.org/", None, "HTTP/1.0", "exact"),
    "no host in HTTP/1.0": ("/", None, "HTTP/1.0", "default"),
    "host in HTTP/1.0": ("/", "example.org", "HTTP/1.0", "exact"),
}


@pytest.mark.parametrize("name", FORMS)
def test_absolute_forms(name, sites, ask):  # pylint: disable=unused-argument
    target, host, version, site = FORMS[name]
    assert ask(wire.request(target, host=host, version=version)).body.decode() == site


def test_hosts_change_from_request_to_request(sites):  # pylint: disable=unused-argument
    hosts = [host for host, site in WHICH.items() if site]
    with wire.Connection() as connection:
        connection.send(b"".join(wire.request("/", host=host) for host in hosts * 5))
        for host in hosts * 5:
            assert connection.response().body.decode() == WHICH[host]


def test_a_file_of_one_host_is_not_in_another(sites, ask):  # pylint: disable=unused-argument
    assert ask(wire.request("/only-here", host="example.org")).status == 200
    for path in ("/only-here", "/../exact/only-here", "/..%2fexact/only-here"):
        assert ask(wire.request(path, host="a.com")).status == 404


def test_a_redirect_stays_with_its_host(sites, ask):  # pylint: disable=unused-argument
    assert ask(wire.request("/folder", host="a.example.org")).get("Location") == "/folder/"


def test_hosts_come_and_go_without_losing_a_connection(sites):
    with wire.Connection() as connection:
        def site():
            connection.send(wire.request("/", host="example.org"))
            return connection.response().body.decode()

        assert site() == "exact"
        with configured(f'[server]\nroot = "{sites}/default"\n'):
            assert site() == "default"
        run("khttpdctl", "set-root", sites / "default")
        with configured(HOSTS.format(sites)):
            assert site() == "exact"
    with configured(HOSTS.format(sites)):
        assert wire.get("/").status == 200


def test_a_hundred_hosts(server):  # pylint: disable=unused-argument
    names = [f"host-{number}.test" for number in range(100)]
    with directories(*names) as parent:
        text = f'[server]\nroot = "{parent}"\n'
        for name in names:
            (parent / name / "index.html").write_text(name, encoding="ascii")
            text += f'[[vhost]]\nnames = ["{name}", "*.{name}"]\nroot = "{parent}/{name}"\n'
        with configured(text), wire.Connection() as connection:
            connection.send(b"".join(wire.request("/", host=host) for name in names for host in (name, f"a.{name}")))
            for name in names:
                assert connection.response().body.decode() == connection.response().body.decode() == name


class TestOptions:
    """What a site does in its own way; [site] and [[vhost]] know the same."""

    @pytest.fixture(name="parent", scope="class")
    def fixture_parent(self, server):  # pylint: disable=unused-argument
        """A site, and a directory beside it."""
        with directories("a", "b") as parent:
            root = parent / "a"
            for name in ("index.html", "index.txt", "first", "a.txt", "a.html", "a.html.gz", "noext", ".dot",
                         "style.css"):
                (root / name).write_text(name, encoding="ascii")
                os.utime(root / name, (0, 1600000000))
            (root / ".dots").mkdir()
            (root / ".dots" / "file").write_bytes(b"in dots")
            (root / ".well-known").mkdir()
            (root / ".well-known" / "file").write_bytes(b"well known")
            (root / "bare").mkdir()
            (root / "errors").mkdir()
            (root / "errors" / "404.html").write_bytes(b"<h1>own page</h1>")
            (root / "errors" / "403.txt").write_bytes(b"own text")
            (root / "errors" / "empty.html").write_bytes(b"")
            (root / "closed").write_bytes(b"")
            (root / "closed").chmod(0)
            (parent / "b" / "secret").write_bytes(b"secret")
            (root / "inside").symlink_to("a.txt")
            (root / "outside").symlink_to("../b/secret")
            (root / "folder-link").symlink_to("bare")
            (root / "bare" / "file").write_bytes(b"file")
            (root / "foreign").symlink_to("a.txt")
            os.chown(root / "foreign", 33, 33, follow_symlinks=False)
            (root / "foreign-folder").symlink_to("bare")
            os.chown(root / "foreign-folder", 33, 33, follow_symlinks=False)
            yield parent

    @pytest.fixture(name="as_vhost", params=("site", "vhost"))
    def fixture_as_vhost(self, request, parent):
        """Apply options to the default host, or to one that has a name."""
        def apply(options, tables=""):
            if request.param == "site":
                return configured(f'[server]\nroot = "{parent}/a"\n[site]\n{options}\n' + tables.format("site"))
            return configured(f'[server]\nroot = "{parent}/b"\n[[vhost]]\nnames = ["test"]\nroot = "{parent}/a"\n'
                              f"{options}\n" + tables.format("vhost"))
        return apply

    @pytest.mark.parametrize("indexes, body", (
        ('["index.txt"]', "index.txt"), ('["none.html", "first", "index.html"]', "first"),
        ('["index.html", "first"]', "index.html"), ('["bare", "a.txt"]', "a.txt"), ('["none"]', None), ("[]", None)))
    @pytest.mark.chapter("7 directories")
    def test_index(self, as_vhost, indexes, body):
        with as_vhost(f"index = {indexes}"):
            got = wire.get("/")
            if body is None:
                assert got.status == 403
            elif "bare" in indexes:
                # A directory is no index, and whether the next name is tried is the server's choice.
                assert got.status in (200, 403)
            else:
                assert (got.status, got.body.decode()) == (200, body)

    @pytest.mark.chapter("7 directories")
    def test_dot_files(self, as_vhost):
        paths = ("/.dot", "/.dots/file", "/.well-known/file")
        with as_vhost("dot-files = false"):
            assert [wire.get(path).status for path in paths] == [404, 404, 200]
        with as_vhost("dot-files = true"):
            assert [wire.get(path).status for path in paths] == [200, 200, 200]
            assert wire.get("/..").status == 200 and wire.get("/../b/secret").status == 404

    @pytest.mark.chapter("7 directories")
    @pytest.mark.parametrize("policy, allowed", (
        ("beneath", {"/inside", "/folder-link/file", "/foreign", "/foreign-folder/file"}),
        ("owner", {"/inside", "/folder-link/file"}),
        ("none", set())))
    def test_symbolic_links(self, as_vhost, policy, allowed):
        with as_vhost(f'symlinks = "{policy}"'):
            for path in ("/inside", "/folder-link/file", "/foreign", "/foreign-folder/file", "/outside"):
                assert wire.get(path).status == (200 if path in allowed else 403), path
            assert wire.get("/a.txt").status == 200

    @pytest.mark.chapter("9 validators")
    def test_inode_tag(self, as_vhost, parent):
        for name in ("one", "two"):
            (parent / "a" / name).write_bytes(b"same")
            os.utime(parent / "a" / name, (0, 1600000000))
        with as_vhost("inode-tag = false"):
            assert wire.get("/one").get("ETag") == wire.get("/two").get("ETag")
        with as_vhost("inode-tag = true"):
            tag = wire.get("/one").get("ETag")
            assert tag != wire.get("/two").get("ETag")
            assert wire.get("/one", f"If-None-Match: {tag}").status == 304

    @pytest.mark.chapter("14 errors")
    def test_server_field(self, as_vhost):
        with as_vhost("server-field = false"):
            assert [wire.get(path).get("Server") for path in ("/", "/none", "/bare")] == [None] * 3
        with as_vhost("server-field = true"):
            assert wire.get("/").get("Server") == wire.get("/none").get("Server") == "khttpd"

    @pytest.mark.chapter("12 codings")
    def test_siblings(self, as_vhost):
        with as_vhost("siblings = false"):
            assert wire.get("/a.html", "Accept-Encoding: gzip").get("Content-Encoding") is None
        with as_vhost("siblings = true"):
            assert wire.get("/a.html", "Accept-Encoding: gzip").get("Content-Encoding") == "gzip"

    @pytest.mark.chapter("8 media types")
    @pytest.mark.parametrize("charset, suffix", (("utf-8", "; charset=utf-8"), ("iso-8859-15", "; charset=iso-8859-15"),
                                                 ("", "")))
    def test_charset(self, as_vhost, charset, suffix):
        with as_vhost(f'charset = "{charset}"'):
            assert wire.get("/a.txt").get("Content-Type") == "text/plain" + suffix
            assert wire.get("/a.html").get("Content-Type") == "text/html" + suffix
            assert wire.get("/noext").get("Content-Type") == "application/octet-stream"
            # Pages of the server's own are in UTF-8 whatever files are in.
            assert wire.get("/none").get("Content-Type") == "text/html; charset=utf-8"

    @pytest.mark.chapter("8 media types")
    @pytest.mark.parametrize("kind, told", (("text/plain", "text/plain; charset=utf-8"), ("image/png", "image/png")))
    def test_default_type(self, as_vhost, kind, told):
        with as_vhost(f'default-type = "{kind}"'):
            assert wire.get("/noext").get("Content-Type") == told
            assert wire.get("/style.css").get("Content-Type") == "text/css; charset=utf-8"

    PAGES = '[{0}.error-pages]\n404 = "/errors/404.html"\n403 = "/errors/403.txt"\n405 = "/errors/none.html"\n' \
            '416 = "/errors/empty.html"\n412 = "/closed"\n'
    ERRORS = {
        "own page": (404, "GET", "/none", (), b"<h1>own page</h1>", "text/html; charset=utf-8"),
        "own page for what is beneath a file": (404, "GET", "/a.txt/x", (), b"<h1>own page</h1>",
                                                "text/html; charset=utf-8"),
        "own text": (403, "GET", "/closed", (), b"own text", "text/plain; charset=utf-8"),
        "own text for a directory": (403, "GET", "/bare/", (), b"own text", "text/plain; charset=utf-8"),
        "page that is not there": (405, "POST", "/", (), None, "text/html; charset=utf-8"),
        "page that is empty": (416, "GET", "/a.txt", ("Range: bytes=99-",), b"", "text/html; charset=utf-8"),
        "page that cannot be read": (412, "GET", "/a.txt", ('If-Match: "x"',), None, "text/html; charset=utf-8"),
        "no page": (501, "BREW", "/", (), None, "text/html; charset=utf-8"),
        "conditions are not about it": (404, "GET", "/none", ("If-None-Match: *",), b"<h1>own page</h1>",
                                        "text/html; charset=utf-8"),
        "nor are ranges": (404, "GET", "/none", ("Range: bytes=0-1",), b"<h1>own page</h1>",
                           "text/html; charset=utf-8"),
    }

    @pytest.mark.chapter("14 errors")
    @pytest.mark.parametrize("name", ERRORS)
    def test_error_pages(self, as_vhost, name):
        status, method, path, fields, body, kind = self.ERRORS[name]
        with as_vhost("", self.PAGES):
            for way in wire.WAYS:
                got = wire.ask(way, wire.request(path, *fields, method=method))
                assert (got.status, got.get("Content-Type")) == (status, kind)
                assert got.get("Content-Length") == str(len(got.body))
                assert got.get("ETag") is None and got.get("Last-Modified") is None
                if body is None:
                    assert f"<title>{status} ".encode() in got.body
                else:
                    assert got.body == body
                if method == "GET":
                    told = wire.ask(way, wire.request(path, *fields, method="HEAD"))
                    if told.status == status:
                        assert told.get("Content-Length") == str(len(got.body))
            assert wire.get("/errors/404.html").status == 200


def test_a_configuration_that_is_wrong_changes_nothing(server, tmp_path):  # pylint: disable=unused-argument
    """Each is refused with the file and the line, and what was served is served on."""
    file = Path("/etc/khttpd/khttpd.conf.d/90-test.conf")
    wrong = ('[[vhost]]\nnames = ["a b"]\n', '[[vhost]]\nnames = []\n', "[[vhost]]\n",
             '[[vhost]]\nnames = ["*"]\n', "[site]\nlisting = 1\n", "[site]\nnone = 1\n",
             f'[[vhost]]\nnames = ["a.test"]\nroot = "{tmp_path}/none"\n',
             '[site]\nsymlinks = "some"\n', '[[rule]]\nprefix = "a"\n', '[[rule]]\nprefix = "/"\nstatus = 301\n',
             '[[rule]]\nprefix = "/"\nredirect = "//a"\n', '[[rule]]\nprefix = "/"\nfields = {Content-Length = "1"}\n',
             '[[rule]]\nprefix = "/"\nfields = {A = "b\\r\\nC: d"}\n', '[[rule]]\nprefix = "/"\nremove = ["Date"]\n',
             '[[rule]]\nprefix = "/"\norigins = ["a"]\n', '[[rule]]\nprefix = "/"\nexpires = -1\n',
             '[[vhost]]\nnames = ["a.test"]\n[[vhost]]\nnames = ["a.test"]\n',
             '[[vhost]]\nnames = ["a.test", "b.test"]\n[[vhost]]\nnames = ["c.test", "b.test"]\n')
    before = wire.get("/").body
    try:
        for text in wrong:
            file.write_text(text, encoding="ascii")
            done = run("khttpdctl", "apply", check=False)
            assert done.returncode in (65, 66, 78), text
            assert "90-test.conf" in done.stderr, done.stderr
            assert wire.get("/").body == before
    finally:
        file.unlink()
    run("khttpdctl", "apply")
