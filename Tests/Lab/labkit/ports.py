"""Free ports on 127.0.0.1."""

from __future__ import annotations

import random
import socket
import time

from .errors import Failed


def free() -> int:
    """A port that nobody listens on, below those that the system hands out by itself to other programs."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failed("no free port between 20000 and 32000")


def answers(port: int) -> bool:
    """Whether something accepts connections there. Sends nothing."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait(condition, server, log, what: str, seconds: float = 30) -> None:
    """Waits until `condition()`; Failed with the log's end if the server ends first, or the seconds do."""
    end = time.monotonic() + seconds
    while not condition():
        ended = server.poll() is not None
        if ended or time.monotonic() > end:
            try:
                tail = " / ".join(log.read_text(errors="replace").strip().splitlines()[-4:])
            except OSError:
                tail = ""
            raise Failed(f"{what} {'ended' if ended else f'was not ready after {seconds:g} s'}: {tail}")
        time.sleep(0.02)
