#!/usr/bin/env python3
"""A row's own AWS: STS as the lab's server answers it, with what that one lacks, and the places that give credentials.

    aws-server.py DIR UPSTREAM [--tls CERTIFICATE KEY] [--other BIN]

Serves on free ports of 127.0.0.1 until it is killed, and writes them to DIR/port (and DIR/tls-port). DIR steers it:

DIR/expired     access key ids, one a line, whose credentials have expired: STS answers ExpiredToken
DIR/NAME        what a place answers instead: a status, "CODE of an error", `hang`, or a text after `say `;
                NAME: sts, assume-role, web-identity, sso, oidc, container, instance
DIR/keys        ACCESS_KEY SECRET TOKEN: the credentials that all places give
DIR/token       the web identity token that is good
DIR/other       ACCESS_KEY SECRET of a user of another account, with `--other`: moto of the folder BIN serves that one
DIR/requests    each request as it came: NAME METHOD PATH

As AWS does, STS refuses a signature whose date is more than five minutes from the clock.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import http.server
import json
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

PARSER = argparse.ArgumentParser()
PARSER.add_argument("dir", type=Path)
PARSER.add_argument("upstream")
PARSER.add_argument("--tls", nargs=2)
PARSER.add_argument("--other", type=Path)
OPTIONS = PARSER.parse_args()
DIR = OPTIONS.dir
UPSTREAMS = {"": urllib.parse.urlsplit(OPTIONS.upstream)}  # by access key id; "" for all others
OTHER_ACCOUNT = "210987654321"
FORMAT = "%Y%m%dT%H%M%SZ"
TOLERATED = datetime.timedelta(minutes=5)
XML = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{0}</Code>
<Message>{1}</Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"""
ASSUMED = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{0}</AccessKeyId><SecretAccessKey>{1}</SecretAccessKey>
<SessionToken>{2}</SessionToken><Expiration>{3}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"""


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def text(name: str) -> str:
    """A file of DIR, or nothing."""
    file = DIR / name
    return file.read_text().strip() if file.exists() else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:
        self.serve()

    do_POST = do_PUT = do_GET

    def serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(self.path).path
        form = dict(urllib.parse.parse_qsl(self.body.decode(errors="replace")))
        if path == "/federation/credentials":
            name, answer = "sso", self.role_credentials
        elif path == "/token":
            name, answer = "oidc", self.login
        elif path == "/container":
            name, answer = "container", self.credentials
        elif path.startswith("/latest/"):
            name, answer = "instance", self.instance
        elif form.get("Action") == "AssumeRoleWithWebIdentity":
            name, answer = "web-identity", lambda: self.web_identity(form.get("WebIdentityToken", ""))
        elif form.get("Action") == "AssumeRole":
            name, answer = "assume-role", self.sts
        else:
            name, answer = "sts", self.sts
        with open(DIR / "requests", "a") as log:
            log.write(f"{name} {self.command} {path}\n")
        how = text(name)
        if how == "hang":
            time.sleep(3600)
        elif how.startswith("say "):
            self.send(200, "text/plain", how[4:])
        elif how:
            status, _, code = how.partition(" ")
            self.error(int(status), code or "InternalFailure", "as the row wants it", name)
        else:
            answer()

    def error(self, status: int, code: str, message: str, name: str = "sts") -> None:
        if name in ("sts", "web-identity", "assume-role"):
            self.send(status, "text/xml", XML.format(code, message))
        else:
            self.send(status, "application/json", json.dumps({"error": code, "message": message}), code)

    def send(self, status: int, kind: str, body: str, error: str = "") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # What gives credentials

    def given(self) -> tuple:
        """Access key, secret, token and end."""
        end = now() + datetime.timedelta(hours=1)
        return *text("keys").split(), end

    def credentials(self) -> None:
        key, secret, token, end = self.given()
        self.send(200, "application/json", json.dumps({
            "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": secret, "Token": token,
            "LastUpdated": now().strftime("%Y-%m-%dT%H:%M:%SZ"), "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }))  # fmt: skip

    def instance(self) -> None:
        if self.command == "PUT":
            self.send(200, "text/plain", "a-token-of-the-instance")
        elif self.path.endswith("/security-credentials/"):
            self.send(200, "text/plain", "instance-role")
        else:
            self.credentials()

    def role_credentials(self) -> None:
        key, secret, token, end = self.given()
        self.send(200, "application/json", json.dumps({"roleCredentials": {
            "accessKeyId": key, "secretAccessKey": secret, "sessionToken": token,
            "expiration": int(end.timestamp() * 1000)}}))  # fmt: skip

    def login(self) -> None:
        self.send(200, "application/json", json.dumps({
            "accessToken": "renewed", "expiresIn": 3600, "tokenType": "Bearer", "refreshToken": "again"}))  # fmt: skip

    def web_identity(self, token: str) -> None:
        if token != text("token"):
            self.error(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration")
            return
        key, secret, session, end = self.given()
        self.send(200, "text/xml", ASSUMED.format(key, secret, session, end.strftime("%Y-%m-%dT%H:%M:%SZ")))

    # STS

    def sts(self) -> None:
        try:
            signed = datetime.datetime.strptime(self.headers.get("X-Amz-Date", ""), FORMAT)
            signed = signed.replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            self.error(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            return
        clock = now()
        if signed < clock - TOLERATED or signed > clock + TOLERATED:
            edge, sign, word = (
                (clock - TOLERATED, "-", "Signature expired: {} is now earlier than {}")
                if signed < clock
                else (clock + TOLERATED, "+", "Signature not yet current: {} is still later than {}")
            )
            words = word.format(signed.strftime(FORMAT), edge.strftime(FORMAT))
            self.error(403, "SignatureDoesNotMatch", f"{words} ({clock.strftime(FORMAT)} {sign} 5 min.)")
            return
        authorization = self.headers.get("Authorization", "")
        if any(key in authorization for key in text("expired").split()):
            self.error(403, "ExpiredToken", "The security token included in the request is expired")
            return
        place = next((place for key, place in UPSTREAMS.items() if key and key in authorization), UPSTREAMS[""])
        upstream = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                upstream.putheader(name, value)
        upstream.endheaders(self.body)
        answer = upstream.getresponse()
        body = answer.read().decode()
        self.send(answer.status, answer.headers.get("Content-Type", "text/xml"), body)
        upstream.close()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_) -> None:
        pass  # the other side went away


def start_other() -> None:
    """A server of another account, and its user; it leaves so many calls unchecked as that takes."""
    env = {"PATH": os.environ["PATH"], "MOTO_ACCOUNT_ID": OTHER_ACCOUNT, "INITIAL_NO_AUTH_ACTION_COUNT": "2"}
    env |= {name: value for name, value in os.environ.items() if name.startswith("HANDOFF_MATRIX")}
    server = subprocess.Popen(
        [OPTIONS.other / "moto_server", "-H", "127.0.0.1", "-p", "0"], env=env, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    place = next(found[1] for line in server.stdout if (found := re.search(r"Running on (http://[\d.:]+)", line)))
    threading.Thread(target=server.stdout.read, daemon=True).start()
    place = urllib.parse.urlsplit(place)

    def iam(form: str) -> str:
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        connection.request("POST", "/", form + "&UserName=other&Version=2010-05-08", {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, "
            "SignedHeaders=host, Signature=x"})  # fmt: skip
        return connection.getresponse().read().decode()

    iam("Action=CreateUser")
    answer = iam("Action=CreateAccessKey")
    key, secret = (re.search(f"<{name}>(.*?)</{name}>", answer)[1] for name in ("AccessKeyId", "SecretAccessKey"))
    UPSTREAMS[key] = place
    (DIR / "other").write_text(f"{key} {secret}")


def main() -> None:
    (DIR / "requests").touch()
    if OPTIONS.other:
        start_other()
    servers = {"port": Server(("127.0.0.1", 0), Handler)}
    if OPTIONS.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*OPTIONS.tls)
        servers["tls-port"] = Server(("127.0.0.1", 0), Handler)
        servers["tls-port"].socket = context.wrap_socket(servers["tls-port"].socket, server_side=True)
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, server in reversed(servers.items()):
        (DIR / f"{name}.new").write_text(str(server.server_address[1]))
        (DIR / f"{name}.new").rename(DIR / name)
    threading.Event().wait()


if __name__ == "__main__":
    main()
