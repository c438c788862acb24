import HandoffModel
import Testing

@Suite struct FactIDTests {
  @Test(
    "An id is taken apart into area, member and pattern, whatever a member holds",
    arguments: [
      ("aws.account", "aws", nil, "aws.account"),
      ("postgres.rows[public.users]", "postgres", "public.users", "postgres.rows[*]"),
      ("postgres[analytics].tables", "postgres[analytics]", nil, "postgres.tables"),
      ("postgres[analytics].rows[a.b]", "postgres[analytics]", "a.b", "postgres.rows[*]"),
      ("docker.container[web].state", "docker", "web", "docker.container[*].state"),
      (#"postgres.rows[public."a]b[c"]"#, "postgres", #"public."a]b[c""#, "postgres.rows[*]"),
      ("docker.container[x].image[y].state", "docker", "x].image[y", "docker.container[*].state"),
      ("check[api]", "check[api]", nil, "check[*]"),
      ("postgres.rows[\u{301}x\u{301}].\u{301}", "postgres", "\u{301}x\u{301}", "postgres.rows[*].\u{301}"),
    ])
  func parts(raw: String, area: String, member: String?, pattern: String) {
    let id = FactID(raw)
    #expect(id.area == area)
    #expect(id.member == member)
    #expect(id.pattern == pattern)
  }

  @Test("A pattern names the facts of its own area and no others")
  func matching() {
    #expect(FactID("docker.container[web].state").matches("docker.container[*].state"))
    #expect(FactID("docker.container[web].state").matches("docker.container[web].*"))
    #expect(FactID("docker.container[web].state").matches("docker.container[*].*"))
    #expect(FactID("docker.container[web].state").matches("docker.*"))
    #expect(!FactID("docker.container[web].health").matches("docker.container[*].state"))
    #expect(!FactID("docker.containers").matches("docker.container[*].*"))
    #expect(!FactID("postgres[a].tables").matches("postgres.*"))
    #expect(!FactID("docker.container[web].state").matches("docker.container[db].*"))
  }
}
