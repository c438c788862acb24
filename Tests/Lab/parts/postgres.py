"""A PostgreSQL cluster that trusts whoever connects, with a sample database.

The server refuses to run as root, so for root it runs as the user `postgres` of the distribution's package.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from glob import glob
from pathlib import Path

from labkit import ports, processes
from labkit.errors import Failed, Missing

DATABASE = "gaming_system_ai_core"
SAMPLE = Path(__file__).resolve().parents[1] / "sample.sql"
TRUST = "local all all trust\nhost all all 127.0.0.1/32 trust\n"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 16MB
dynamic_shared_memory_type = mmap
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
log_connections = on
lc_messages = 'C'
"""


def up(folder: Path) -> dict:
    """Starts the cluster, fills the sample database, and gives the exports."""
    cluster = start(folder, hba=TRUST)
    load_sample(cluster)
    return {
        "HANDOFF_LAB_PG_HOST": "127.0.0.1",
        "HANDOFF_LAB_PG_PORT": cluster.port,
        "HANDOFF_LAB_PG_SOCKET_DIR": cluster.sockets,
        "HANDOFF_LAB_PG_USER": "postgres",
        "HANDOFF_LAB_PG_DATABASE": DATABASE,
        "HANDOFF_LAB_PG_BIN": cluster.binaries,
        "HANDOFF_LAB_PG_DATA": cluster.data,
        "HANDOFF_LAB_PG_PID": cluster.pid(),
        "HANDOFF_LAB_PG_LOG": cluster.log,
    }


def down(folder: Path) -> None:
    """Stops the cluster: quickly, then at once, then by force; and takes back the shared memory of one killed."""
    data = folder / "data"
    initdb = processes.recorded(folder / "s/initdb.pid")
    processes.stop([initdb] if initdb else [], ((0, 20), (signal.SIGTERM, 5)))  # stopped, it would leave shared memory
    server = processes.recorded(data / "postmaster.pid") or processes.recorded(data / "lab.pid")
    if server is None:
        left = []
    else:
        family = [server, *processes.descendants(server)]
        left = processes.stop([server], ((signal.SIGINT, 8), (signal.SIGQUIT, 3), (signal.SIGKILL, 3)))
        left += processes.stop(family, ((signal.SIGTERM, 2), (signal.SIGKILL, 3)))
    try:
        segment = (data / "postmaster.pid").read_text().split("\n")[6].split()[1]
        subprocess.run(["ipcrm", "-m", segment], capture_output=True)
    except (OSError, IndexError):
        pass  # stopped in order: the server removed both
    if left:
        raise Failed(f"processes {left} of PostgreSQL do not end")


class Cluster:
    """A running server."""

    def __init__(self, folder: Path, binaries: Path, port: int, user: str | None, password: str | None):
        self.folder, self.binaries, self.port, self.user, self.password = folder, binaries, port, user, password
        self.data, self.sockets, self.log = folder / "data", folder / "s", folder / "server.log"

    def ready(self) -> bool:
        """Whether the server itself says in its pid file that it takes connections."""
        try:
            return (self.data / "postmaster.pid").read_text().split("\n")[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def pid(self) -> str:
        """The server's pid."""
        return (self.data / "postmaster.pid").read_text().split("\n", 1)[0]

    def psql(self, sql: Path, database: str = "postgres", **variables: str) -> None:
        """Runs a script as the superuser, to its end or its first error."""
        argv = [self.binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", sql]
        for name, value in variables.items():
            argv += ["-v", f"{name}={value}"]
        env = processes.clean_environment(
            self.folder,
            PGHOST=str(self.sockets),
            PGPORT=str(self.port),
            PGUSER="postgres",
            PGPASSWORD=self.password or "",
        )
        done = subprocess.run(list(map(str, argv)), env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failed(f"{sql.name}: {done.stderr.strip()}")


def start(folder: Path, hba: str, password: str | None = None) -> Cluster:
    """Makes and starts a cluster in an empty folder. With a password, only who knows it gets in."""
    binaries, user = find_binaries(), server_user()
    cluster = Cluster(folder, binaries, ports.free(), user, password)
    cluster.sockets.mkdir()
    if user is not None:
        os.chmod(folder, 0o711)
        cluster.data.mkdir(mode=0o700)
        for path in (cluster.data, cluster.sockets):
            shutil.chown(path, user, user)
    argv = [binaries / "initdb", "-D", cluster.data, "-N", "-U", "postgres", "-E", "UTF8", "--locale=C"]
    argv += ["-A", "trust"]
    if password is not None:
        secret = cluster.sockets / "password"
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{password}\n")
        if user is not None:
            shutil.chown(secret, user, user)
        argv[-1:] = ["scram-sha-256", f"--pwfile={secret}"]
    log = folder / "initdb.log"
    initdb = processes.spawn(argv, cluster.sockets / "initdb.pid", log, processes.clean_environment(folder), user=user)
    initdb.wait()
    (cluster.sockets / "password").unlink(missing_ok=True)
    if initdb.returncode != 0:
        raise Failed(f"initdb: {' / '.join(log.read_text(errors='replace').strip().splitlines()[-3:])}")
    with open(cluster.data / "postgresql.conf", "a") as file:
        file.write(SETTINGS + f"unix_socket_directories = '{cluster.sockets}'\n")
    (cluster.data / "pg_hba.conf").write_text(hba)
    cluster.log.touch()
    for attempt in range(3):
        argv = [binaries / "postgres", "-D", cluster.data, "-p", cluster.port]
        server = processes.spawn(
            argv, cluster.data / "lab.pid", cluster.log, processes.clean_environment(folder), user=user
        )
        try:
            ports.wait(cluster.ready, server, cluster.log, "PostgreSQL")
            return cluster
        except Failed:
            if attempt == 2 or "Address already in use" not in cluster.log.read_text(errors="replace"):
                raise
            cluster.port = ports.free()
    raise Failed("PostgreSQL found no port")


def load_sample(cluster: Cluster) -> None:
    """The roles and the sample database."""
    cluster.psql(SAMPLE, password=cluster.password or "", database_name=DATABASE, port=str(cluster.port))


def find_binaries() -> Path:
    """The folder of `postgres` and `initdb`; the newest, if the machine has several."""
    candidates = glob("/usr/lib/postgresql/*/bin") + glob("/opt/homebrew/opt/postgresql*/bin")
    candidates += glob("/usr/local/opt/postgresql*/bin") + glob("/usr/pgsql-*/bin")
    candidates.sort(key=lambda path: int((re.findall(r"\d+", path) or ["0"])[-1]), reverse=True)
    config = shutil.which("pg_config", path=processes.search_path())
    if config:
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True)
        candidates.append(asked.stdout.strip())
    for candidate in candidates:
        if all(os.access(os.path.join(candidate, name), os.X_OK) for name in ("postgres", "initdb", "psql")):
            return Path(candidate)
    raise Missing("no PostgreSQL server is installed (Debian: postgresql, Homebrew: postgresql)")


def server_user() -> str | None:
    """Who the server runs as: nobody else, unless root starts it."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Missing("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
