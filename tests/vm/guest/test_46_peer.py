# SPDX-License-Identifier: GPL-2.0-or-later
"""The same valid requests for the same site, sent to khttpd and to nginx: every difference has its reason."""

import re
import shutil
import socket
import subprocess

import pytest

import corpus
import sysfs
import wire
from shell import eventually
from peer_reasons import DIFFERENCES

CPUS = 1
PORT = 8080
CONFIGURATION = """
user www-data;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ }}
http {{
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	charset utf-8;
	charset_types text/css text/plain;
	access_log off;
	absolute_redirect off;
	client_body_temp_path {directory}/body;
	fastcgi_temp_path {directory}/fastcgi;
	proxy_temp_path {directory}/proxy;
	scgi_temp_path {directory}/scgi;
	uwsgi_temp_path {directory}/uwsgi;
	gzip_static on;
	gzip_vary on;
	max_ranges 16;
	server {{
		listen 127.0.0.1:{port};
		root {root};
	}}
}}
"""
COMPARED = ("Content-Encoding", "Content-Range", "Accept-Ranges", "Last-Modified", "Location", "Allow", "Vary")


@pytest.fixture(scope="module", name="servers")
def fixture_servers(server, tmp_path_factory):  # pylint: disable=unused-argument
    """Both serve the site of the corpus; yields their ports with their entity tags of /a.txt."""
    directory = tmp_path_factory.mktemp("nginx")
    # nginx is to compress nothing, either.
    with sysfs.setting(compression__enabled=0), sysfs.document_root() as root:
        corpus.fill(root)
        configuration = directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(directory=directory, root=root, port=PORT), encoding="ascii")
        with subprocess.Popen(["nginx", "-c", configuration, "-g", "daemon off;"]) as nginx:
            try:
                eventually(listens, "nginx listens")
                yield [(port, wire.get("/a.txt", port=port).get("ETag").encode()) for port in (80, PORT)]
            finally:
                nginx.terminate()
                nginx.wait(wire.PATIENCE)
    shutil.rmtree(directory)


def listens():
    """Tell whether nginx takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def framing(response, method):
    """Tell what says where the body ends."""
    if method == "HEAD" or response.status in (204, 304):
        return "none"
    if response.get("Transfer-Encoding"):
        return "chunked"
    return "end of connection" if response.get("Content-Length") is None else "length"


def body(response):
    """Return what is to be compared of a body; errors have pages of their own, and boundaries are random."""
    if response.status not in (200, 206):
        return "a page" if response.body else "nothing"
    return re.sub(rb"--[0-9A-Za-z]{8,}", b"--", response.body).strip()


def aspects(response, method):
    """Return what is to be compared of a response."""
    found = {"status": response.status, "framing": framing(response, method),
             "ends": response.get("Connection") == "close"}
    if found["framing"] != "none":
        found["body"] = body(response)
    if response.status < 300:
        kind = response.get("Content-Type")
        found["Content-Type"] = kind and re.sub("boundary=.*", "boundary", kind)
        found["Content-Length"] = None if "boundary" in (kind or "") else response.get("Content-Length")
    found["ETag"] = response.get("ETag") is not None
    found.update((name, response.get(name)) for name in COMPARED)
    return found


def answers(port, octets):
    """Send requests, say that there are no more, and return the aspects of each answer."""
    methods = [method.decode() for method in re.findall(rb"(\w+) \S+ HTTP/1\.", octets)]
    found = []
    with wire.Connection(port=port) as connection:
        connection.send(octets)
        connection.socket.shutdown(socket.SHUT_WR)
        for method in methods:
            while not connection.received:
                connection.received = connection.socket.recv(1 << 16)
                if not connection.received:
                    return [*found, "the end"]
            if connection.received.startswith(b"HTTP/1.1 100 "):
                connection.head()
                found.append("continue")
            found.append(aspects(connection.response(method), method))
        assert connection.rest() == b""
    return found


def differences(ours, theirs):
    """Return what differs between lists of answers as {aspect: (ours, theirs)}."""
    if [type(answer) for answer in ours] != [type(answer) for answer in theirs]:
        return {"answers": tuple([answer if isinstance(answer, str) else answer["status"] for answer in answers]
                                 for answers in (ours, theirs))}
    found = {}
    for mine, other in zip(ours, theirs):
        if isinstance(mine, str):
            continue
        # All else follows from another status.
        for name in ["status"] if mine["status"] != other["status"] else mine.keys() | other.keys():
            if mine.get(name) != other.get(name):
                found[name] = (mine.get(name), other.get(name))
    if "body" in found:
        found["body"] = tuple(value if isinstance(value, str) else "other octets" for value in found["body"])
    return found


@pytest.mark.chapter("the same requests to nginx")
@pytest.mark.parametrize("name", corpus.REQUESTS)
def test_as_nginx_or_with_a_reason(name, servers):
    found = differences(*(answers(port, corpus.REQUESTS[name].replace(corpus.TAG, tag)) for port, tag in servers))
    wanted = {}
    for _, aspects_of_it, names in DIFFERENCES:
        if name in names:
            wanted.update(aspects_of_it)
    assert found == wanted


def test_every_difference_is_of_a_request():
    known = {name for *_, names in DIFFERENCES for name in names}
    assert known <= corpus.REQUESTS.keys()
