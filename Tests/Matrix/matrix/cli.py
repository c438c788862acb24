"""The command line: which rows, how many at once, and the matrix with its verdicts."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import case, rows

HERE = Path(__file__).resolve().parent.parent


def main(argv: list) -> int:
    """0 when every row came out as it must, 1 when one did not, 64 for a mistake in the rows or options."""
    options = parser().parse_args(argv)
    try:
        table = [row for folder in [HERE / "rows", *options.folders] for row in rows.read(folder)]
    except rows.Mistake as mistake:
        print(f"matrix: {mistake}", file=sys.stderr)
        return 64
    chosen = [row for row in table if not options.filter or any(text in row.id for text in options.filter)]
    if options.list:
        for row in chosen:
            print(f"{row.id:<48} {row.title}")
        return 0
    if "HANDOFF_LAB_TOOLS" not in os.environ:
        print("matrix: the lab is not up: Tests/Lab/lab run -- Tests/Matrix/run", file=sys.stderr)
        return 64
    os.environ.setdefault("HANDOFF_BINARY", str(HERE.parent.parent / ".build/debug/handoff"))
    if not chosen:
        print("matrix: no row bears this name", file=sys.stderr)
        return 64
    return run(chosen, options)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="Tests/Matrix/run", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="further folders of rows")
    parser.add_argument("--filter", action="append", help="only rows whose AREA/NAME holds this text; repeatable")
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2), help="how many rows at once")
    parser.add_argument("--setup", action="store_true", help="mend by handoff setup, and only rows to which it is offered")
    parser.add_argument("--keep", action="store_true", help="keep the folders of rows that failed")
    parser.add_argument("--list", action="store_true", help="list the rows")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what the tool said of each row")
    return parser


def run(chosen: list, options: argparse.Namespace) -> int:
    start = time.monotonic()
    case.Case.by_setup = options.setup
    base = Path(tempfile.mkdtemp(prefix="hm-", dir="/tmp"))
    base.chmod(0o755)
    together = [row for row in chosen if not row.alone]
    verdicts = []

    def show(verdict: case.Verdict) -> None:
        verdicts.append(verdict)
        print(line(verdict), flush=True)
        if options.verbose and verdict.told:
            print(indented(verdict.told), flush=True)

    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            waiting = [pool.submit(case.run, row, base, options.keep) for row in together]
            try:
                for done in concurrent.futures.as_completed(waiting):
                    show(done.result())
            except BaseException:
                for each in waiting:
                    each.cancel()
                raise
        for row in chosen:
            if row.alone:
                show(case.run(row, base, options.keep))
    except KeyboardInterrupt:
        print("matrix: stopped", file=sys.stderr)
        return 130
    finally:
        if not options.keep:
            shutil.rmtree(base, ignore_errors=True)
    return sum_up(chosen, verdicts, time.monotonic() - start)


def line(verdict: case.Verdict) -> str:
    row = verdict.row
    sign = "-" if verdict.skipped else "✗" if verdict.problem else "✓"
    said = row.findings or row.changes or row.notes or ("quiet",)
    text = f"{sign} {row.id:<44} exit {row.exit}  {str(said[0])[:44]:<44} {verdict.seconds:5.1f} s"
    if verdict.skipped:
        text += f"\n    skipped: {verdict.skipped.strip()}"
    return text + (f"\n{indented(verdict.problem)}" if verdict.problem else "")


def indented(text: str) -> str:
    return "\n".join("    " + each for each in text.splitlines())


def sum_up(chosen: list, verdicts: list, seconds: float) -> int:
    failed = [each for each in verdicts if each.problem]
    skipped = [each for each in verdicts if each.skipped]
    quiet = sum(row.quiet for row in chosen)
    print(f"\n{'area':<14}{'breaking':>9}{'quiet':>7}{'failed':>8}")
    for area in dict.fromkeys(row.area for row in chosen):
        own = [row for row in chosen if row.area == area]
        bad = sum(each.row.area == area for each in failed)
        print(f"{area:<14}{sum(not row.quiet for row in own):>9}{sum(row.quiet for row in own):>7}{bad:>8}")
    total = f"{len(chosen) - quiet} breaking and {quiet} quiet rows in {seconds:.0f} s: {len(failed)} failed"
    print(total + (f", {len(skipped)} skipped" if skipped else ""))
    for each in failed:
        print(f"✗ {each.row.id}")
    if skipped and os.environ.get("CI") == "true":
        return 1
    return 1 if failed else 0
