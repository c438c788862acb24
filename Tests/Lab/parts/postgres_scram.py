"""A second PostgreSQL cluster, where only a password (SCRAM-SHA-256) gets in, with the same sample database."""

from __future__ import annotations

import secrets
from pathlib import Path

from parts import postgres
from parts.postgres import down  # noqa: F401  (the part's own)

PASSWORDS = """
local all handoff_rejected reject
host all handoff_rejected 127.0.0.1/32 reject
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


def up(folder: Path) -> dict:
    """Starts the cluster with a password made up now, and gives the exports."""
    cluster = postgres.start(folder, hba=PASSWORDS, password=secrets.token_hex(12))
    postgres.load_sample(cluster)
    return {
        "HANDOFF_LAB_PGSCRAM_HOST": "127.0.0.1",
        "HANDOFF_LAB_PGSCRAM_PORT": cluster.port,
        "HANDOFF_LAB_PGSCRAM_SOCKET_DIR": cluster.sockets,
        "HANDOFF_LAB_PGSCRAM_USER": "postgres",
        "HANDOFF_LAB_PGSCRAM_PASSWORD": cluster.password,
        "HANDOFF_LAB_PGSCRAM_DATABASE": postgres.DATABASE,
        "HANDOFF_LAB_PGSCRAM_DATA": cluster.data,
        "HANDOFF_LAB_PGSCRAM_PID": cluster.pid(),
        "HANDOFF_LAB_PGSCRAM_LOG": cluster.log,
    }
