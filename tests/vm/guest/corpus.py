# SPDX-License-Identifier: GPL-2.0-or-later
"""A small site with something of everything, and valid requests of every kind for it.

What each answer must be is told elsewhere: here the same requests come in pieces
(test_33_split), and to another server as well (test_46_peer).
"""

import os

import wire

MOMENT = 1600000000
SAME = "Sun, 13 Sep 2020 12:26:40 GMT"
OLDER = "Sun, 13 Sep 2020 12:26:39 GMT"
NEWER = "Sun, 13 Sep 2020 12:26:41 GMT"
# Stands for the entity tag of the server that is asked, of the file /a.txt.
TAG = b"{tag}"

FILES = {
    "index.html": b"<!doctype html><title>index</title>\n",
    "a.txt": b"abcdefghijklmnopqrstuvwxyz",
    "empty.txt": b"",
    "page.bin": bytes(range(256)) * 16,
    "large.bin": b"".join(b"%07d\n" % number for number in range(12500)),
    "image.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "style.css": b"body { color: black }\n" * 50,
    "no-extension": b"octets\n",
    "a b%c+d.txt": b"odd\n",
    "ä.txt": b"umlaut\n",
    "folder/index.html": b"<!doctype html><title>folder</title>\n",
    "folder/file.txt": b"file\n",
    "folder/deeper/file.txt": b"deeper\n",
    "bare/file.txt": b"no index beside me\n",
    ".hidden": b"hidden\n",
    ".well-known/file.txt": b"well known\n",
    "coded.html": b"<!doctype html><title>coded</title>\n" * 20,
    "coded.html.gz": b"in gzip\n" * 10,
}


def fill(root):
    """Make the site."""
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (0, MOMENT))
    (root / "closed.txt").write_bytes(b"closed\n")
    (root / "closed.txt").chmod(0)


def get(target, *fields, **options):
    """Return a request; with {tag} where the tag is to stand."""
    return wire.request(target, *fields, **options)


def header(table, target="/a.txt"):
    """Return requests that differ in their fields."""
    return {name: get(target, *([fields] if isinstance(fields, str) else fields)) for name, fields in table.items()}


PATHS = {
    f"path {path}": get(path) for path in (
        "/", "/index.html", "/a.txt", "/empty.txt", "/page.bin", "/large.bin", "/image.png", "/style.css",
        "/no-extension", "/a%20b%25c%2Bd.txt", "/a%20b%25c+d.txt", "/%61.txt", "/%61%2e%74%78%74", "/%C3%A4.txt",
        "/%c3%a4.txt", "/a.txt?", "/a.txt?query", "/a.txt?a=b&c=%20?#"[:-1], "/?query", "/folder/", "/folder",
        "/folder?query", "/folder/index.html", "/folder/file.txt", "/folder/deeper", "/folder/deeper/file.txt",
        "/folder/../a.txt", "/folder/./file.txt", "/./a.txt", "/a/../a.txt", "/none/../a.txt",
        "/folder/deeper/../file.txt", "//a.txt", "/folder//file.txt", "///folder///file.txt", "/folder/.",
        "/folder/..", "/folder/deeper/..", "/%2e/a.txt", "/folder/%2e%2e/a.txt", "/folder%2Ffile.txt", "/../a.txt",
        "/../../a.txt", "/folder/../../a.txt", "/%2e%2e/a.txt", "/a.txt/", "/a.txt/x", "/none", "/none/",
        "/none/none", "/folder/none", "/A.TXT", "/a.tx", "/a.txtx", "/bare", "/bare/", "/bare/file.txt",
        "/closed.txt", "/.hidden", "/.well-known/file.txt", "/.well-known/", "/...", "/a.txt%00", "/%zz", "/%4",
        "/a.txt%", "/a.txt%20", "/coded.html", "/coded.html.gz", "/" + "x" * 255, "/" + "x" * 256)
}
METHODS = {
    **{f"method {method} {path}": get(path, method=method) for method in ("HEAD", "OPTIONS") for path in
       ("/", "/a.txt", "/empty.txt", "/folder", "/folder/", "/none", "/bare/", "/coded.html")},
    **{f"method {method}": get("/a.txt", method=method) for method in
       ("DELETE", "TRACE", "PATCH", "PROPFIND", "BREW", "get")},
    **{f"method {method} with content": get("/a.txt", "Content-Length: 5", method=method) + b"12345"
       for method in ("POST", "PUT", "GET")},
    "method POST without content": get("/a.txt", "Content-Length: 0", method="POST"),
    "method POST chunked":
        get("/a.txt", "Transfer-Encoding: chunked", method="POST") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "method GET chunked": get("/a.txt", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "method OPTIONS *": get("*", method="OPTIONS"),
}
FORMS = {
    "absolute form": get("http://test/a.txt"),
    "absolute form of another host": get("http://other.example/a.txt"),
    "absolute form with a port": get("http://test:80/a.txt"),
    "absolute form in upper case": get("HTTP://TEST/a.txt"),
    "absolute form without a path": get("http://test"),
    "host with a port": get("/a.txt", host="test:80"),
    "host that is an address": get("/a.txt", host="127.0.0.1"),
    "host of IPv6": get("/a.txt", host="[::1]:80"),
    "host in upper case": get("/a.txt", host="TEST"),
    "host with an underscore": get("/a.txt", host="a_b"),
    "host with a final dot": get("/a.txt", host="test."),
    "empty lines before": b"\r\n\r\n" + get("/a.txt"),
    "HTTP/1.0": get("/a.txt", version="HTTP/1.0"),
    "HTTP/1.0 without a host": get("/a.txt", version="HTTP/1.0", host=None),
    "HTTP/1.0 keep-alive": get("/a.txt", "Connection: keep-alive", version="HTTP/1.0"),
    "HTTP/1.0 HEAD": get("/a.txt", version="HTTP/1.0", method="HEAD"),
    "HTTP/1.0 of nothing": get("/none", version="HTTP/1.0"),
    "close": get("/a.txt", "Connection: close"),
    "close in upper case": get("/a.txt", "Connection: CLOSE"),
    "close in a list": get("/a.txt", "Connection: x, close"),
    "keep-alive": get("/a.txt", "Connection: keep-alive"),
    "close of nothing": get("/none", "Connection: close"),
    "pipeline": get("/a.txt") + get("/none") + get("/style.css"),
    "pipeline with HEAD": get("/a.txt", method="HEAD") + get("/empty.txt") + get("/a.txt"),
    "pipeline with 304": get("/a.txt", f"If-Modified-Since: {SAME}") + get("/a.txt"),
    "pipeline with content": get("/a.txt", "Content-Length: 4") + b"GET " + get("/style.css"),
    "tabs around values": get("/a.txt", "If-None-Match:\t{tag}\t"),
    "field without a value": get("/a.txt", "A:", "Accept:"),
    "value beyond ASCII": get("/a.txt", "A: \xe4\xff"),
    "many fields": get("/a.txt", *(f"Field-{number}: {number}" for number in range(90))),
    "long field": get("/a.txt", "Cookie: " + "x" * 4000),
    "long query": get("/a.txt?" + "x" * 4000),
    "expectation": get("/a.txt", "Expect: 100-continue"),
    "a browser": get("/", "Connection: keep-alive", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
                     "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                     "Accept-Language: en-US,en;q=0.5", "Upgrade-Insecure-Requests: 1", "Cache-Control: max-age=0"),
}
CONDITIONS = header({
    "If-None-Match": "If-None-Match: {tag}",
    "If-None-Match weak": "If-None-Match: W/{tag}",
    "If-None-Match other": 'If-None-Match: "x"',
    "If-None-Match any": "If-None-Match: *",
    "If-None-Match list": 'If-None-Match: "x", {tag}',
    "If-None-Match two lines": ('If-None-Match: "x"', "If-None-Match: {tag}"),
    "If-Modified-Since": f"If-Modified-Since: {SAME}",
    "If-Modified-Since older": f"If-Modified-Since: {OLDER}",
    "If-Modified-Since newer": f"If-Modified-Since: {NEWER}",
    "If-Modified-Since RFC 850": "If-Modified-Since: Sunday, 13-Sep-20 12:26:40 GMT",
    "If-Modified-Since asctime": "If-Modified-Since: Sun Sep 13 12:26:40 2020",
    "If-Modified-Since invalid": "If-Modified-Since: x",
    "If-Match": "If-Match: {tag}",
    "If-Match weak": "If-Match: W/{tag}",
    "If-Match other": 'If-Match: "x"',
    "If-Match any": "If-Match: *",
    "If-Match list": 'If-Match: "x", {tag}',
    "If-Match two lines": ('If-Match: "x"', "If-Match: {tag}"),
    "If-Unmodified-Since": f"If-Unmodified-Since: {SAME}",
    "If-Unmodified-Since older": f"If-Unmodified-Since: {OLDER}",
    "If-Unmodified-Since newer": f"If-Unmodified-Since: {NEWER}",
    "If-Unmodified-Since invalid": "If-Unmodified-Since: x",
    "If-Match and If-Unmodified-Since": ("If-Match: {tag}", f"If-Unmodified-Since: {OLDER}"),
    "If-None-Match and If-Modified-Since": ('If-None-Match: "x"', f"If-Modified-Since: {SAME}"),
    "If-None-Match and older": ("If-None-Match: {tag}", f"If-Modified-Since: {OLDER}"),
    "If-Match and If-None-Match": ("If-Match: {tag}", "If-None-Match: {tag}"),
    "If-Unmodified-Since and If-Modified-Since": (f"If-Unmodified-Since: {SAME}", f"If-Modified-Since: {SAME}"),
})
CONDITIONS.update({
    "If-None-Match any of nothing": get("/none", "If-None-Match: *"),
    "If-Match any of nothing": get("/none", "If-Match: *"),
    "If-Match of a redirect": get("/folder", 'If-Match: "x"'),
    "If-Modified-Since of an index": get("/", f"If-Modified-Since: {SAME}"),
    "If-None-Match of HEAD": get("/a.txt", "If-None-Match: {tag}", method="HEAD"),
})
RANGES = header({
    f"Range {value}": f"Range: {value}" for value in (
        "bytes=0-0", "bytes=0-", "bytes=5-9", "bytes=-5", "bytes=-26", "bytes=-100", "bytes=25-", "bytes=20-100",
        "bytes=26-", "bytes=100-200", "bytes=-0", "bytes=9-5", "bytes=a-b", "bytes=", "bytes=-", "lines=0-1",
        "Bytes=0-1", "bytes=0-1,20-21", "bytes=0-1, 20-21", "bytes=0-9,5-15", "bytes=0-4,5-9",
        "bytes=20-21,0-1", "bytes=0-1,100-", "bytes=0-,0-", "bytes=18446744073709551615-",
        "bytes=18446744073709551616-", "bytes=0-18446744073709551616")
})
RANGES.update({
    "Range of a large file": get("/large.bin", "Range: bytes=4000-5000"),
    "Range many of a large file": get("/large.bin", "Range: bytes=0-9,50000-50009,-10"),
    "Range of nothing in it": get("/empty.txt", "Range: bytes=0-"),
    "Range of no file": get("/none", "Range: bytes=0-"),
    "Range of an index": get("/", "Range: bytes=0-4"),
    "Range of HEAD": get("/a.txt", "Range: bytes=0-4", method="HEAD"),
    "Range and If-Range": get("/a.txt", "Range: bytes=0-4", "If-Range: {tag}"),
    "Range and If-Range weak": get("/a.txt", "Range: bytes=0-4", "If-Range: W/{tag}"),
    "Range and If-Range other": get("/a.txt", "Range: bytes=0-4", 'If-Range: "x"'),
    "Range and If-Range date": get("/a.txt", "Range: bytes=0-4", f"If-Range: {SAME}"),
    "Range and If-Range older": get("/a.txt", "Range: bytes=0-4", f"If-Range: {OLDER}"),
    "Range and If-Range newer": get("/a.txt", "Range: bytes=0-4", f"If-Range: {NEWER}"),
    "Range and If-None-Match": get("/a.txt", "Range: bytes=0-4", "If-None-Match: {tag}"),
})
CODINGS = header({
    f"Accept-Encoding {value}": f"Accept-Encoding: {value}" for value in
    ("gzip", "x-gzip", "GZIP", "gzip, deflate, br, zstd", "identity", "*", "gzip;q=0", "gzip;q=0.5",
     "identity, gzip;q=0.5", "deflate", "", "*;q=0")
}, "/coded.html")
CODINGS.update({
    "Accept-Encoding and a range": get("/coded.html", "Accept-Encoding: gzip", "Range: bytes=0-4"),
    "Accept-Encoding and a condition": get("/coded.html", "Accept-Encoding: gzip", f"If-Modified-Since: {SAME}"),
    "Accept-Encoding of a file without": get("/style.css", "Accept-Encoding: gzip"),
    "Accept-Encoding of a compressed file": get("/coded.html.gz", "Accept-Encoding: gzip"),
    "Accept JSON": get("/a.txt", "Accept: application/json"),
    "Accept nothing": get("/a.txt", "Accept: x/y;q=0"),
})
REQUESTS = {**PATHS, **METHODS, **FORMS, **CONDITIONS, **RANGES, **CODINGS}
