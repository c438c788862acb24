"""Projects to measure in: the lab's servers, and a home of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .measure import Place, Unmeasured

LAB = "HANDOFF_LAB_"
TABLES, CONTAINERS = 30, 10


def lab(name: str) -> str:
    """What the lab exports."""
    return os.environ[LAB + name]


def psql() -> str:
    """The real program: Debian's in /usr/bin is a wrapper that takes several times as long."""
    return lab("PG_BIN") + "/psql"


def handoff() -> str:
    return os.environ["HANDOFF_BINARY"]


@contextmanager
def project():
    """An empty project whose environment has only a home; what is in it is gone afterwards."""
    base = Path(tempfile.mkdtemp(prefix="hb-", dir="/tmp"))
    try:
        for name in ("home", "project"):
            (base / name).mkdir()
        env = {"PATH": os.environ["PATH"], "HOME": str(base / "home"), "LC_ALL": "C.UTF-8"}
        (base / "home/.gitconfig").write_text("[user]\nname = Sample\nemail = sample@localhost\n[init]\ndefaultBranch = main\n")
        yield Place(base / "project", env)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def facts(place: Place, *arguments: str, status: str = "ok") -> dict:
    """What `preflight` measures, as id → value, once it was seen that all is as the status says."""
    answer = place.json(handoff(), "preflight", *arguments, "--format", "json", status=(0, 1, 2))
    if answer["status"] != status:
        said = [each["message"] for probe in answer["probes"] for each in probe["findings"] if each["severity"] != "ok"]
        raise Unmeasured(f"preflight {' '.join(arguments)} is {answer['status']}, not {status}: {'; '.join(said)[:300]}")
    return {fact["id"]: fact["value"] for probe in answer["probes"] for fact in probe["facts"]}


@contextmanager
def database(place: Place, name: str):
    """A database of this name, which the project uses from then on."""
    server = {"PGHOST": lab("PG_HOST"), "PGPORT": lab("PG_PORT"), "PGUSER": lab("PG_USER")}
    place.env = {**place.env, **server, "PGDATABASE": name}
    sql(place, f"CREATE DATABASE {name}", "postgres")
    try:
        yield
    finally:
        sql(place, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")


def sql(place: Place, statements: str, database: str = "") -> str:
    """Runs SQL, in the project's database without another, and gives what it prints."""
    words = ["-d", database] if database else []
    return place.run(psql(), "-XqAt", "-v", "ON_ERROR_STOP=1", *words, "-c", statements)


def add_tables(place: Place, first: int, last: int) -> None:
    """Tables as of a database that was analysed: with an estimate of rows."""
    sql(place, f"""
        DO $$ BEGIN
          FOR number IN {first}..{last} LOOP
            EXECUTE format('CREATE TABLE table_%s (id int)', lpad(number::text, 6, '0'));
            IF number % 1000 = 0 THEN COMMIT; END IF;
          END LOOP;
        END $$""")  # fmt: skip
    sql(place, "UPDATE pg_class SET reltuples = 7 WHERE reltuples <> 7 AND relname LIKE 'table\\_%'")
    for catalog in ("pg_class", "pg_attribute", "pg_depend"):
        sql(place, f"VACUUM ANALYZE {catalog}")


@contextmanager
def healthy():
    """A project that uses everything and in which all is well: credentials in the environment, an environment with pytest, a
    database of 30 tables, 10 containers, a git repository."""
    with project() as place:
        with database(place, f"bench_session_{os.getpid()}"), services(place):
            add_tables(place, 1, TABLES)
            add_aws(place)
            add_python(place)
            (place.folder / ".env.example").write_text("STORY_KEY=your_key_here\n")
            (place.folder / ".gitignore").write_text(".venv/\n")
            place.env["STORY_KEY"] = "told"
            place.run("git", "init", "-q")
            place.run("git", "add", "-A")
            place.run("git", "commit", "-qm", "Begin")
            yield place


def add_aws(place: Place) -> None:
    place.env |= {
        "AWS_ENDPOINT_URL": lab("AWS_ENDPOINT"), "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": lab("AWS_REGION"),
        "AWS_ACCESS_KEY_ID": lab("AWS_ACCESS_KEY_ID"), "AWS_SECRET_ACCESS_KEY": lab("AWS_SECRET_ACCESS_KEY"),
        "PATH": f"{own_programs(place)}:{place.env['PATH']}",
    }  # fmt: skip


def own_programs(place: Place) -> Path:
    """A folder with the lab's `aws` and `docker`."""
    folder = place.folder.parent / "bin"
    folder.mkdir()
    (folder / "aws").symlink_to(lab("AWS_CLI"))
    (folder / "docker").symlink_to(lab("DOCKER_CLI"))
    return folder


def add_python(place: Place) -> None:
    (place.folder / "requirements.txt").write_text("pytest\n")
    place.run(lab("PYTHON"), "-m", "venv", ".venv")
    place.run(".venv/bin/python", "-m", "pip", "install", "-q", "--no-index", "--find-links", lab("WHEELS"), "pytest")


@contextmanager
def services(place: Place):
    """Ten services of a compose file, running."""
    place.env |= {"DOCKER_HOST": lab("DOCKER_HOST"), "COMPOSE_PROJECT_NAME": f"bench{os.getpid()}"}
    service = f'    image: {lab("IMAGE")}\n    command: ["sleep", "100000"]\n    stop_grace_period: 0s\n'
    text = "".join(f"  service{number}:\n{service}" for number in range(1, CONTAINERS + 1))
    (place.folder / "docker-compose.yml").write_text('version: "3.4"\nservices:\n' + text)
    compose = lab("COMPOSE").split()
    try:
        place.run(*compose, "up", "-d")
        yield
    finally:
        place.run(*compose, "down", "-v")
