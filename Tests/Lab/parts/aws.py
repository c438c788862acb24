"""moto's server with its checks on: every request's signature and permission is verified, as AWS does.

It lets a counted number of requests through unchecked. They are used up here, to make a user, its key and two roles.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from labkit import cache, ports, processes
from labkit.errors import Failed

ACCOUNT = "695353648052"
REGION = "us-east-1"
SETUP = Path(__file__).resolve().parents[1] / "aws_setup.py"


def up(folder: Path) -> dict:
    """Starts the server, makes the identities, and gives the exports."""
    tools = cache.tools()
    free = int(re.search(r"^UNCHECKED = (\d+)$", SETUP.read_text(), re.MULTILINE).group(1))
    port = ports.free()
    env = processes.clean_environment(
        folder, MOTO_ACCOUNT_ID=ACCOUNT, INITIAL_NO_AUTH_ACTION_COUNT=str(free), AWS_EC2_METADATA_DISABLED="true"
    )
    log = folder / "server.log"
    argv = [tools / "bin/python", tools / "bin/moto_server", "-H", "127.0.0.1", "-p", port]
    server = processes.spawn(argv, folder / "server.pid", log, env)
    ports.wait(lambda: ports.answers(port), server, log, "moto_server", seconds=60)
    endpoint = f"http://127.0.0.1:{port}"
    done = subprocess.run(
        [str(tools / "bin/python"), str(SETUP), endpoint, REGION],
        capture_output=True,
        text=True,
        cwd=folder,
        env=processes.clean_environment(folder),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise Failed(f"identities on moto: {' / '.join(done.stderr.strip().splitlines()[-3:])}")
    return {
        "HANDOFF_LAB_AWS_ENDPOINT": endpoint,
        "HANDOFF_LAB_AWS_ACCOUNT": ACCOUNT,
        "HANDOFF_LAB_AWS_REGION": REGION,
        "HANDOFF_LAB_AWS_CLI": tools / "bin/aws",
        "HANDOFF_LAB_AWS_PID": server.pid,
        **json.loads(done.stdout),
    }


def down(folder: Path) -> None:
    """Stops the server."""
    server = processes.recorded(folder / "server.pid")
    if server is not None and processes.stop([server, *processes.descendants(server)], processes.GENTLE):
        raise Failed(f"moto_server {server} does not end")
