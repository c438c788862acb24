import HandoffModel
import HandoffProbes
import HandoffText

@testable import HandoffDocument

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A template of the project, which may include itself, and a document that is made with it.
enum FuzzedTemplate: FuzzedParser {
  private static let handoff = Handoff(
    notes: AuthorNotes(title: "one", sections: [.done: "- all"]), previous: nil,
    snapshot: Snapshot(
      tool: "1", project: "sample", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [
        Observation(
          probe: "aws", facts: [Fact("aws.account", .identity, "000000000000", source: Source(.measured))],
          findings: [Finding("aws.expired", .failure, "it is over", facts: ["aws.credentials"])])
      ]))
  private static let context = DocumentContext(
    name: "SESSION-HANDOFF-2025-11-07.md", folder: "handoffs", dictionary: ProbeCatalog.dictionary)

  static func parse(_ input: [UInt8]) {
    let text = text(input)
    do {
      let template = try Template(named: "t.md", text: text, partials: { $0 == "a" ? text : "{{project}}\n" })
      let written = try render(handoff, context: context, template: template)
      hold((try? HandoffDocument.parse(written))?.handoff == handoff.recorded, "what was written is what is read")
    } catch let error as TemplateError {
      hold(isOneLine(error.description), "an error is one line")
    } catch {}
  }
}
