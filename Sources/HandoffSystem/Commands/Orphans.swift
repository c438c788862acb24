import Synchronization

#if os(Linux)
  import CLinux

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif
#endif

/// Ends what programs leave running in sessions of their own, where the kill of a program's process group does not reach.
///
/// On Linux this process has the orphans of its descendants fall to itself (`PR_SET_CHILD_SUBREAPER`), so that whatever
/// called setsid or forked twice is a child of ours as soon as those between have ended, whatever it did to its
/// environment. A variable that programs inherit tells which of them left it. As a child of ours its number cannot be
/// given to another process before it is killed. Elsewhere there is only the process group.
///
/// One for each process, and only in one that starts its programs by ``SubprocessRunner`` alone.
final class Orphans: Sendable {
  /// The variable that a program and all that it starts carry.
  static let variable = "HANDOFF_RUN"

  /// A program that was started.
  struct Run: Hashable, Sendable {
    /// The value of the variable.
    let mark: String
  }

  #if os(Linux)
    private struct Runs {
      var living: [Run: pid_t] = [:]
      /// Programs that ended, and whose daemons stay.
      var keeping: Set<Run> = []
      /// What was there before the first program; nil until then.
      var origin: Origin?
    }

    /// What this process was before it started anything.
    private struct Origin {
      /// Sessions that are not ours: what a shell left to this process when it became this program.
      let foreignSessions = Orphans.hasChildren ? Set(ProcessEntry.all().map(\.session)) : [getsid(0)]
      let executable = FileSystem().destination(ofLink: "/proc/self/exe")
      /// Whether orphans fall to us, and to us on purpose: to the first process of a container all do.
      let adopts = handoff_adopt_orphans(1) == 0 && getpid() != 1
    }

    private let runs = Mutex(Runs())
    /// Changes nothing until a program is started.
    init() {}

    /// Makes the mark of a program that is to be started.
    func prepare() -> Run {
      let run = Run(mark: String(UInt64.random(in: .min ... .max), radix: 16))
      runs.withLock { runs in
        if runs.origin == nil { runs.origin = Origin() }
        runs.living[run] = 0
      }
      return run
    }

    /// Whether a program runs, or what one left is being ended.
    var areExpected: Bool { runs.withLock { !$0.living.isEmpty } }

    /// Notes the process of a program.
    func started(_ run: Run, _ process: pid_t) { runs.withLock { $0.living[run] = process } }

    /// Ends what a program left, unless that stays.
    func ended(_ run: Run, keepsDaemons: Bool) async {
      if !keepsDaemons { await kill(leftBy: run) }
      runs.withLock { runs in
        runs.living[run] = nil
        if keepsDaemons { runs.keeping.insert(run) }
      }
    }

    private static let patience = Duration.milliseconds(450)

    /// How long a process is without the mark before it is taken for one that took it off: until a program that is being
    /// started has its variables, it has none to show.
    private static let doubt = Duration.milliseconds(30)

    /// Kills child after child: what those had started falls to us in turn. What forks and ends at once is seldom met alive:
    /// each is judged the moment it is seen, and the group of which one after another falls to us dead is killed as well.
    private func kill(leftBy run: Run) async {
      guard Self.hasChildren, let origin = runs.withLock({ $0.origin }), origin.adopts else { return }
      let deadline = Deadline.after(Self.patience)
      var killed: Set<pid_t> = []
      var dead: [pid_t: Set<pid_t>] = [:]
      var doubtful: [pid_t: ContinuousClock.Instant] = [:]
      while true {
        let now = ContinuousClock.now
        var isEnd = true
        ProcessEntry.visit { process in
          if process.isDead, process.parent == getpid(), !killed.contains(process.id) {
            guard dead[process.group, default: []].insert(process.id).inserted else { return }
            isEnd = false
            if dead[process.group, default: []].count >= Self.chain, isLeft(process, origin) {
              Glibc.kill(-process.group, SIGKILL)
            }
            return
          }
          let trace = trace(of: process, run, origin)
          guard trace != .none else { return }
          isEnd = false
          let since = doubtful[process.id] ?? now
          doubtful[process.id] = since
          guard trace == .marked || now - since > Self.doubt else { return }
          // A whole group at once, so that none of it can fork meanwhile; its session is none of a living program's.
          if process.group > 1, process.group != getpgrp() { Glibc.kill(-process.group, SIGKILL) }
          Glibc.kill(process.id, SIGKILL)
          killed.insert(process.id)
        }
        // What is dead still counts against the user's limit of processes until it is reaped.
        killed = killed.filter { waitpid($0, nil, WNOHANG) == 0 }
        if (isEnd && killed.isEmpty) || deadline.hasPassed { return }
        try? await Task.sleep(for: .milliseconds(1))
      }
    }

    /// Whether this process has children, of whatever program and dead or not. It is asked before all processes are looked
    /// at, of which there may be thousands.
    private static var hasChildren: Bool {
      var information = siginfo_t()
      return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD
    }

    /// How many of a group fall to us dead where it forks on and on: a daemon that stays drops one or two.
    private static let chain = 4

    /// Whether a process that fell to us is of a group of its own, and of no living program's.
    private func isLeft(_ process: ProcessEntry, _ origin: Origin) -> Bool {
      process.group > 1 && process.group != getpgrp() && !origin.foreignSessions.contains(process.session)
        && !runs.withLock { $0.living.values.contains { $0 == process.session || $0 == process.group } }
    }

    /// What ties a process to a program that ended.
    private enum Trace { case none, marked, unmarked }

    private func trace(of process: ProcessEntry, _ run: Run, _ origin: Origin) -> Trace {
      guard process.parent == getpid(), !process.isDead, !origin.foreignSessions.contains(process.session) else {
        return .none
      }
      let (living, keeping) = runs.withLock { ($0.living, $0.keeping) }
      if living.contains(where: { $0.value == process.id }) { return .none }
      if let mark = process.variable(Self.variable) {
        if mark == run.mark { return .marked }
        let other = Run(mark: mark)
        if living[other] != nil || keeping.contains(other) { return .none }
      }
      // It took off the mark. One that was forked this moment to become a program has none yet.
      if living.contains(where: { $0.key != run && $0.value == process.session }) { return .none }
      return process.executable.map { $0 != origin.executable } == true ? .unmarked : .none
    }
  #else
    /// Does nothing.
    init() {}

    /// Nothing is ended here.
    var areExpected: Bool { false }

    /// Makes the mark of a program that is to be started.
    func prepare() -> Run { Run(mark: "1") }

    /// Notes nothing.
    func started(_ run: Run, _ process: Int32) {}

    /// Ends nothing.
    func ended(_ run: Run, keepsDaemons: Bool) async {}
  #endif
}

#if os(Linux)
  /// A process, as /proc/PID/stat tells it (proc_pid_stat(5)).
  private struct ProcessEntry {
    let id: pid_t
    let parent: pid_t
    let group: pid_t
    let session: pid_t
    /// Whether it ended and only waits to be reaped.
    let isDead: Bool

    /// All processes that can be seen.
    static func all() -> [ProcessEntry] {
      var entries: [ProcessEntry] = []
      visit { entries.append($0) }
      return entries
    }

    /// Looks at each process that can be seen, the moment it is read.
    static func visit(_ look: (ProcessEntry) -> Void) {
      guard let folder = opendir("/proc") else { return }
      defer { closedir(folder) }
      var buffer = [UInt8](repeating: 0, count: 512)
      while let entry = readdir(folder) {
        let id = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { pid_t(atol($0)) }
        }
        if id > 0, let entry = ProcessEntry(id, &buffer) { look(entry) }
      }
    }

    private init?(_ id: pid_t, _ buffer: inout [UInt8]) {
      let descriptor = open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      let count = read(descriptor, &buffer, buffer.count)
      close(descriptor)
      // The name, in parentheses, may hold anything.
      guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
      let words = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "), maxSplits: 4)
      guard words.count == 5 else { return nil }
      let numbers = words[1...3].map { $0.reduce(0) { $0 * 10 + pid_t($1) - 48 } }
      self.id = id
      (parent, group, session) = (numbers[0], numbers[1], numbers[2])
      isDead = [UInt8(ascii: "Z"), UInt8(ascii: "X")].contains(words[0].first)
    }

    /// The file that it runs, or nil where that may not be seen.
    var executable: String? { FileSystem().destination(ofLink: "/proc/\(id)/exe") }

    /// The value of a variable that it was started with, or nil.
    func variable(_ name: String) -> String? {
      guard let bytes = try? FileSystem().read("/proc/\(id)/environ", limit: 4 << 20) else { return nil }
      let start = Array("\(name)=".utf8)
      return bytes.split(separator: 0).first { $0.starts(with: start) }
        .map { String(decoding: $0.dropFirst(start.count), as: UTF8.self) }
    }
  }
#endif
