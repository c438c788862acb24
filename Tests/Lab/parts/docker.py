"""A Docker engine of its own: its containerd, network bridge, control groups and folders are not the machine's.

It listens on a unix socket and, for clients with a certificate, on TCP. No registry is asked: one image is built from
scratch.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import zlib
from glob import glob
from pathlib import Path

from labkit import certificates, ports, processes
from labkit.errors import Failed, Missing

IMAGE = "handoff-lab/busybox:latest"
CGROUPS = "/sys/fs/cgroup"
IDENTITY = ["/etc/docker/key.json", "/etc/docker"]
SOCKET_FOLDERS = ["/run/containerd/s", "/run/containerd/fifo", "/run/containerd", "/run/docker/plugins", "/run/docker"]


def up(folder: Path) -> dict:
    """Starts containerd and dockerd, builds the image, and gives the exports."""
    programs = find_programs()
    state = State(folder)
    state.note_machine()
    certs = certificates.make(folder / "certs")
    bridge(state)
    env = processes.clean_environment(folder, TMPDIR=str(folder / "tmp"), DOCKER_CONFIG=str(folder / "config"))
    (folder / "tmp").mkdir()
    (folder / "config").mkdir()
    containerd_config = folder / "containerd.toml"
    containerd_config.write_text(
        f'version = 2\nroot = "{folder}/containerd/root"\nstate = "{folder}/containerd/state"\n'
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        f'[grpc]\n  address = "{state.containerd_socket}"\n'
    )
    containerd = processes.spawn(
        [programs["containerd"], "--config", containerd_config],
        folder / "containerd.pid",
        folder / "containerd.log",
        env,
    )
    ports.wait(lambda: connects(state.containerd_socket), containerd, folder / "containerd.log", "containerd")
    (folder / "daemon.json").write_text("{}\n")
    port, server = start_daemon(folder, state, programs["dockerd"], certs, env)
    client = [programs["docker"], "-H", f"unix://{state.socket}"]
    build_image(folder, client, programs["busybox"], env)
    return {
        "HANDOFF_LAB_DOCKER_SOCKET": state.socket,
        "HANDOFF_LAB_DOCKER_HOST": f"unix://{state.socket}",
        "HANDOFF_LAB_DOCKER_TLS_PORT": port,
        "HANDOFF_LAB_DOCKER_TLS_HOST": f"tcp://127.0.0.1:{port}",
        "HANDOFF_LAB_DOCKER_CERTS": certs,
        "HANDOFF_LAB_DOCKER_STRANGER_CERTS": certs / "stranger",
        "HANDOFF_LAB_DOCKER_CLI": programs["docker"],
        "HANDOFF_LAB_COMPOSE": programs["compose"],
        "HANDOFF_LAB_IMAGE": IMAGE,
        "HANDOFF_LAB_DOCKER_PID": server.pid,
        "HANDOFF_LAB_DOCKER_LOG": folder / "dockerd.log",
    }


def down(folder: Path) -> None:
    """Ends containers, engine, containerd and shims, whichever still run, then undoes mounts, networks and groups."""
    state, left = State(folder), []
    daemon, containerd = processes.recorded(folder / "dockerd.pid"), processes.recorded(folder / "containerd.pid")
    end = time.monotonic() + 20
    left += processes.stop([daemon] if daemon else [], ((signal.SIGTERM, 0),))
    while left and time.monotonic() < end:  # it waits for its containers, some of which would not hear of it
        processes.stop(state.container_processes(), ((signal.SIGKILL, 1),))
        left = processes.stop(left, ((0, 0.1),))  # 0: only waits
    left = processes.stop(left, ((signal.SIGKILL, 5),))
    left += processes.stop(state.container_processes(), ((signal.SIGKILL, 5),))
    left += processes.stop(state.shims(), processes.GENTLE)
    if containerd is not None:
        left += processes.stop([containerd], processes.GENTLE)
    left += processes.stop(state.proxies(), processes.GENTLE)
    state.unmount()
    state.remove_networks()
    state.remove_groups()
    state.restore_machine()
    if left:
        raise Failed(f"processes {left} of Docker do not end")


class State:
    """What the engine leaves on the machine outside its folder, all of it found from the folder alone."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.name = f"hl{zlib.crc32(os.fsencode(folder)):08x}"
        self.socket = folder / "docker.sock"
        self.containerd_socket = folder / "containerd.sock"
        self.noted = folder / "machine.json"

    def note_machine(self) -> None:
        """Notes whether the engine's identity file, which it keeps outside its folder, is there already."""
        self.noted.write_text(json.dumps([path for path in IDENTITY if not os.path.exists(path)]))

    def restore_machine(self) -> None:
        """Removes that file if it was not there, and the folders for sockets unless somebody uses them."""
        try:
            absent = json.loads(self.noted.read_text())
        except (OSError, ValueError):
            absent = []
        for path in [*absent, *self.dead_sockets(), *SOCKET_FOLDERS]:
            try:
                os.rmdir(path) if os.path.isdir(path) else os.unlink(path)
            except OSError:
                pass

    def dead_sockets(self) -> list:
        """Sockets made since this engine began that nobody listens to: those of shims that were killed."""
        try:
            began = self.noted.stat().st_mtime
            sockets = [path for path in Path(SOCKET_FOLDERS[0]).iterdir() if path.stat().st_mtime >= began]
        except OSError:
            return []
        return [path for path in sockets if not connects(path)]

    def groups(self) -> list:
        """The control groups below the engine's own parent group, in each hierarchy, the deepest first."""
        found = []
        for top in glob(f"{CGROUPS}/{self.name}") + glob(f"{CGROUPS}/*/{self.name}"):
            found += [path for path, _, _ in os.walk(top, topdown=False)]
        return found

    def container_processes(self) -> list:
        """Every process in a container."""
        pids = set()
        for group in self.groups():
            try:
                pids.update(int(line) for line in Path(group, "cgroup.procs").read_text().split())
            except OSError:
                pass
        return sorted(pids)

    def remove_groups(self) -> None:
        """Removes the control groups."""
        for group in self.groups():
            try:
                os.rmdir(group)
            except OSError:
                pass

    def shims(self) -> list:
        """The containerd-shim processes, which outlive containerd."""
        return matching("containerd-shim", str(self.containerd_socket))

    def proxies(self) -> list:
        """The processes that publish ports, if the engine was killed."""
        subnet = self.folder / "subnet"
        return matching("docker-proxy", f"-container-ip {subnet.read_text().strip()}.") if subnet.exists() else []

    def unmount(self) -> None:
        """Unmounts all that is mounted below the folder, the last first."""
        for _ in range(20):
            mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
            below = [path for path in mounts if path.startswith(f"{self.folder}/")]
            if not below:
                return
            for path in reversed(below):
                subprocess.run(["umount", "-l", path], capture_output=True)

    def remove_networks(self) -> None:
        """Removes the bridge, and those of the networks that compose or a test made, with what hangs on them.

        An engine that was killed, or whose containerd was, leaves pairs of links that it had not yet put on a bridge,
        and no record of them. What tells them: they are younger than the bridge, have both ends here, and stay on none.
        """
        bridges, ends = {self.name}, set()
        younger_than = number(self.name)
        for file in (self.folder / "data/network/files").glob("*.db"):
            known = file.read_bytes()
            networks = re.findall(rb"docker/network/v1\.0/bridge/([0-9a-f]{64})/", known)
            bridges |= {f"br-{network.decode()[:12]}" for network in networks}
            ends |= {name.decode() for name in re.findall(rb'"SrcName":"(veth[0-9a-f]+)"', known)}
        for bridge in bridges:  # what hangs on it has its other end in a container, or, if the engine was killed, here
            members = Path("/sys/class/net", bridge, "brif")
            ends |= set(os.listdir(members)) if members.is_dir() else set()
        if younger_than is not None:
            loose = loose_pairs(younger_than)
            if loose:
                time.sleep(1)  # another engine's would be on its bridge by then
                ends |= loose & loose_pairs(younger_than)
        for name in sorted(ends) + sorted(bridges):
            if os.path.exists(f"/sys/class/net/{name}"):
                subprocess.run(["ip", "link", "del", name], capture_output=True)


def number(link: str) -> int | None:
    """The number of a network link, in the order of making; None if there is none of this name."""
    try:
        return int(Path("/sys/class/net", link, "ifindex").read_text())
    except OSError:
        return None


def loose_pairs(younger_than: int) -> set:
    """Links named as Docker's, made after another, whose peer is here too and that are on no bridge."""
    shown = subprocess.run(["ip", "-o", "link", "show", "type", "veth"], capture_output=True, text=True).stdout
    found = re.findall(r"^(\d+): (veth[0-9a-f]{7})@veth[0-9a-f]{7}:(?!.* master )", shown, re.MULTILINE)
    return {name for index, name in found if int(index) > younger_than}


def start_daemon(folder: Path, state: State, program: str, certs: Path, env: dict):
    """Starts dockerd on a free port; gives the port and the process."""
    log = folder / "dockerd.log"
    for attempt in range(3):
        port = ports.free()
        argv = [
            program, "--config-file", folder / "daemon.json", "--containerd", state.containerd_socket,
            "--storage-driver", storage_driver(folder), "--data-root", folder / "data", "--exec-root", folder / "exec",
            "--pidfile", folder / "docker.pid", "--bridge", state.name, "--cgroup-parent", f"/{state.name}",
            "--exec-opt", "native.cgroupdriver=cgroupfs", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
            "--ip-masq=false", "--host", f"unix://{state.socket}", "--host", f"tcp://127.0.0.1:{port}", "--tlsverify",
            "--tlscacert", certs / "ca.pem", "--tlscert", certs / "server-cert.pem",
            "--tlskey", certs / "server-key.pem",
        ]  # fmt: skip
        server = processes.spawn(argv, folder / "dockerd.pid", log, env)
        try:
            ports.wait(lambda: pings(state.socket), server, log, "dockerd", seconds=60)
            return port, server
        except Failed:
            if attempt == 2 or "address already in use" not in log.read_text(errors="replace"):
                raise
    raise Failed("dockerd found no port")


def find_programs() -> dict:
    """Paths of the programs; Missing, with all that is, otherwise."""
    if not processes.LINUX:
        raise Missing("a Docker engine of its own needs Linux")
    if os.getuid() != 0:
        raise Missing("a Docker engine of its own needs root")
    path, found, missing = processes.search_path(), {}, []
    packages = {"dockerd": "docker.io", "containerd": "containerd", "runc": "runc", "docker-proxy": "docker.io"}
    for name, package in {**packages, "ip": "iproute2", "openssl": "openssl", "busybox": "busybox-static"}.items():
        where = shutil.which(name, path=path) or shutil.which(name, path="/usr/libexec/docker")
        found[name] = where
        if where is None:
            missing.append(f"{name} (Debian: {package})")
    beside = os.path.join(os.path.dirname(found["dockerd"] or ""), "docker")
    client = (
        beside
        if os.access(beside, os.X_OK)
        else shutil.which("docker", path="/usr/bin") or shutil.which("docker", path=path)
    )
    if found["busybox"] and subprocess.run(["ldd", found["busybox"]], capture_output=True).returncode == 0:
        missing.append("a busybox that needs no libraries (Debian: busybox-static)")
    if client is None:
        missing.append("docker (Debian: docker.io or docker-cli)")
    if missing:
        raise Missing("not installed: " + ", ".join(missing))
    found["docker"] = client
    compose = shutil.which("docker-compose", path=path)
    if compose is None and subprocess.run([client, "compose", "version"], capture_output=True).returncode == 0:
        compose = f"{client} compose"
    if compose is None:
        raise Missing("not installed: docker-compose (Debian: docker-compose)")
    found["compose"] = compose
    return found


def storage_driver(folder: Path) -> str:
    """overlay2 where the lab's file system can be one's upper layer; else vfs, which copies."""
    trial = folder / "overlay"
    for name in ("lower", "upper", "work", "merged"):
        (trial / name).mkdir(parents=True, exist_ok=True)
    options = f"lowerdir={trial}/lower,upperdir={trial}/upper,workdir={trial}/work"
    mount = ["mount", "-t", "overlay", "overlay", "-o", options, str(trial / "merged")]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    if mounted:
        subprocess.run(["umount", str(trial / "merged")], check=True)
    shutil.rmtree(trial)
    return "overlay2" if mounted else "vfs"


def bridge(state: State) -> None:
    """A network bridge for the containers, on the first private subnet that the machine does not use."""
    shown = subprocess.run(["ip", "-4", "-o", "addr"], capture_output=True, text=True).stdout
    shown += subprocess.run(["ip", "-4", "route"], capture_output=True, text=True).stdout
    for third in range(200, 256):
        subnet = f"172.30.{third}"
        if f"{subnet}." in shown:
            continue
        add = [["ip", "link", "add", "name", state.name, "type", "bridge"]]
        add += [["ip", "addr", "add", f"{subnet}.1/24", "dev", state.name], ["ip", "link", "set", state.name, "up"]]
        for command in add:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise Missing(f"{' '.join(command)}: {done.stderr.strip()}")
        (state.folder / "subnet").write_text(f"{subnet}\n")
        return
    raise Failed("no free subnet in 172.30.200.0/24 to 172.30.255.0/24")


def build_image(folder: Path, client: list, busybox: str, env: dict) -> None:
    """Builds the image FROM scratch: busybox and a link for each of its applets."""
    context = folder / "image"
    (context / "root/bin").mkdir(parents=True)
    (context / "root/tmp").mkdir()
    shutil.copy2(busybox, context / "root/bin/busybox")
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox":
            (context / "root/bin" / applet).symlink_to("busybox")
    (context / "Dockerfile").write_text('FROM scratch\nCOPY root/ /\nENV PATH=/bin\nCMD ["sh"]\n')
    build = [*client, "build", "--quiet", "--network", "none", "--tag", IMAGE, str(context)]
    done = subprocess.run(build, env={**env, "DOCKER_BUILDKIT": "0"}, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"docker build: {' / '.join(done.stderr.strip().splitlines()[-3:])}")
    shutil.rmtree(context)


def pings(path: Path) -> bool:
    """Whether the engine answers on its socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def connects(path: Path) -> bool:
    """Whether somebody accepts connections on the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            return True
    except OSError:
        return False


def matching(program: str, argument: str) -> list:
    """The processes of a program whose arguments contain a text."""
    found = []
    for entry in glob("/proc/[0-9]*/cmdline"):
        try:
            words = Path(entry).read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if os.path.basename(words[0]).startswith(program) and argument in " ".join(words):
            found.append(int(entry.split("/")[2]))
    return found
