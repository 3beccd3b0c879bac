# SPDX-License-Identifier: GPL-2.0-or-later
"""Media types: the table of the system, of the configuration, and the one that is built in."""

from pathlib import Path
from urllib.parse import quote

import pytest

import wire
from configuration import configured, directories

CPUS = 1
pytestmark = pytest.mark.chapter("8 media types")

TABLE = Path("/etc/mime.types")
# What every website has.
COMMON = {
    "html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8", "json": "application/json",
    "txt": "text/plain; charset=utf-8", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "ico": "image/vnd.microsoft.icon",
    "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "wasm": "application/wasm", "pdf": "application/pdf",
    "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg", "xml": "application/xml", "gz": "application/gzip",
    "zip": "application/zip", "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8",
}


def table():
    """Return the system's table: {extension: type}; the last of several counts."""
    types = {}
    for line in TABLE.read_text(encoding="ascii").splitlines():
        kind, *extensions = line.partition("#")[0].split() or [""]
        types.update({extension.lower(): kind for extension in extensions})
    return types


def told(names):
    """Return the types that the server tells of files, asked for in one go."""
    with wire.Connection() as connection:
        connection.send(b"".join(wire.request(f"/{quote(name)}", method="HEAD") for name in names))
        return {name: connection.response("HEAD").get("Content-Type") for name in names}


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site with an empty file of every extension."""
    with directories() as root:
        for extension in {*table(), *COMMON, "test", "unknown"}:
            (root / f"a.{extension}").write_bytes(b"")
        for name in ("html", ".html", "a.", "a", "a.b.html", "a.html.unknown", "a.tar.gz", "A.HTML", "a.HtMl",
                     "a.html~", "a.b.", "a b.html", "ä.html", f"a.{'x' * 31}", f"a.{'x' * 32}", f"a.{'x' * 250}"):
            (root / name).write_bytes(b"")
        with configured(f'[server]\nroot = "{root}"\n[site]\ndot-files = true\n'):
            yield root


def test_the_whole_table_of_the_system():
    types = table()
    assert len(types) > 1000
    got = told([f"a.{extension}" for extension in types])
    wrong = {extension: got[f"a.{extension}"] for extension, kind in types.items()
             if got[f"a.{extension}"] not in (kind, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)}
    assert wrong == {}


@pytest.mark.parametrize("extension", COMMON)
def test_common_types(extension, ask):
    assert ask(wire.request(f"/a.{extension}")).get("Content-Type") in (
        COMMON[extension], table().get(extension, COMMON[extension]))


NAMES = {
    "html": "application/octet-stream", ".html": "application/octet-stream", "a.": "application/octet-stream",
    "a": "application/octet-stream", "a.unknown": "application/octet-stream", "a.html~": "application/octet-stream",
    "a.b.html": "text/html; charset=utf-8", "a.html.unknown": "application/octet-stream",
    "a.tar.gz": "application/gzip",
    "A.HTML": "text/html; charset=utf-8", "a.HtMl": "text/html; charset=utf-8", "a.b.": "application/octet-stream",
    "a%20b.html": "text/html; charset=utf-8", "%C3%A4.html": "text/html; charset=utf-8",
    "a.%68tml": "text/html; charset=utf-8", f"a.{'x' * 31}": "application/octet-stream",
    f"a.{'x' * 32}": "application/octet-stream", f"a.{'x' * 250}": "application/octet-stream",
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:40])
def test_names(name, ask):
    assert ask(wire.request(f"/{name}")).get("Content-Type") == NAMES[name]


def test_types_of_the_configuration(root):
    with configured(f'[server]\nroot = "{root}"\n[mime.types]\n"text/x-test" = ["test", "html"]\n'):
        assert told(["a.test", "a.html", "a.css"]) == {
            "a.test": "text/x-test; charset=utf-8", "a.html": "text/x-test; charset=utf-8",
            "a.css": "text/css; charset=utf-8"}
    assert told(["a.test"]) == {"a.test": "application/octet-stream"}


def test_another_table(root, tmp_path):
    other = tmp_path / "types"
    other.write_text("# nothing but this\napplication/x-other\tother TEST\n", encoding="ascii")
    with configured(f'[server]\nroot = "{root}"\n[mime]\nfile = "{other}"\n'):
        assert told(["a.test"]) == {"a.test": "application/x-other"}
