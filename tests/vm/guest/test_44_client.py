# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that nobody here wrote: curl, wget, Python's own, and h2load."""

import http.client
import os
import re
import urllib.error
import urllib.request
from email.utils import formatdate

import pytest

import corpus
import sysfs
import wire
from shell import SITE, run

CPUS = 1
LARGE = 3 << 20
URL = "http://localhost"


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """The site of the corpus, and a large file."""
    with sysfs.document_root() as directory:
        corpus.fill(directory)
        (directory / "large").write_bytes(os.urandom(LARGE))
        yield directory


def curl(*arguments, check=True):
    """Run curl and return what it printed."""
    return run("curl", "--silent", "--show-error", *arguments, check=check).stdout


def code(*arguments):
    """Run curl and return the status that it got."""
    return int(curl("--output", "/dev/null", "--write-out", "%{http_code}", *arguments))


class TestCurl:
    """curl with the options that ask a server for something."""

    @pytest.mark.chapter("4 connection")
    def test_one_connection_for_many(self):
        urls = [f"{URL}/{name}" for name in ("a.txt", "none", "style.css", "folder", "large")] * 3
        arguments = [word for url in urls for word in ("--output", "/dev/null", url)]
        assert curl("--write-out", "%{num_connects}\n", *arguments).split() == ["1"] + ["0"] * (len(urls) - 1)

    @pytest.mark.chapter("4 connection")
    @pytest.mark.parametrize("version", ("--http1.0", "--http1.1"))
    def test_versions(self, version):
        assert curl(version, f"{URL}/a.txt").encode() == corpus.FILES["a.txt"]
        assert code(version, "--head", f"{URL}/a.txt") == 200

    @pytest.mark.chapter("3 methods")
    def test_methods(self):
        assert code("--request", "DELETE", f"{URL}/a.txt") == 405
        assert code("--data", "a=b", f"{URL}/a.txt") == 405
        assert code("--request", "OPTIONS", f"{URL}/a.txt") == 204
        assert code("--request", "BREW", f"{URL}/a.txt") == 501

    @pytest.mark.chapter("2 content")
    def test_uploads(self, root):
        """With Expect: 100-continue, with a length and chunked: refused, without a broken connection."""
        for fields in (("--header", "Expect: 100-continue"), ("--header", "Expect:"),
                       ("--header", "Transfer-Encoding: chunked")):
            assert code("--upload-file", root / "large", *fields, f"{URL}/a.txt") in (405, 413)
            assert code("--upload-file", root / "style.css", *fields, f"{URL}/a.txt") == 405

    @pytest.mark.chapter("5 paths")
    def test_paths_as_they_are(self):
        assert curl("--path-as-is", f"{URL}/../../a.txt").encode() == corpus.FILES["a.txt"]
        assert curl("--path-as-is", f"{URL}/folder/../a.txt").encode() == corpus.FILES["a.txt"]

    @pytest.mark.chapter("5 paths")
    def test_redirects_are_followed(self):
        assert curl("--location", f"{URL}/folder").encode() == corpus.FILES["folder/index.html"]
        assert curl("--location", "--write-out", "%{url_effective}", "--output", "/dev/null",
                    f"{URL}/folder?a=b") == f"{URL}/folder/?a=b"

    @pytest.mark.chapter("10 conditions")
    def test_conditions(self, tmp_path):
        tag = tmp_path / "tag"
        assert code("--etag-save", tag, f"{URL}/a.txt") == 200
        assert code("--etag-compare", tag, f"{URL}/a.txt") == 304
        assert code("--etag-compare", tag, f"{URL}/style.css") == 200
        assert code("--time-cond", corpus.SAME, f"{URL}/a.txt") == 304
        assert code("--time-cond", corpus.OLDER, f"{URL}/a.txt") == 200
        assert code("--time-cond", f"-{corpus.OLDER}", f"{URL}/a.txt") == 412

    @pytest.mark.chapter("11 ranges")
    def test_ranges(self, root, tmp_path):
        assert curl("--range", "0-4", f"{URL}/a.txt") == "abcde"
        assert curl("--range", "-2", f"{URL}/a.txt") == "yz"
        assert "multipart/byteranges" in curl("--include", "--range", "0-1,2000-2001", f"{URL}/large.bin")
        part = tmp_path / "part"
        part.write_bytes((root / "large").read_bytes()[:1000000])
        curl("--continue-at", "-", "--output", part, f"{URL}/large")
        assert wire.same(part.read_bytes(), (root / "large").read_bytes())

    @pytest.mark.chapter("4 connection")
    def test_a_slow_download(self, root, tmp_path):
        curl("--limit-rate", "1M", "--output", tmp_path / "large", f"{URL}/large")
        assert wire.same((tmp_path / "large").read_bytes(), (root / "large").read_bytes())


class TestWget:
    """wget, which mirrors and resumes."""

    @staticmethod
    def wget(directory, *arguments, check=True):
        """Run wget in a directory and return what it said."""
        return run("wget", "--no-verbose", "--tries=1", "--no-proxy", "--directory-prefix", directory, *arguments,
                   check=check).stderr

    @pytest.mark.chapter("11 ranges")
    def test_a_download_is_resumed(self, root, tmp_path):
        (tmp_path / "large").write_bytes((root / "large").read_bytes()[:123457])
        before = sysfs.number("stats/bytes_out")
        self.wget(tmp_path, "--continue", f"{URL}/large")
        assert wire.same((tmp_path / "large").read_bytes(), (root / "large").read_bytes())
        assert sysfs.number("stats/bytes_out") - before < LARGE
        assert "fully retrieved" in run("wget", "--continue", "--directory-prefix", tmp_path, f"{URL}/large",
                                        check=False).stderr

    @pytest.mark.chapter("10 conditions")
    def test_what_has_not_changed_is_not_fetched_again(self, root, tmp_path):
        self.wget(tmp_path, "--timestamping", f"{URL}/large")
        assert int((tmp_path / "large").stat().st_mtime) == int((root / "large").stat().st_mtime)
        before = sysfs.number("stats/bytes_out")
        self.wget(tmp_path, "--timestamping", f"{URL}/large")
        assert sysfs.number("stats/bytes_out") - before < 2000

    @pytest.mark.chapter("13 files")
    def test_a_website_is_mirrored(self, tmp_path):
        """The images of the manual, through the pages that show them."""
        with sysfs.setting(root=SITE):
            self.wget(tmp_path, "--mirror", "--level=1", "--no-parent", "--page-requisites",
                      f"{URL}/manual/index.html", check=False)
        mirrored = [path for path in (tmp_path / "localhost").rglob("*")
                    if path.is_file() and path.name != "robots.txt"]
        assert len(mirrored) >= 10
        for path in mirrored:
            assert wire.same(path.read_bytes(), (SITE / path.relative_to(tmp_path / "localhost")).read_bytes()), path

    @pytest.mark.chapter("14 errors")
    def test_errors(self, tmp_path):
        assert "404" in self.wget(tmp_path, f"{URL}/none", check=False)
        assert "403" in self.wget(tmp_path, f"{URL}/bare/", check=False)
        self.wget(tmp_path, "--spider", f"{URL}/a.txt")


class TestPython:
    """http.client and urllib."""

    @pytest.mark.chapter("4 connection")
    def test_a_connection_is_kept(self):
        connection = http.client.HTTPConnection("localhost", timeout=wire.PATIENCE)
        for _ in range(20):
            for name, content in corpus.FILES.items():
                if name.isascii() and " " not in name and not name.startswith(".h"):
                    connection.request("GET", f"/{name}")
                    response = connection.getresponse()
                    assert (response.status, response.read()) == (200, content)
            connection.request("HEAD", "/a.txt")
            response = connection.getresponse()
            assert (response.status, response.read(), response.getheader("Content-Length")) == (200, b"", "26")
            connection.request("GET", "/none")
            assert connection.getresponse().read()
            connection.request("GET", "/a.txt", headers={"If-None-Match": "*"})
            response = connection.getresponse()
            assert (response.status, response.read()) == (304, b"")

    @pytest.mark.chapter("11 ranges")
    def test_ranges(self):
        connection = http.client.HTTPConnection("localhost", timeout=wire.PATIENCE)
        content = corpus.FILES["large.bin"]
        for first in range(0, len(content), 9973):
            connection.request("GET", "/large.bin", headers={"Range": f"bytes={first}-{first + 99}"})
            response = connection.getresponse()
            assert (response.status, response.read()) == (206, content[first:first + 100])

    @pytest.mark.chapter("14 errors")
    def test_urllib(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{URL}/folder", timeout=wire.PATIENCE) as response:
            assert (response.url, response.read()) == (f"{URL}/folder/", corpus.FILES["folder/index.html"])
            assert response.headers["Last-Modified"] == formatdate(corpus.MOMENT, usegmt=True)
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(f"{URL}/none", timeout=wire.PATIENCE)
        assert refused.value.code == 404


@pytest.mark.chapter("4 connection")
@pytest.mark.parametrize("path, number", (("/a.txt", 2000), ("/none", 1000), ("/large.bin", 300), ("/empty.txt", 1000)))
def test_h2load(path, number):
    """In the mode for HTTP/1.1, twenty clients."""
    before = sysfs.number("stats/requests")
    said = run("h2load", "--h1", f"--requests={number}", "--clients=20", "--threads=1",
               f"http://127.0.0.1{path}").stdout
    good = 0 if path == "/none" else number
    assert re.search(rf"requests: {number} total, {number} started, {number} done, {good} succeeded, "
                     rf"{number - good} failed, 0 errored, 0 timeout", said), said
    assert sysfs.number("stats/requests") == before + number
