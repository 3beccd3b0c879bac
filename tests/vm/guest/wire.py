# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP over a raw socket: every octet is the test's own choice."""

import socket
from dataclasses import dataclass, field

# Nothing takes this long but a server that does not answer.
PATIENCE = 120
# Of bodies that are kept in memory.
LARGEST = 1 << 28


class Closed(Exception):
    """The server closed the connection before a response was complete."""


@dataclass
class Response:
    """A response as it was received."""

    status: int
    reason: str
    version: str
    fields: list = field(default_factory=list)
    body: bytes = b""

    def get(self, name):
        """Return the value of a field, None without it; a field that is there twice is an error."""
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} is there {len(values)} times"
        return values[0] if values else None

    def members(self, name):
        """Return the members of a list field, of all its lines, in lower case."""
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        return [member.strip(" \t").lower() for value in values for member in value.split(",") if member.strip(" \t")]


class Connection:
    """A connection to the server, to be used as a context manager; source is the client's address."""

    def __init__(self, host="127.0.0.1", port=80, timeout=PATIENCE, receive_buffer=None, source=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(timeout)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((host, port))
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Send octets, or text as ASCII, as they are."""
        self.socket.sendall(data.encode("ascii") if isinstance(data, str) else data)

    def get(self, target, *fields, method="GET", version="HTTP/1.1"):
        """Send a request and return the response; fields are "name: value"."""
        self.send("".join(f"{line}\r\n" for line in (f"{method} {target} {version}", "Host: test", *fields, "")))
        return self.response(method)

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Closed(f"after {self.received!r}")
        self.received += data

    def head(self):
        """Receive the head of a response."""
        while b"\r\n\r\n" not in self.received:
            self._more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status, reason = first.split(" ", 2)
        response = Response(int(status), reason, version)
        for line in lines:
            name, value = line.split(":", 1)
            response.fields.append((name, value.strip(" \t")))
        return response

    def response(self, method="GET"):
        """Receive one response to a request of that method."""
        response = self.head()
        if method == "HEAD" or response.status in (204, 304):
            return response
        if response.get("Transfer-Encoding") is None:
            response.body = self.body(response.get("Content-Length"))
        else:
            assert response.get("Transfer-Encoding") == "chunked"
            assert response.get("Content-Length") is None
            response.body = self.chunks()
        return response

    def chunks(self):
        """Receive a chunked body, as RFC 9112 section 7.1 has it to the letter."""
        pieces = []
        while True:
            while b"\r\n" not in self.received:
                self._more()
            line, self.received = self.received.split(b"\r\n", 1)
            assert line and not line.strip(b"0123456789abcdefABCDEF"), line
            size = int(line, 16)
            data = self.body(size + 2)
            assert data[size:] == b"\r\n", data[size:]
            if not size:
                return b"".join(pieces)
            pieces.append(data[:size])

    def body(self, length):
        """Receive a body of that length; without one, up to the end of the connection."""
        if length is None:
            return self.rest()
        assert int(length) <= LARGEST, length
        pieces, missing = [self.received[: int(length)]], int(length)
        missing -= len(pieces[0])
        self.received = self.received[int(length) :]
        while missing:
            data = self.socket.recv(min(missing, 1 << 20))
            if not data:
                raise Closed(f"{missing} octets of the body are missing")
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)

    def rest(self):
        """Receive everything up to the end of the connection."""
        pieces, self.received = [self.received], b""
        while data := self.socket.recv(1 << 20):
            pieces.append(data)
        return b"".join(pieces)

    def ended(self):
        """Wait for the server's end of the connection; True if it came and nothing before it."""
        try:
            return not self.received and not self.socket.recv(1)
        except ConnectionResetError:
            return True


def request(target, *fields, method="GET", version="HTTP/1.1", host="test"):
    """Return a request without content as octets."""
    lines = [f"{method} {target} {version}", *([f"Host: {host}"] if host else []), *fields, ""]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


# How a request comes: the first on its connection, after an answer on it, or in the middle of others.
WAYS = ("alone", "kept", "pipelined")
PROBE = request("*", method="OPTIONS")


def ask(way, octets, **where):
    """Send a request that way and return the response; what comes before and behind it must be right, too."""
    method = octets.split(b" ", 1)[0].decode("latin-1")
    with Connection(**where) as connection:
        if way == "pipelined":
            connection.send(PROBE + octets + PROBE)
        elif way == "kept":
            connection.send(PROBE)
        if way != "alone":
            assert connection.response("OPTIONS").status == 204
        if way != "pipelined":
            connection.send(octets)
        response = connection.response(method)
        if response.get("Connection") == "close":
            assert connection.rest() == b""
        else:
            if way != "pipelined":
                connection.send(PROBE)
            assert connection.response("OPTIONS").status == 204
        return response


def same(received, content):
    """Tell whether octets are equal; pytest would try to explain how large ones differ."""
    return received == content


def get(target, *fields, **options):
    """Send one request on a connection of its own and return the response."""
    with Connection(**{key: options.pop(key) for key in ("host", "port", "source") if key in options}) as connection:
        return connection.get(target, *fields, **options)
