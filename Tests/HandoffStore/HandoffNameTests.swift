import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct HandoffNameTests {
  @Test(arguments: [
    ("Post cleanup", "POST-CLEANUP"), ("  it's -- done!  ", "ITS-DONE"), ("Größe der Straße", "GROESSE-DER-STRASSE"),
    ("Łódź café naïve", "LODZ-CAFE-NAIVE"), ("cafe\u{301} u\u{308}ber", "CAFE-UBER"), ("v1.2/3_x", "V1-2-3-X"),
    ("", "HANDOFF"), ("…", "HANDOFF"),
    ("日本語", "HANDOFF"), ("日本語 release", "RELEASE"), ("../../etc/passwd", "ETC-PASSWD"),
    ("POST-CLEANUP", "POST-CLEANUP"),
    ("a\nb\u{202e}c\u{0}d", "A-B-C-D"),
  ])
  func aTitleBecomesASlug(title: String, slug: String) {
    #expect(HandoffName.slug(from: title) == slug)
    #expect(HandoffName.slug(from: slug) == slug)
  }

  @Test func aLongTitleEndsWithAWord() {
    let slug = HandoffName.slug(from: String(repeating: "seventeen words ", count: 40))
    #expect(slug.utf8.count <= 60)
    #expect(slug.hasSuffix("WORDS") || slug.hasSuffix("SEVENTEEN"))
    #expect(HandoffName.slug(from: String(repeating: "x", count: 500)).utf8.count == 60)
  }

  @Test func theDateIsThatOfUTC() {
    let names = HandoffName.candidates(capturedAt: StoreFixture.moment("2025-11-07T23:15:04Z"), slug: "post cleanup")
    #expect(
      names.prefix(3) == [
        "SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md", "SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231504.md",
        "SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231504-2.md",
      ])
    for name in names { #expect(HandoffName(name)?.date == "2025-11-07") }
  }

  @Test(arguments: [
    "README.md", "SESSION-HANDOFF-2025-11-07-X.txt", "SESSION-HANDOFF-2025-13-07-X.md",
    "SESSION-HANDOFF-2025-11-7-X.md",
    "SESSION-HANDOFF-２０２５-11-07-X.md", ".SESSION-HANDOFF-2025-11-07-X.md", "SESSION-HANDOFF-2025-11-07X.md",
  ])
  func otherNamesAreNotHandoffs(name: String) {
    #expect(HandoffName(name) == nil)
  }

  @Test func aNameWrittenByHandIsAHandoff() {
    #expect(HandoffName("SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md")?.slug == "POST-CLEANUP")
    #expect(HandoffName("SESSION-HANDOFF-2025-11-07.md")?.slug == "")
  }
}
