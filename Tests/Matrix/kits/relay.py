#!/usr/bin/env python3
"""A second address of a Docker engine: a unix socket that passes on what it is asked.

    relay.py SOCKET UPSTREAM            passes bytes on
    relay.py SOCKET UPSTREAM SETTINGS   speaks HTTP, and answers as another engine would

SETTINGS is a file of JSON that is read anew for each request: `version`, `api` and `min` are what the engine says of
itself, and requests for other versions of the API are refused as an engine refuses them; `refuse` is a pattern of paths
that are answered with status 500.
"""

import http.client
import http.server
import json
import re
import socket
import socketserver
import sys
import threading


def connected(path):
    upstream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    upstream.connect(path)
    return upstream


class Bytes(socketserver.BaseRequestHandler):
    """Both directions, each to its own end."""

    def handle(self):
        upstream = connected(self.server.upstream)
        back = threading.Thread(target=self.copy, args=(upstream, self.request), daemon=True)
        back.start()
        self.copy(self.request, upstream)
        back.join()
        upstream.close()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Disguise(http.server.BaseHTTPRequestHandler):
    """One request after another, each answered whole."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        with open(self.server.settings, encoding="utf-8") as file:
            settings = json.load(file)
        asked, path = re.fullmatch(r"(?:/v(\d+\.\d+))?(/.*)", self.path).groups()
        body = self.body()
        told = self.refusal(settings, asked, path)
        if told:
            return self.send(told[0], {"Content-Type": "application/json"}, json.dumps({"message": told[1]}).encode())
        status, headers, body = self.ask("/v" + self.server.spoken + path, body)
        if path.split("?")[0] == "/version":
            said = json.loads(body)
            said.update(Version=settings["version"], ApiVersion=settings["api"], MinAPIVersion=settings["min"])
            body = json.dumps(said).encode()
        headers["Api-Version"] = settings["api"]
        self.send(status, headers, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    @staticmethod
    def refusal(settings, asked, path):
        def number(text):
            return [int(part) for part in text.split(".")]

        newest, oldest = settings["api"], settings["min"]
        if asked and number(asked) > number(newest):
            return 400, f"client version {asked} is too new. Maximum supported API version is {newest}"
        if asked and number(asked) < number(oldest):
            return 400, f"client version {asked} is too old. Minimum supported API version is {oldest}"
        if settings.get("refuse") and re.fullmatch(settings["refuse"], path.split("?")[0]):
            return 500, "something went wrong"
        return None

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def ask(self, path, body):
        connection = http.client.HTTPConnection("docker")
        connection.sock = connected(self.server.upstream)
        kept = {name: value for name, value in self.headers.items() if name in ("Content-Type", "X-Registry-Auth")}
        connection.request(self.command, path, body or None, kept)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, {"Content-Type": response.getheader("Content-Type") or "application/json"}, answer

    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


def main(path, upstream, settings=None):
    server = Server(path, Disguise if settings else Bytes)
    server.upstream, server.settings = upstream, settings
    if settings:
        connection = http.client.HTTPConnection("docker")
        connection.sock = connected(upstream)
        connection.request("GET", "/version")
        server.spoken = json.loads(connection.getresponse().read())["ApiVersion"]
        connection.close()
    server.serve_forever(poll_interval=60)


if __name__ == "__main__":
    main(*sys.argv[1:])
