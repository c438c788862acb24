#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files so that at every moment, also after a crash, there is either the old content or the new one.
///
/// The bytes go to an exclusive temporary file beside the target, are brought to the disk, and get the target's name in
/// one step; then the folder is brought to the disk. A temporary file that a killed process left behind is removed by
/// the next write in the folder.
public struct FileWriter: Sendable {
  /// Makes one.
  public init() {}

  /// Writes a new file. What exists is never replaced.
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  ///   - mode: its permissions, before the umask.
  /// - Throws: ``FileWriteError/exists`` when the name is taken. After an error there is no file.
  public func create(
    _ bytes: [UInt8], named name: String, in folder: String, mode: UInt16 = 0o644
  ) throws(FileWriteError) {
    let directory = try WriteFolder(folder)
    directory.reapTemporaries()
    let temporary = try directory.makeTemporary(mode: mode_t(mode))
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try directory.link(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    temporary.remove()
    do throws(FileWriteError) {
      try directory.synchronize()
    } catch {
      directory.remove(name)
      throw error
    }
  }

  /// Writes a file, whatever had its name; a symbolic link there is replaced, and not followed.
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  ///   - mode: its permissions, before the umask.
  /// - Throws: ``FileWriteError/notConfirmed(_:)`` when the new content is there already; after any other error the old
  ///   one is.
  public func put(
    _ bytes: [UInt8], named name: String, in folder: String, mode: UInt16 = 0o644
  ) throws(FileWriteError) {
    let directory = try WriteFolder(folder)
    directory.reapTemporaries()
    let temporary = try directory.makeTemporary(mode: mode_t(mode))
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try directory.rename(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    try directory.confirm()
  }

  /// Writes an existing regular file anew; its permissions and, where that is allowed, its owner stay.
  /// - Parameters:
  ///   - bytes: the whole new content.
  ///   - old: what the caller read; when the file holds anything else by now, nothing is written.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  /// - Throws: ``FileWriteError/notConfirmed(_:)`` when the new content is there already; after any other error the old
  ///   one is.
  public func replace(
    _ bytes: [UInt8], over old: [UInt8], named name: String, in folder: String
  ) throws(FileWriteError) {
    let directory = try WriteFolder(folder)
    directory.reapTemporaries()
    let status = try directory.status(name)
    let temporary = try directory.makeTemporary(mode: 0o600)
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try temporary.adopt(status)
      guard try directory.read(name, limit: old.count) == old else { throw .changedMeanwhile }
      try directory.rename(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    try directory.confirm()
  }

  /// Removes a file, if it is there.
  /// - Throws: ``FileWriteError`` when it stays.
  public func remove(_ path: String) throws(FileWriteError) {
    guard removeName(path) else { throw FileWriteError(errno) }
  }

  /// Removes the temporary files that killed processes left behind in a folder which may not be written to for long.
  public func reap(in folder: String) {
    (try? WriteFolder(folder))?.reapTemporaries()
  }

  /// Takes a folder of this user from all others.
  public func close(_ folder: String) throws(FileWriteError) {
    guard chmod(folder, 0o700) == 0 else { throw FileWriteError(errno) }
  }

  /// Removes folders that are empty.
  /// - Parameter folders: those on the way first, as ``makeFolder(_:)`` gives them.
  public func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { removeName(folder, flags: AT_REMOVEDIR) }
  }

  /// Makes a folder and those on the way to it; what is there stays. When it cannot be made, none is left.
  /// - Parameters:
  ///   - path: an absolute path.
  ///   - mode: the permissions of folders that are made.
  /// - Returns: the folders that were made.
  @discardableResult public func makeFolder(_ path: String, mode: UInt16 = 0o755) throws(FileWriteError) -> [String] {
    var made: [String] = []
    do throws(FileWriteError) {
      var folder = ""
      for part in PathText(path).components {
        let parent = folder.isEmpty ? "/" : folder
        folder += "/" + part.text
        var status = stat()
        if stat(folder, &status) == 0 {
          guard status.st_mode & S_IFMT == S_IFDIR else { throw .notRegular }
          continue
        }
        if mkdir(folder, mode_t(mode)) == 0 {
          made.append(folder)
        } else if errno != EEXIST {
          throw FileWriteError(errno)
        }
        try WriteFolder(parent).synchronize()
      }
    } catch {
      removeEmpty(made)
      throw error
    }
    return made
  }
}
