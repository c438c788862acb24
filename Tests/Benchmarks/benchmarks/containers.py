"""An engine with more and more containers: the lab's own, whose containers are made and never started."""

from __future__ import annotations

import http.client
import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .growth import Series
from .measure import Place, Unmeasured, taken
from .sample import facts, handoff, lab, project

SIZES = (0, 10, 100, 1_000)
PREFLIGHT, CURL, DIFF = "preflight --only docker", "curl of the list", "diff, all stopped since"
ONLY = ("--only", "docker", "--timeout", "60")


def containers(runs: int) -> list:
    series = Series("containers", "containers")
    prefix = f"bench{os.getpid()}-"
    with project() as place, engine(prefix) as add:
        (place.folder / "handoff.yml").write_text(f'docker: {{names: ["{prefix}*"]}}\n')
        place.env["DOCKER_HOST"] = lab("DOCKER_HOST")
        made = 0
        for size in SIZES:
            add(made, size)
            made = size
            series.add(size, lambda: measured(place, prefix, size, runs))
            series.add(size, lambda: all_changed(place, size, runs))
    return [*series.rows(PREFLIGHT, CURL, 2, at=SIZES[-1]), *series.rows(DIFF), *series.failures]


def measured(place: Place, prefix: str, size: int, runs: int) -> dict:
    curl = ["curl", "-sf", "--unix-socket", lab("DOCKER_SOCKET"), "http://docker/containers/json?all=1"]
    listed = [each for each in place.json(*curl) if each["Names"][0].startswith(f"/{prefix}")]
    # Containers that were never started are told, and nothing is broken.
    found = facts(place, *ONLY, status="warning" if size else "ok")
    states = [value for name, value in found.items() if name.endswith("].state")]
    if len(listed) != size or len(found["docker.containers"]) != size or states != ["created"] * size:
        raise Unmeasured(f"of {size} containers the engine lists {len(listed)}, and handoff {len(states)}")
    return taken(place, {PREFLIGHT: [handoff(), "preflight", *ONLY], CURL: curl}, runs)


def all_changed(place: Place, size: int, runs: int) -> dict:
    """A document compared with one in which all containers run: as many changes as findings that say why."""
    one, other = place.folder / "a.md", place.folder / "b.md"
    now = place.run(handoff(), "generate", "--stdout", "--title", "Containers", *ONLY)
    one.write_text(now.replace('"value":"created"', '"value":"running"'))
    other.write_text(now)
    diff, status = [handoff(), "diff", one, other], (1,) if size else (0,)
    changes = place.json(*diff, "--format", "json", status=status)["changes"]
    if [each["fact"].endswith("].state") for each in changes] != [True] * size:
        raise Unmeasured(f"of {size} containers {len(changes)} are told to have stopped")
    return taken(place, {DIFF: diff}, runs, status)


@contextmanager
def engine(prefix: str):
    """Gives what makes the containers from a number to another; all are removed afterwards."""
    made: list = []

    def create(number: int) -> str:
        body = json.dumps({"Image": lab("IMAGE"), "Cmd": ["sleep", "1"], "HostConfig": {"NetworkMode": "none"}})
        return json.loads(ask("POST", f"/containers/create?name={prefix}{number:04}", body))["Id"]

    with ThreadPoolExecutor(4) as pool:
        try:
            yield lambda first, last: made.extend(pool.map(create, range(first, last)))
        finally:
            list(pool.map(lambda id: ask("DELETE", f"/containers/{id}?force=1"), made))


def ask(method: str, path: str, body: str | None = None) -> bytes:
    """One request to the engine."""
    connection = http.client.HTTPConnection("docker")
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.connect(lab("DOCKER_SOCKET"))
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise Unmeasured(f"the engine: {method} {path}: {answer.status} {told[:300]!r}")
    return told
