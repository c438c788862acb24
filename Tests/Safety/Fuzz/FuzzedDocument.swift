import HandoffModel
import HandoffProbes
import HandoffText

@testable import HandoffDocument

/// A whole document: `parse`, `render` and `update`.
enum FuzzedDocument: FuzzedParser {
  private static let template = try? Template.builtIn(named: "session-handoff")
  private static let context = DocumentContext(
    name: "SESSION-HANDOFF-2025-11-07.md", folder: "handoffs", dictionary: ProbeCatalog.dictionary)

  static func parse(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    _ = notes(fromMarkdown: text)
    guard let template, let parsed = try? HandoffDocument.parse(text) else { return }
    let written: String
    do throws(DocumentError) {
      written = try render(parsed.handoff, context: context, template: template)
    } catch .markerInNotes {
      return
    } catch {
      fatalError("broken: what was read can be written (\(error))")
    }
    let again = try? HandoffDocument.parse(written)
    hold(again?.handoff == parsed.handoff.recorded, "what was written is what is read")
    hold(again?.edited == false, "what was written is as the tool wrote it")
    if let updated = try? update(text, with: parsed.handoff, context: context, template: template) {
      hold((try? HandoffDocument.parse(updated))?.handoff == parsed.handoff.recorded, "an update changes no fact")
    }
  }
}
