"""Certificates for a TLS server on 127.0.0.1 that also asks its clients for one. Made with openssl, for one run."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .errors import Failed


def make(folder: Path) -> Path:
    """A folder laid out like DOCKER_CERT_PATH: ca.pem, cert.pem and key.pem of the client, and the server's pair.

    `stranger/` in it holds a client's pair of another authority, under the right authority's ca.pem: the server
    refuses it.
    """
    folder.mkdir()
    authority(folder, "ca")
    signed(
        folder, "ca", "server", "server-", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n"
    )
    signed(folder, "ca", "client", "", "extendedKeyUsage=clientAuth\n")
    stranger = folder / "stranger"
    stranger.mkdir()
    authority(stranger, "other")
    signed(stranger, "other", "stranger", "", "extendedKeyUsage=clientAuth\n")
    (stranger / "ca.pem").write_bytes((folder / "ca.pem").read_bytes())
    return folder


def authority(folder: Path, name: str) -> None:
    """A self-signed authority, NAME.pem and NAME-key.pem."""
    new_key(folder, f"{name}-key.pem")
    openssl(
        folder, "req", "-x509", "-new", "-key", f"{name}-key.pem", "-out", f"{name}.pem", "-days", "2",
        "-subj", f"/CN=handoff lab {name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip


def signed(folder: Path, by: str, subject: str, prefix: str, extensions: str) -> None:
    """A pair PREFIXcert.pem and PREFIXkey.pem, signed by an authority of the folder."""
    new_key(folder, f"{prefix}key.pem")
    (folder / "extensions.cnf").write_text(extensions)
    openssl(folder, "req", "-new", "-key", f"{prefix}key.pem", "-out", "request.pem", "-subj", f"/CN={subject}")
    openssl(
        folder, "x509", "-req", "-in", "request.pem", "-CA", f"{by}.pem", "-CAkey", f"{by}-key.pem", "-CAcreateserial",
        "-out", f"{prefix}cert.pem", "-days", "2", "-extfile", "extensions.cnf",
    )  # fmt: skip


def new_key(folder: Path, name: str) -> None:
    """A key on the P-256 curve, readable by its owner alone."""
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name)
    (folder / name).chmod(0o600)


def openssl(folder: Path, *arguments: str) -> None:
    """Runs openssl in the folder."""
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Failed(f"openssl {arguments[0]}: {done.stderr.strip()}")
