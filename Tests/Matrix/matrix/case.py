"""Runs one row: makes it healthy, breaks it, sees that it is broken, asks the tool, mends it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
import shlex
import time
from pathlib import Path
from string import Template

from . import document
from .rows import Row, severities
from .session import Answer, Session


# What a clean shell has: a home, programs, and where the lab's servers stand in for those of the internet.
KEPT = ("HOME", "PATH", "TMPDIR", "LC_ALL", "AWS_EC2_METADATA_DISABLED", "PIP_NO_INDEX", "PIP_FIND_LINKS", "AROUND", "BASH_ENV")

# What findings may be.
SEVERITIES = severities(Path(__file__).resolve().parents[1] / "severities.yml")


class Missed(Exception):
    """What was expected and did not come."""


@dataclasses.dataclass
class Verdict:
    """What came of a row."""

    row: Row
    problem: str = ""
    skipped: str = ""
    seconds: float = 0
    exit: int = -1
    told: str = ""


class Report:
    """A comparison as `--format json` prints it."""

    def __init__(self, answer: Answer, step: str):
        try:
            self.json = json.loads(answer.output)
        except ValueError:
            raise Missed(f"{step}: exit {answer.status}, no JSON: {answer.told}") from None
        self.exit, self.all = answer.status, answer.told

    def changes(self) -> list:
        return sorted(
            f"{each['fact']} {each['kind']} {each['severity']}"
            for each in self.json["changes"]
            if each["severity"] != "note"
        )

    def notes(self) -> list:
        return sorted(f"{each['fact']} {each['kind']}" for each in self.json["changes"] if each["severity"] == "note")

    def findings(self, since: tuple = ("now",)) -> list:
        found = (each for each in self.json["findings"] if each["since"] in since)
        return sorted({each["id"] for each in found if each["severity"] in ("failure", "unknown", "warning")})

    def all_findings(self) -> list:
        """Those that were there from the beginning, too."""
        return self.findings(("now", "before"))

    def ignored(self) -> list:
        return sorted(each["fact"] for each in self.json.get("ignored", []))

    def messages(self) -> str:
        return "\n".join(each["message"] for each in self.json["changes"] + self.json["findings"])

    def remedies(self, setup: bool = False) -> list:
        """The commands that lose nothing, in their order: those of the tools themselves, or those of `handoff setup`."""
        bad = [each for each in self.json["changes"] if each["severity"] != "note"] + self.json["findings"]
        found = [remedy for each in bad for remedy in each["remedies"] if not remedy["destructive"]]
        commands = list(dict.fromkeys(remedy["command"]["bash"] for remedy in found))
        return [each for each in commands if each.startswith(("handoff setup", "handoff service")) == setup]

    def all_remedies(self) -> list:
        return [remedy for each in self.json["changes"] + self.json["findings"] for remedy in each["remedies"]]

    def without_remedy(self) -> list:
        """What is broken or unknown, and has no remedy beside it."""
        bad = ("failure", "unknown")
        found = [each["fact"] for each in self.json["changes"] if each["severity"] in bad and not each["remedies"]]
        return found + [
            each["id"] for each in self.json["findings"] if each["severity"] in bad and not each["remedies"]
        ]

    def told(self) -> str:
        return f"exit {self.exit}; {self.changes()} {self.findings()} notes {self.notes()}\n{self.messages()}"


def run(row: Row, base: Path, keep: bool = False) -> Verdict:
    """Runs a row, from an empty folder to an empty folder."""
    start = time.monotonic()
    verdict = Verdict(row)
    session = Session(base, "m" + secrets.token_hex(4), Path(row.file).resolve().parent, row.user)
    try:
        Case(row, session, verdict).run()
    except Missed as missed:
        verdict.problem = str(missed)
    except Exception as error:  # noqa: BLE001 a row must not end the others
        verdict.problem = f"{type(error).__name__}: {error}"
    left = session.end(row.undo, keep)
    if keep and verdict.problem:
        verdict.problem += f"\nkept: {session.folder}"
    verdict.problem = "\n".join(part for part in (verdict.problem, left) if part)
    verdict.seconds = time.monotonic() - start
    return verdict


def read(path: Path) -> str:
    """A file's text; nothing where it cannot be read."""
    try:
        return path.read_text(errors="replace") if path.is_file() else ""
    except OSError:
        return ""


class Case:
    catalog = None  # the ids that the tool lists, asked once
    by_setup = False  # whether `handoff setup` mends, where it offers to

    def __init__(self, row: Row, session: Session, verdict: Verdict):
        self.row, self.session, self.verdict = row, session, verdict

    def run(self) -> None:
        row = self.row
        if row.needs and self.session.shell(row.needs).status != 0:
            self.verdict.skipped = row.needs
            return
        for kit in ("git", *(kit for kit in row.kits if kit != "git")):
            self.must(f"kit_{kit}", f"the kit {kit}")
        self.must(row.before, "before")
        self.must("kit_commit", "the first commit")
        self.session.give_to_user()
        self.healthy()
        self.must(row.breaks, "break")
        if row.witness:
            self.must(row.witness, "the witness does not see that it is broken")
        report = self.verify()
        self.verdict.exit, self.verdict.told = report.exit, report.told()
        self.hold(report)
        if row.paste:
            self.paste()
        if row.remedy == "mends":
            self.mend(report)

    def healthy(self) -> None:
        row = self.row
        answer = self.session.tool("generate", "--title", "Healthy")
        if answer.status != 0:
            raise Missed(f"generate: exit {answer.status}: {answer.told}")
        report = self.verify()
        if report.exit != row.healthy or report.changes() or report.notes():
            raise Missed(f"verify right after generate is not quiet: {report.told()}")
        if report.all_findings() != self.expected(row.already):
            raise Missed(f"findings of the healthy project: expected {self.expected(row.already)}, {report.told()}")
        self.confirmed = report.json["confirmed"]
        self.document = (self.session.cwd / answer.output.strip()).read_text(encoding="utf-8")
        for place in (self.session.project, self.session.home):
            if str(place) in self.document:
                raise Missed(f"the document names {place}")
        self.in_powershell(document.for_powershell(self.document))
        self.told_sources(row.sources)
        if row.witness and self.session.shell(row.witness).status == 0:
            raise Missed("the witness sees it broken before it is")

    def told_sources(self, sources: dict) -> None:
        """Each of these facts has the source that it was configured by."""
        found = self.sources() if sources else {}
        for fact, source in sources.items():
            if found.get(fact) != self.filled(source):
                raise Missed(f"{fact}: expected the source {self.filled(source)!r}, got {found.get(fact)!r}")

    def sources(self) -> dict:
        """Where each fact of now comes from."""
        snapshot = json.loads(self.session.tool("preflight", "--format", "json").output)
        return {fact["id"]: fact["source"] for probe in snapshot["probes"] for fact in probe["facts"]}

    def paste(self) -> None:
        """In a clean shell: what the document says configures it, then what it says verifies it, then `verify`."""
        commands, unknown = document.filled(document.blocks(self.document, document.SETUP), self.session.env)
        if unknown:
            raise Missed(f"the setup asks for {unknown}, which were not set when the handoff was written")
        checks = document.blocks(self.document, document.CHECKS)
        if not commands or not checks:
            raise Missed("the document does not say how to configure or to verify it")
        self.session.leave_only(KEPT)
        # The control: what variables told is not told before they are set again.
        bare = self.sources()
        for fact, source in self.row.sources.items():
            if str(source).startswith("environment: ") and bare.get(fact) == self.filled(source):
                raise Missed(f"{fact} comes from {source} before anything was pasted")
        answer = self.session.paste(f"{commands}\necho 'and verifies it:' >&2\n{checks}")
        if answer.status != 0:
            raise Missed(f"pasted in a clean shell: exit {answer.status}\n{commands}\n{checks}\n{answer.told}")
        report = self.verify()
        self.told_sources({**self.row.sources, **self.row.pasted})
        # What the setup names outright may well settle what was warned of.
        warned = set(report.all_findings()) - set(self.expected(self.row.already))
        if report.exit != 0 or report.changes() or warned:
            raise Missed(f"verify, after the pasted setup\n{commands}\n{report.told()}")

    def in_catalog(self, report: Report) -> None:
        """What is said is said by ids that `handoff probes` lists, and is as bad as `severities.yml` says."""
        if Case.catalog is None:
            listed = json.loads(self.session.tool("probes", "--format", "json").output)
            Case.catalog = {kind: {each["id"] for each in listed[kind]} for kind in ("facts", "findings")}
        facts = {re.sub(r"\[[^]]*\]", "[*]", each["fact"]) for each in report.json["changes"]}
        plain = {re.sub(r"^(\w+)\[\*\]\.", r"\1.", fact) for fact in facts}
        unknown = plain - {re.sub(r"\[[^]]*\]", "[*]", fact) for fact in Case.catalog["facts"]}
        unknown |= {each["id"] for each in report.json["findings"]} - Case.catalog["findings"]
        if unknown:
            raise Missed(f"not in the catalog: {sorted(unknown)}")
        told = {(each["id"], each["severity"]) for each in report.json["findings"]}
        wrong = sorted(f"{id} {severity}" for id, severity in told if severity not in SEVERITIES.get(id, ()))
        if wrong:
            raise Missed(f"of another severity than severities.yml says: {wrong}")

    def verify(self) -> Report:
        words = [self.filled(word) for word in self.row.verify]
        answer = self.session.tool("verify", "--format", "json", *words)
        if answer.left:
            raise Missed(f"verify left processes behind: {answer.left}")
        limit = self.deadline(words) + 1
        if answer.seconds > limit:
            raise Missed(f"verify took {answer.seconds:.1f} s, more than its deadline and a second")
        report = Report(answer, "verify")
        self.in_catalog(report)
        told = (remedy["command"].get("powershell") for remedy in report.all_remedies())
        self.in_powershell([command for command in told if command])
        return report

    def in_powershell(self, scripts: list) -> None:
        """What is said for PowerShell is what its grammar knows."""
        wrong = [script for script in scripts if not document.is_powershell(script)]
        if wrong:
            raise Missed(f"no PowerShell: {wrong}")

    def deadline(self, words: list) -> float:
        """How long a probe may take: as the arguments say, or handoff.yml, or by default."""
        if "--timeout" in words:
            return float(words[words.index("--timeout") + 1])
        configuration = self.session.project / "handoff.yml"
        told = re.search(r"^deadline: *([0-9.]+)", read(configuration), re.MULTILINE)
        return float(told[1]) if told else 5

    def hold(self, report: Report) -> None:
        """What was said against what must be said: no more and no less."""
        row = self.row
        wanted = [
            ("exit", [row.exit], [report.exit]),
            ("changes", self.expected(row.changes), report.changes()),
            ("findings", self.expected(row.findings), report.findings()),
            ("notes", self.expected(row.notes), report.notes()),
            ("ignored", self.expected(row.ignored), report.ignored()),
        ]
        problems = [f"{what}: expected {want}, got {got}" for what, want, got in wanted if want != got]
        messages = report.messages()
        problems += [f"says nothing of {text!r}" for text in map(self.filled, row.says) if text not in messages]
        problems += [f"shows {text!r}" for text in map(self.filled, row.hides) if text in report.all]
        if row.quiet and not row.ignored and report.json["confirmed"] != self.confirmed:
            problems.append(f"confirmed {report.json['confirmed']} facts, and {self.confirmed} before")
        remedies = report.all_remedies()
        if row.remedy in ("mends", "given") and not remedies:
            problems.append("there is no remedy")
        bare = report.without_remedy()
        if row.remedy != "none" and bare:
            problems.append(f"without a remedy: {bare}")
        if row.remedy == "none" and remedies:
            problems.append(f"there are remedies: {[each['command']['bash'] for each in remedies]}")
        if problems:
            raise Missed("\n".join([*problems, report.told()]))

    def mend(self, report: Report) -> None:
        """Pastes the remedies, as a person would, and verifies again."""
        commands = [command for command in report.remedies() if not command.startswith("sudo ")]
        # Where there is nothing else, it mends in any case.
        if (Case.by_setup or not commands) and (own := report.remedies(setup=True)):
            commands = [shlex.quote(os.environ["HANDOFF_BINARY"]) + each.removeprefix("handoff") for each in own]
            commands = [f"{each} --yes" if " setup " in each else each for each in commands]
        # Each remedy is one way; the first that works is enough.
        tried = []
        for command in commands:
            answer = self.session.shell(command)
            tried.append(f"$ {command}\n{answer.status} {answer.told}")
            after = self.verify()
            if after.exit == 0:
                break
        else:
            raise Missed("no remedy mends it:\n" + "\n".join(tried))
        if after.changes() != self.expected(self.row.leaves) or after.findings() != self.expected(self.row.warns):
            raise Missed(f"after {commands}: {after.told()}")
        if self.session.shell(self.row.witness).status == 0:
            raise Missed(f"the tool is content after {tried}, and the witness is not")

    def must(self, script: str, what: str) -> None:
        answer = self.session.shell(script) if script else None
        if answer and answer.status != 0:
            raise Missed(f"{what}: exit {answer.status}\n{answer.told}")

    def expected(self, texts: tuple) -> list:
        return sorted(self.filled(text) for text in texts)

    def filled(self, text: str) -> str:
        """A text in which `$NAME` stands for the row's own name."""
        return Template(str(text)).safe_substitute(NAME=self.session.name)
