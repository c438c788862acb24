"""The servers that hang or lie: one process that listens on a port and on a socket for each kind (see ../liars.py)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from labkit import ports, processes
from labkit.errors import Failed

PROGRAM = Path(__file__).resolve().parents[1] / "liars.py"


def up(folder: Path) -> dict:
    """Starts the program, and gives where each liar listens."""
    pipe, addresses = folder / "stdin", folder / "addresses.json"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)  # its own end to write to: its input never ends, and no other process is needed
    argv = [sys.executable, "-I", PROGRAM, "--sockets", folder / "s", "--addresses", addresses]
    try:
        server = processes.spawn(
            argv, folder / "server.pid", folder / "server.log", processes.clean_environment(folder), held
        )
    finally:
        os.close(held)
    ports.wait(addresses.exists, server, folder / "server.log", "liars.py", seconds=10)
    exports = {"HANDOFF_LAB_LIARS_PID": server.pid, "HANDOFF_LAB_LIARS_PROGRAM": PROGRAM}
    for name, where in json.loads(addresses.read_text()).items():
        kind = name.upper().replace("-", "_")
        exports[f"HANDOFF_LAB_LIAR_{kind}"] = where["address"]
        exports[f"HANDOFF_LAB_LIAR_SOCKET_{kind}"] = where["socket"]
    return exports


def down(folder: Path) -> None:
    """Stops the program."""
    server = processes.recorded(folder / "server.pid")
    if server is not None and processes.stop([server], processes.GENTLE):
        raise Failed(f"liars.py {server} does not end")
