import HandoffModel
import HandoffSystem
import HandoffText

/// How a program is installed on this machine.
enum Installation {
  /// A program, with its packages' names.
  enum Program {
    case git, docker, aws
  }

  /// The command of the package manager that is here; none where none of those known is.
  static func remedies(of program: Program, _ host: Host) -> [Remedy] {
    command(program, host).map { [Remedy($0, "installs it")] } ?? []
  }

  private static func command(_ program: Program, _ host: Host) -> ShellCommand? {
    #if os(macOS)
      switch program {
      case .git: return .run("xcode-select", "--install")
      case .docker: return .run("brew", "install", "docker")
      case .aws: return .run("brew", "install", "awscli")
      }
    #else
      let managers: [(path: String, words: [String], docker: String, aws: String)] = [
        ("/usr/bin/apt-get", ["sudo", "apt-get", "install"], "docker.io", "awscli"),
        ("/usr/bin/dnf", ["sudo", "dnf", "install"], "docker-cli", "awscli2"),
        ("/usr/bin/pacman", ["sudo", "pacman", "-S"], "docker", "aws-cli"),
        ("/usr/bin/zypper", ["sudo", "zypper", "install"], "docker", "aws-cli"),
        ("/sbin/apk", ["sudo", "apk", "add"], "docker-cli", "aws-cli"),
      ]
      guard let manager = managers.first(where: { host.files.isExecutable($0.path) }) else { return nil }
      switch program {
      case .git: return .run(manager.words + ["git"])
      case .docker: return .run(manager.words + [manager.docker])
      case .aws: return .run(manager.words + [manager.aws])
      }
    #endif
  }
}
