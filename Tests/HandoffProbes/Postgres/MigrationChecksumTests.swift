import Testing

@testable import HandoffProbes

/// Checksums as the tools' own implementations gave them.
@Suite struct MigrationChecksumTests {
  private func isSame(
    _ text: String, name: String = "V1__a.sql", _ kind: MigrationKind, _ checksum: String, version: String = "1",
    scope: String? = nil
  ) -> Bool? {
    MigrationChecksum.isSame(
      Array(text.utf8), name: name,
      MigrationRecord(version: version, state: .applied, file: name, checksum: checksum, scope: scope), kind: kind)
  }

  @Test("Flyway's, by java.util.zip.CRC32 over BufferedReader.readLine; negative, with BOM, with each end of a line")
  func flyway() {
    #expect(isSame("CREATE TABLE persons (id int);\n", .flyway, "720324465") == true)
    #expect(isSame("CREATE TABLE persons (id int);", .flyway, "720324465") == true)
    #expect(isSame("CREATE TABLE person (id int);\n", .flyway, "720324465") == false)
    #expect(isSame("\u{feff}CREATE TABLE a (\r\n  id int\r);\n", .flyway, "1420201952") == true)
    #expect(isSame("123456789", .flyway, "-873187034") == true, "0xCBF43926, the check value of CRC-32")
    #expect(isSame("SELECT '${a}';", name: "sub/R__a.sql", .flyway, "1") == nil, "with placeholders put in")
    #expect(isSame("SELECT 1;", .flyway, "") == nil)
  }

  @Test("refinery's, by Rust's DefaultHasher; with versions of 32 and of 64 bits")
  func refinery() {
    let text = "CREATE TABLE persons (id int);\n"
    #expect(isSame(text, name: "V1__initial.sql", .refinery, "1091441964215326441") == true)
    #expect(isSame(text, name: "V1__initial.sql", .refinery, "17850160248500988789", scope: "bigint") == true)
    #expect(isSame("SELECT 1;\n", name: "U2__users.sql", .refinery, "9081425999347747821", version: "2") == true)
    #expect(isSame("SELECT 1;\n", name: "U2__user.sql", .refinery, "9081425999347747821", version: "2") == false)
    #expect(isSame(text, name: "V1__initial.rs", .refinery, "1") == nil, "what it makes is told by no file")
  }

  @Test("Prisma's, with either end of a line, and as old versions wrote it: without leading zeros")
  func prisma() {
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    #expect(isSame("hello", .prisma, digest) == true)
    #expect(isSame("hello", .prisma, "2cf24dba5fb0a3e26e83b2ac5b9e29e1b161e5c1fa7425e7343362938b9824") == true)
    // printf 'a\r\n' | sha256sum, and 'a\n'
    let (crlf, lf) = (
      "8e4621379786ef42a4fec155cd525c291dd7db3c1fde3478522f4f61c03fd1bd",
      "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
    )
    #expect(isSame("a\n", .prisma, crlf) == true)
    #expect(isSame("a\r\n", .prisma, crlf) == true)
    #expect(isSame("a\r\n", .prisma, lf) == true)
    #expect(isSame("hallo", .prisma, digest) == false)
  }

  @Test("Ours does not depend on the ends of lines; tools without checksums tell nothing")
  func others() {
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    #expect(isSame("hello", .handoff, digest.uppercased()) == true)
    #expect(MigrationChecksum.handoff(Array("a\r\nb\r".utf8)) == MigrationChecksum.handoff(Array("a\nb\r".utf8)))
    #expect(isSame("hello", .sqitch, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d") == true)
    #expect(isSame("hello", .dbmate, digest) == nil)
  }
}
