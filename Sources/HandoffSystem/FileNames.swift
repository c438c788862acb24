#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Takes a name away. A file system that refuses for a moment, as one of a network may, is asked again.
/// - Returns: whether nothing has the name any more; `errno` says why not.
@discardableResult func removeName(_ name: String, in folder: Int32 = AT_FDCWD, flags: Int32 = 0) -> Bool {
  for _ in 0..<3 {
    if unlinkat(folder, name, flags) == 0 || errno == ENOENT { return true }
  }
  return false
}

/// Whether a file or folder could be brought to the disk.
func bringToDisk(_ file: Int32) -> Bool {
  while true {
    if fsync(file) == 0 { return true }
    if errno != EINTR { return false }
  }
}
