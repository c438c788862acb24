#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A parser that libFuzzer feeds with bytes.
protocol FuzzedParser: SendableMetatype {
  /// Parses an input, and ends the process where a law does not hold for it.
  static func parse(_ input: [UInt8])
}

/// `handoff-fuzz PARSER [libFuzzer's arguments]`: libFuzzer, which brings `main`, feeds one of the parsers.
enum Fuzzer {
  /// The parsers by the names of their folders in `Tests/Safety/Corpus`.
  static let parsers: [String: any FuzzedParser.Type] = [
    "clients": FuzzedClientFiles.self, "compose": FuzzedCompose.self, "configuration": FuzzedConfiguration.self,
    "dockerfile": FuzzedDockerfile.self, "document": FuzzedDocument.self, "dotenv": FuzzedDotenv.self,
    "engine": FuzzedEngine.self, "facts": FuzzedFacts.self, "pyvenv": FuzzedEnvironmentFile.self,
    "requirements": FuzzedRequirements.self, "scanner": FuzzedScanner.self, "settings": FuzzedSettings.self,
    "sts": FuzzedSTS.self, "template": FuzzedTemplate.self, "toml": FuzzedTOML.self,
    "trust": FuzzedTrust.self, "variables": FuzzedVariables.self,
  ]

  // Set before the first input, and read by the one thread that feeds.
  nonisolated(unsafe) fileprivate static var chosen: any FuzzedParser.Type = FuzzedDocument.self
}

/// Takes the parser's name out of the arguments; without one, the names are printed.
/// https://llvm.org/docs/LibFuzzer.html#startup-initialization
@_cdecl("LLVMFuzzerInitialize")
func choose(
  _ count: UnsafeMutablePointer<CInt>, _ list: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  guard count.pointee > 1, let name = list.pointee[1], let parser = Fuzzer.parsers[String(cString: name)] else {
    print(Fuzzer.parsers.keys.sorted().joined(separator: "\n"))
    exit(count.pointee > 1 ? 2 : 0)
  }
  Fuzzer.chosen = parser
  list.pointee[1] = list.pointee[0]
  list.pointee += 1
  count.pointee -= 1
  return 0
}

/// Takes an input.
@_cdecl("LLVMFuzzerTestOneInput")
func feed(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  Fuzzer.chosen.parse(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

/// Ends the process, which libFuzzer then reports with the input, where a law does not hold.
func hold(_ law: @autoclosure () -> Bool, _ name: String) {
  if !law() { fatalError("broken: \(name)") }
}

/// Whether a text can be shown on one line as it is.
func isOneLine(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    scalar.value >= 0x20 && scalar.value != 0x7f && !["\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
  }
}

/// The text of a file, as the tool reads it.
func text(_ input: [UInt8]) -> String {
  String(decoding: input.starts(with: [0xef, 0xbb, 0xbf]) ? input[3...] : input[...], as: UTF8.self)
}

/// A folder of this process for parsers that read files, which the command removes.
enum FuzzFolder {
  static let path = getenv("HANDOFF_FUZZ_FOLDER").map { String(cString: $0) } ?? "/nonexistent"

  /// Writes a file.
  static func write(_ name: String, _ bytes: [UInt8]) {
    guard let file = fopen(path + "/" + name, "we") else {
      fatalError("HANDOFF_FUZZ_FOLDER names no folder that can be written")
    }
    precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count && fclose(file) == 0, "the disk is full")
  }
}
