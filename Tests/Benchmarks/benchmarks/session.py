"""What a session begins and ends with, in a healthy project."""

from __future__ import annotations

import shlex

from .measure import Place, Unmeasured, medians
from .sample import CONTAINERS, TABLES, facts, handoff, healthy, lab, psql
from .table import Row, compared

PYTEST = [".venv/bin/python", "-m", "pytest", "--version"]
# One of each probe's facts, which is there only where the probe went to the end.
HEADS = {"aws.account", "python.tool[pytest]", "postgres.tables", "docker.containers", "git.head", "environment.missing"}


def by_hand(psql: str = "psql") -> list:
    """The commands that people type, as ../shared/session-learnings-2025-11-07.md has them, and two for git."""
    return [
        ["aws", "sts", "get-caller-identity"],
        [".venv/bin/python", "-c", 'import sys; import encodings; print("ok")'],
        PYTEST,
        [psql, "-l"],
        [psql, "-c", "SELECT 1;"],
        [psql, "-c", r"\dt"],
        ["docker", "ps"],
        ["git", "status", "--short"],
        ["git", "log", "-1"],
    ]


def one_after_another(commands: list) -> list:
    return ["sh", "-c", "\n".join(["set -e", *map(shlex.join, commands)])]


def at_once(commands: list) -> list:
    """A shell that starts all, waits for each, and fails where one does."""
    started = [f'{shlex.join(each)} & pids="$pids $!"' for each in commands]
    return ["sh", "-c", "\n".join([*started, "for pid in $pids; do wait $pid || exit 1; done"])]


def session(runs: int) -> list:
    """`preflight` against what it is there instead of."""
    with healthy() as place:
        check(place)
        tool, hand = [handoff(), "preflight"], by_hand()
        commands = {"tool": tool, "classic": one_after_another(hand), "at once": at_once(hand), "pytest": PYTEST}
        for name in ("classic", "at once"):
            told = place.run(*commands[name])
            expect(name, told, lab("AWS_ACCOUNT"), "ok", f"({TABLES} rows)", "-service10-1|_service10_1")
        place.run(*PYTEST, says="pytest ")
        ms = medians(place, commands, runs)
        rows = [
            compared("session", "handoff preflight", ms["tool"], against, ms[name], goal)
            for name, against, goal in (
                ("classic", "the same by hand, one after another", 0.33),
                ("at once", "the same by hand, all at once", 0.40),
                ("pytest", "pytest --version alone", 1.10),
            )
        ]
        return rows + without_python(place, runs) + own_time(place, runs)


def without_python(place: Place, runs: int) -> list:
    """The rest, which is fast, against the fastest programs that ask the same."""
    user = f"{lab('AWS_ACCESS_KEY_ID')}:{lab('AWS_SECRET_ACCESS_KEY')}"
    sign = ["--aws-sigv4", f"aws:amz:{lab('AWS_REGION')}:sts", "--user", user]
    curl = ["curl", "-sf", *sign, "-d", "Action=GetCallerIdentity&Version=2011-06-15", lab("AWS_ENDPOINT")]
    tool = [handoff(), "preflight", "--skip", "python"]
    hand = at_once([[psql(), "-XAt", "-c", r"\dt"], ["docker", "ps"], curl])
    expect("psql, docker and curl", place.run(*hand), lab("AWS_ACCOUNT"), f"table_{TABLES:06}", "service10")
    place.run(*tool)
    ms = medians(place, {"tool": tool, "hand": hand}, runs)
    against = "psql, docker ps and curl, all at once"
    return [compared("session", "handoff preflight --skip python", ms["tool"], against, ms["hand"], 1.3)]


def own_time(place: Place, runs: int) -> list:
    """What writing, reading and comparing take beyond the probes that all of them run."""
    reference = place.run(handoff(), "generate", "--title", "Reference").strip()
    other = place.run(handoff(), "generate", "--title", "Other").strip()
    generate = [handoff(), "generate", "--title", "Measured"]
    diff = [handoff(), "diff", reference, other]
    verify = [handoff(), "verify", reference]
    commands = {"preflight": [handoff(), "preflight"], "generate": generate, "verify": verify, "diff": diff}
    remove = ["find", "handoffs", "-name", "*-MEASURED.md", "-delete"]
    if place.json(*verify, "--format", "json")["status"] != "ok":
        raise Unmeasured("verify finds something amiss in a healthy project")
    place.json(*diff, "--format", "json")
    place.run(*generate, says="-MEASURED.md")
    ms = medians(place, commands, runs, prepare={"generate": remove})
    rows = [
        Row("own", f"handoff {verb}, beyond preflight", ms[verb], against="handoff preflight", against_ms=ms["preflight"],
            value=ms[verb] - ms["preflight"], unit="ms", goal=15,
            note="less than the noise" if ms[verb] < ms["preflight"] else "")
        for verb in ("generate", "verify")
    ]  # fmt: skip
    return [*rows, Row("own", "handoff diff of two handoffs", ms["diff"], value=ms["diff"], unit="ms", goal=15)]


def check(place: Place) -> None:
    """That `preflight` measures all of it, and that all is well."""
    found = facts(place)
    absent = HEADS - set(found)
    if absent or found["aws.account"] != lab("AWS_ACCOUNT"):
        raise Unmeasured(f"not measured by preflight: {sorted(absent) or 'the account'}")
    if (len(found["postgres.tables"]), len(found["docker.containers"])) != (TABLES, CONTAINERS):
        raise Unmeasured(f"preflight sees not {TABLES} tables and {CONTAINERS} containers")


def expect(what: str, told: str, *texts: str) -> None:
    """That an output holds each text, of those parted by a bar any one."""
    for text in texts:
        if not any(each in told for each in text.split("|")):
            raise Unmeasured(f"{what} says nothing of {text!r}")
