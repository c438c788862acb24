#if os(Linux)
  import Foundation
  import HandoffTestSupport
  import Testing

  /// A database that runs in one of the containers that a reset takes away.
  @Suite(.serialized, ServiceProject.requirement, Lab.needs("postgres", "PG_BIN")) struct ResetContainedDatabaseTests {
    /// The machine's own PostgreSQL, in a container: the lab has no image of it.
    private static func compose(_ bin: String, port: String) -> String {
      """
      version: "3.4"
      services:
        db:
          image: IMAGE
          container_name: NAME-db
          user: "ID"
          command: ["\(bin)/postgres", "-D", "/data", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "listen_addresses=*"]
          volumes: ["/usr:/usr:ro", "/lib:/lib:ro", "/lib64:/lib64:ro", "/etc:/etc:ro", "./data:/data", "kept:/kept"]
          ports: ["ADDRESS:\(port):5432"]
          stop_grace_period: 0s
      volumes:
        kept:

      """
    }

    /// A project with the server in a container, and the port at which it is published.
    private func with(
      address: String = "127.0.0.1",
      _ body: (_ project: ServiceProject, _ bin: String, _ port: String) async throws -> Void
    ) async throws {
      let bin = try Lab.value("PG_BIN")
      let port = try await Witness.ask(
        "python3", ["-c", "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"],
        environment: Lab.bareEnvironment(home: "/")
      ).output
      let ids = try await Witness.ask(
        "sh", ["-c", "echo $(id -u postgres):$(id -g postgres)"], environment: Lab.bareEnvironment(home: "/")
      ).output
      let files = [
        "handoff.yml": "project: story-engine\n",
        "docker-compose.yml": Self.compose(bin, port: port).replacing("ID", with: ids).replacing(
          "ADDRESS", with: address),
        "prepare": """
        set -e
        bin=$1 port=$2 name=$3 address=$4
        mkdir data; chown postgres . data
        setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/initdb" -D data -A trust -U postgres >/dev/null
        echo 'host all all all trust' >> data/pg_hba.conf
        docker-compose up -d 2>&1
        until "$bin/pg_isready" -q -h "$address" -p "$port"; do [ "$(docker inspect -f '{{.State.Running}}' "$name-db")" = true ]; done
        "$bin/createdb" -h "$address" -p "$port" -U postgres tales
        "$bin/psql" -h "$address" -p "$port" -U postgres -d tales -qc 'CREATE TABLE told (id int); INSERT INTO told VALUES (7)'

        """,
      ]
      try await ServiceProject.with(files) { project in
        try await project.ask("timeout", "60", "sh", "prepare", bin, port, project.name, address)
        try await body(project, bin, port)
      }
    }

    private func place(_ port: String) -> [String: String] {
      ["PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "postgres", "PGDATABASE": "tales"]
    }

    @Test("Seen here by its container, dumped first, and told where it would go without a dump")
    func contained() async throws {
      try await with { project, bin, port in
        let place = place(port)
        let alone = try await project.handoff("reset", "--containers", "--dry-run", extra: place)
        #expect(alone.output.contains("is in \(project.name)-db: its rows go with that, without a dump"))
        let volume = try await project.inspect(project.name + "_kept", "{{.Mountpoint}}")
        let lost = try await project.handoff(
          "reset", "--all", "--dump-to", volume, "--yes-destroy", "story-engine", extra: place)
        #expect(lost.status == 3 && lost.complaint.contains("stands in the volume \(project.name)_kept"))
        let answer = try await project.handoff("reset", "--all", "--yes-destroy", "story-engine", extra: place)
        #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
        #expect(answer.output.contains("table public.told: 1 row\n"))
        #expect(try await project.ask("docker", "ps", "-aq", "--filter", "name=\(project.name)-db") == "")
        #expect(try await project.ask("docker", "volume", "ls", "-q", "--filter", "name=\(project.name)") == "")
        let folder = project.home.path + "/.local/state/handoff/dumps/"
        let dump = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let rows = try await project.ask(bin + "/pg_restore", "--data-only", "--file=-", folder + dump)
        #expect(rows.contains("\n7\n"))
      }
    }

    @Test("A port that is forwarded at another address than the container's is refused, whatever stands behind it")
    func forwarded() async throws {
      // What answers says that it is at the container's address, as one on another machine may say, too.
      let program = """
        import socket, subprocess, sys, threading
        there, port, *command = sys.argv[1:]
        def pass_on(source, target):
            try:
                while data := source.recv(65536): target.sendall(data)
            except OSError: pass
            for end in (source, target):
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass
        listener = socket.create_server(("127.0.0.1", int(port)))
        def serve():
            while True:
                try: near, _ = listener.accept()
                except OSError: return
                far = socket.create_connection((there, 5432))
                for ends in ((near, far), (far, near)): threading.Thread(target=pass_on, args=ends, daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        sys.exit(subprocess.run(command).returncode)
        """
      try await with(address: "127.0.0.2") { project, bin, port in
        let there = try await project.inspect(
          project.name + "-db", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
        let answer = try await Witness.ask(
          "python3",
          ["-Ic", program, there, port, Tool.path, "reset", "--database", "--yes-destroy", "story-engine"],
          environment: project.environment.merging(place(port)) { $1 }, in: project.folder.path)
        #expect(
          answer.status == 3 && answer.complaint.contains("cannot be told"), "\(answer.output)\(answer.complaint)")
        let rows = try await project.ask(
          bin + "/psql", "-h", "127.0.0.2", "-p", port, "-U", "postgres", "-d", "tales", "-Atc", "SELECT id FROM told")
        #expect(rows == "7")
      }
    }
  }
#endif
