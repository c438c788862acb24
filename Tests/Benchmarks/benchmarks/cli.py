"""The command line: which groups, how many runs, and the table."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import signal
import sys
from pathlib import Path

from . import containers, folders, repository, session, startup, table, tables
from .measure import Unmeasured
from .sample import LAB

TOP = Path(__file__).resolve().parents[3]
GROUPS = {
    "startup": startup.startup,
    "session": session.session,
    "tables": tables.tables,
    "containers": containers.containers,
    "folders": folders.folders,
    "repository": repository.repository,
}


def main(argv: list) -> int:
    """0 when everything was measured, whatever the figures; 1 when something could not be; 64 for wrong usage."""
    try:
        options = parser().parse_args(argv)
    except SystemExit as end:  # argparse's 2 for wrong usage
        return 64 if end.code else 0
    chosen = [name for name in GROUPS if not options.only or any(word in name for word in options.only)]
    if not chosen or options.runs < 1:
        print(f"benchmarks: no such group, or no runs; the groups are {', '.join(GROUPS)}", file=sys.stderr)
        return 64
    if options.check_arguments:
        return 0
    if f"{LAB}PG_BIN" not in os.environ:
        print("benchmarks: the lab is not up: Tests/Benchmarks/run starts one", file=sys.stderr)
        return 64
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        return measure(chosen, options)
    except KeyboardInterrupt:
        print("benchmarks: stopped", file=sys.stderr)
        return 130


def stop(number: int, _) -> None:
    """Ends the run; on Ctrl-C both the terminal and the lab say so, and the second must not keep us from cleaning up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def parser() -> argparse.ArgumentParser:
    about = "Measures handoff beside other programs. README.md says how."
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run", description=about)
    groups = f"only groups with this word: {', '.join(GROUPS)}; repeatable"
    parser.add_argument("--only", metavar="WORD", action="append", help=groups)
    parser.add_argument("--runs", metavar="N", type=int, default=20, help="runs of each command (default: 20)")
    file = "where the figures go (default: .build/benchmarks.json)"
    parser.add_argument("--json", metavar="FILE", type=Path, default=TOP / ".build/benchmarks.json", help=file)
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)
    return parser


def measure(chosen: list, options: argparse.Namespace) -> int:
    rows: list = []
    for name in chosen:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            rows += GROUPS[name](options.runs)
        except Unmeasured as error:
            rows.append(table.Row(name, "the rest of the group", failure=str(error)))
    about = machine()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report = {**about, "runs": options.runs, "rows": [row.json() for row in rows]}
    options.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    print(f"{about['date']}, {about['cores']} cores, {about['cpu']}, {about['kernel']}, medians of up to {options.runs} runs\n")
    print(table.markdown(rows))
    failed = [row for row in rows if row.failure]
    for row in failed:
        print(f"benchmarks: not measured: {row.group}: {row.what}: {row.failure}", file=sys.stderr)
    return 1 if failed else 0


def machine() -> dict:
    """What the figures depend on, and nothing that names the machine."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    load = os.getloadavg()[0]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"), "cores": os.cpu_count(),
        "cpu": models[0] if models else platform.machine(), "kernel": f"{platform.system()} {platform.release()}",
        "load": round(load, 1),
    }  # fmt: skip
