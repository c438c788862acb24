"""How long programs take that do nothing."""

from __future__ import annotations

from .measure import medians
from .sample import handoff, lab, project, psql
from .table import Row, compared

# 10 ms where `git --version` takes 3 ms.
GOAL = round(10 / 3, 2)


def startup(runs: int) -> list:
    commands = {
        "handoff --version": [handoff(), "--version"],
        "handoff --help": [handoff(), "--help"],
        "git --version": ["git", "--version"],
        "psql --version": [psql(), "--version"],
        "docker --version": [lab("DOCKER_CLI"), "--version"],
        "aws --version": [lab("AWS_CLI"), "--version"],
    }
    with project() as place:
        for argv in commands.values():
            place.run(*argv)
        place.run(*commands["handoff --help"], says="preflight")
        ms = medians(place, commands, runs)
    own, git = "handoff --version", "git --version"
    rows = [compared("startup", own, ms[own], git, ms[git], GOAL)]
    rows += [compared("startup", own, ms[own], name, ms[name]) for name in list(commands)[3:]]
    return [*rows, compared("startup", "handoff --help", ms["handoff --help"], git, ms[git])]
