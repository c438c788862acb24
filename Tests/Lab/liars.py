#!/usr/bin/env python3
"""Servers that hang or lie, each on a free port of 127.0.0.1 and on a unix socket.

Prints one JSON object, kind → {"address": "127.0.0.1:PORT", "socket": PATH}, and serves until its standard input ends.
`--sockets DIR` says where the unix sockets go (default: a temporary folder, removed at the end); `--addresses FILE`
writes the object there too; further arguments choose kinds.

A PostgreSQL client finds the unix socket of a pg-* liar as it does its own server's: the folder of `socket` as the
host and the number at its end as the port.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time

XML = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>{code}</Code>
    <Message>{message}</Message>
  </Error>
  <RequestId>00000000-0000-4000-8000-000000000000</RequestId>
</ErrorResponse>
"""
CHUNK = b"x" * 65536
CLOSING = threading.Event()


def http(status: str, content_type: str, body: str, *headers: str) -> bytes:
    """A whole HTTP answer."""
    data = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(data)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + data


def answer_http(data: bytes):
    """Reads one request to its end, then gives the answer."""

    def serve(connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(65536)
            if not more:
                return
            request += more
        head, _, body = request.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                missing = int(value) - len(body)
                while missing > 0:
                    missing -= len(connection.recv(65536)) or missing
        connection.sendall(data)

    return serve


def silent(connection: socket.socket) -> None:
    """Takes all that is sent, and never answers."""
    while connection.recv(65536):
        pass


def drip(connection: socket.socket) -> None:
    """A plausible answer, one byte a second."""
    for byte in http("200 OK", "application/json", json.dumps({"ApiVersion": "1.41", "padding": "x" * 4000})):
        connection.sendall(bytes([byte]))
        if CLOSING.wait(1):
            return


def garbage(connection: socket.socket) -> None:
    """Random bytes, then the end."""
    connection.settimeout(0.2)
    try:
        connection.recv(65536)
    except OSError:
        pass
    connection.sendall(os.urandom(512))


def flood(connection: socket.socket) -> None:
    """An answer that does not end, as fast as it is read."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while not CLOSING.is_set():
        connection.sendall(CHUNK)


def close(connection: socket.socket) -> None:
    """Ends at once."""


def endless_headers(connection: socket.socket) -> None:
    """An answer whose header does not end."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not CLOSING.is_set():
        connection.sendall(b"X-Padding: " + b"x" * 1000 + b"\r\n")


def cut(connection: socket.socket) -> None:
    """An answer that ends before the length that it promised."""
    connection.recv(65536)
    connection.sendall(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"ApiVersion":'
    )


def postgres(answer):
    """Refuses TLS and GSS encryption as a server does that lacks them, reads the start-up message, then answers."""

    def serve(connection: socket.socket) -> None:
        while True:
            head = exactly(connection, 8)
            if head is None:
                return
            length, code = struct.unpack("!II", head)
            if code in (80877103, 80877104):  # SSLRequest, GSSENCRequest
                connection.sendall(b"N")
                continue
            if exactly(connection, max(0, min(length, 10000) - 8)) is not None:
                answer(connection)
            return

    return serve


def exactly(connection: socket.socket, count: int) -> bytes | None:
    """So many bytes, or None if the other side ends before."""
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


def postgres_error(code: str, text: str):
    """An ErrorResponse, as in the protocol's manual page on message formats."""
    fields = b"".join(key + value.encode() + b"\0" for key, value in
                      [(b"S", "FATAL"), (b"V", "FATAL"), (b"C", code), (b"M", text)]) + b"\0"  # fmt: skip
    return postgres(lambda connection: connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields))


def postgres_hangs_later(connection: socket.socket) -> None:
    """Lets in, says that it is ready, and answers no query."""
    connection.sendall(b"R" + struct.pack("!II", 8, 0))
    for name, value in (("server_version", "15.0"), ("client_encoding", "UTF8"), ("standard_conforming_strings", "on")):
        body = f"{name}\0{value}\0".encode()
        connection.sendall(b"S" + struct.pack("!I", len(body) + 4) + body)
    connection.sendall(b"K" + struct.pack("!III", 12, 1, 1) + b"Z" + struct.pack("!I", 5) + b"I")
    silent(connection)


KINDS = {
    "silent": silent,
    "drip": drip,
    "garbage": garbage,
    "flood": flood,
    "close": close,
    "cut": cut,
    "endless-headers": endless_headers,
    "redirect": answer_http(http("302 Found", "text/html", "elsewhere", "Location: http://127.0.0.1:1/elsewhere")),
    "error500": answer_http(http("500 Internal Server Error", "application/json", '{"message":"something broke"}')),
    "expired": answer_http(http("403 Forbidden", "text/xml", XML.format(
        code="ExpiredToken", message="The security token included in the request is expired"))),
    "throttled": answer_http(http("400 Bad Request", "text/xml", XML.format(
        code="Throttling", message="Rate exceeded"))),
    "notjson": answer_http(http("200 OK", "text/html", "<!DOCTYPE html><title>Sign in</title><h1>Captive portal</h1>")),
    "pg-silent": silent,
    "pg-starting": postgres_error("57P03", "the database system is starting up"),
    "pg-full": postgres_error("53300", "sorry, too many clients already"),
    "pg-garbage": postgres(lambda connection: connection.sendall(os.urandom(512))),
    "pg-hangs": postgres(postgres_hangs_later),
}  # fmt: skip


def listen(listener: socket.socket, serve) -> None:
    """Serves each connection on a thread of its own."""

    def one(connection: socket.socket) -> None:
        try:
            with connection:
                serve(connection)
        except (OSError, ValueError):
            pass  # the other side went away

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                if CLOSING.is_set():
                    return
                time.sleep(0.05)  # out of descriptors
                continue
            threading.Thread(target=one, args=[connection], daemon=True).start()

    listener.listen(64)
    threading.Thread(target=loop, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description="Servers that hang or lie; they end when standard input does.")
    parser.add_argument("--sockets", help="folder for the unix sockets")
    parser.add_argument("--addresses", help="file to write the addresses to, once all listen")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"which ones (default: all): {', '.join(KINDS)}")
    options = parser.parse_args()
    unknown = [kind for kind in options.kinds if kind not in KINDS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    own_folder = None if options.sockets else tempfile.mkdtemp(prefix="liars-", dir="/tmp")
    sockets = options.sockets or own_folder
    os.makedirs(sockets, exist_ok=True)
    addresses = {}
    for kind in options.kinds or KINDS:
        tcp = socket.create_server(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        if kind.startswith("pg-"):
            os.makedirs(os.path.join(sockets, kind))
            path = os.path.join(sockets, kind, f".s.PGSQL.{port}")
        else:
            path = os.path.join(sockets, f"{kind}.sock")
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(path)
        listen(tcp, KINDS[kind])
        listen(unix, KINDS[kind])
        addresses[kind] = {"address": f"127.0.0.1:{port}", "socket": path}
    if options.addresses:
        with open(options.addresses + ".new", "w") as file:
            json.dump(addresses, file)
        os.replace(options.addresses + ".new", options.addresses)
    print(json.dumps(addresses), flush=True)
    try:
        while os.read(0, 4096):
            pass
    except KeyboardInterrupt:
        pass
    finally:
        CLOSING.set()
        if own_folder:
            shutil.rmtree(own_folder, ignore_errors=True)


if __name__ == "__main__":
    main()
