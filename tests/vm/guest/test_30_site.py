# SPDX-License-Identifier: GPL-2.0-or-later
"""A real website, thousands of files large, fetched in full."""

import os
import re
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

import pytest

import scale
import wire
from shell import SITE, run

CPUS = 1
pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.chapter("13 files")]

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tag": "text/prs.lines.tag; charset=utf-8",
}
REQUEST = "{0} {1} HTTP/1.1\r\nHost: test\r\n\r\n"
# Files that are asked for at once, and files for which one connection is used.
PIPELINE = 8
KEPT = 400


def files():
    """Return every file of the website."""
    return sorted(Path(folder) / name for folder, _, names in os.walk(SITE) for name in names)


def target(path):
    """Return the target that names a file."""
    return quote(f"/{path.relative_to(SITE)}")


def fields(response):
    """Return a response's fields without the one that changes by itself."""
    return [field for field in response.fields if field[0] != "Date"]


def check(path, response):
    """See that a response is the file, and says about it what is true."""
    found = path.stat()
    assert response.status == 200
    assert response.get("Content-Length") == str(found.st_size)
    assert response.get("Content-Type") == TYPES.get(path.suffix, "application/octet-stream")
    assert response.get("Last-Modified") == formatdate(found.st_mtime // 1, usegmt=True)
    assert re.fullmatch(r'"[\x21\x23-\x7e]+"', response.get("ETag"))
    assert wire.same(response.body, path.read_bytes())


def test_the_website_is_worth_the_name():
    assert len(files()) > 5000
    assert {path.suffix for path in files()} >= set(TYPES)


def test_every_file_by_get_and_head():
    """Pipelined, and the two methods tell the same; in a usual run, every fourth file."""
    waiting = files()[::scale.either(4, 1)]
    while waiting:
        with wire.Connection() as connection:
            for _ in range(0, KEPT, PIPELINE):
                batch, waiting = waiting[:PIPELINE], waiting[PIPELINE:]
                connection.send("".join(REQUEST.format(method, target(path))
                                        for path in batch for method in ("GET", "HEAD")))
                for path in batch:
                    got = connection.response()
                    told = connection.response("HEAD")
                    check(path, got)
                    assert (told.status, fields(told)) == (got.status, fields(got)), path


def test_entity_tags_differ():
    """Files of different content have different tags, or are of one size and moment."""
    with wire.Connection() as connection:
        tags = {}
        for path in files()[::40]:
            found = path.stat()
            tags.setdefault(connection.get(target(path), method="HEAD").get("ETag"), set()).add(
                (found.st_size, found.st_mtime_ns))
    assert all(len(kinds) == 1 for kinds in tags.values())


def test_every_directory_gets_its_slash():
    folders = [Path(folder) for folder, _, _ in os.walk(SITE)][1:]
    assert folders
    with wire.Connection() as connection:
        for folder in folders:
            name = target(folder)
            for query in ("", "?", "?a=b&c=%20d?"):
                moved = connection.get(name + query)
                assert moved.status == 301
                assert moved.get("Location") == f"{name}/{query}"
            there = connection.get(f"{name}/")
            if (folder / "index.html").exists():
                assert there.body == (folder / "index.html").read_bytes()
            else:
                assert there.status == 403


def test_a_client_that_nobody_here_wrote(tmp_path):
    """curl gets the same, of the largest files and some more."""
    chosen = sorted(files(), key=lambda path: path.stat().st_size)[::-1][:10] + files()[::300]
    script = tmp_path / "fetch"
    script.write_text("".join(
        f'url = "http://localhost{target(path)}"\noutput = "{tmp_path}/{number}"\n'
        for number, path in enumerate(chosen)), encoding="ascii")
    run("curl", "--silent", "--show-error", "--fail", "--config", script)
    for number, path in enumerate(chosen):
        assert wire.same((tmp_path / str(number)).read_bytes(), path.read_bytes()), path
