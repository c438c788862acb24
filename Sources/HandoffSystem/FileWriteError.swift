#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file could not be written.
public enum FileWriteError: Error, Hashable, Sendable {
  /// There is something of this name.
  case exists
  /// There is nothing of this name, or no folder for it.
  case missing
  /// A symbolic link stands there, which is not written through.
  case symbolicLink
  /// A folder, pipe, socket or device stands there.
  case notRegular
  /// The file is not any more what its caller read.
  case changedMeanwhile
  /// The folder may not be written to.
  case notPermitted
  /// The file system takes no writes.
  case readOnly
  /// The disk, or the user's share of it, is full.
  case noSpace
  /// The file would be larger than the file system, or a limit of the shell, allows.
  case tooLarge
  /// The new content has its name, and the disk did not confirm that this outlives a crash: the system's error number.
  case notConfirmed(Int32)
  /// Anything else: the system's error number.
  case system(Int32)
}

extension FileWriteError {
  /// What a system call's error number means for a file that is written.
  init(_ number: Int32) {
    self =
      switch number {
      case EEXIST, ENOTEMPTY: .exists
      case ENOENT, ENOTDIR: .missing
      case ELOOP: .symbolicLink
      case EISDIR: .notRegular
      case EACCES, EPERM: .notPermitted
      case EROFS: .readOnly
      case ENOSPC, EDQUOT: .noSpace
      case EFBIG: .tooLarge
      default: .system(number)
      }
  }
}

extension FileWriteError: CustomStringConvertible {
  /// Why, in words that follow "cannot be written:".
  public var description: String {
    switch self {
    case .exists: "the name is taken"
    case .missing: "it or its folder is not there"
    case .symbolicLink: "it is a symbolic link, which is not written through"
    case .notRegular: "it is not a regular file"
    case .changedMeanwhile: "it was changed while the handoff was made; try again"
    case .notPermitted: "permission denied"
    case .readOnly: "the file system takes no writes"
    case .noSpace: "no space is left"
    case .tooLarge: "it would be larger than the file system or a limit of the shell (ulimit -f) allows"
    case .notConfirmed(let number):
      "the disk did not confirm it (system error \(number)): a crash of the machine may bring back what was there before"
    case .system(let number): "system error \(number)"
    }
  }
}
