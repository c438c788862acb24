import Testing

@testable import HandoffProbes

/// What is read of a Dockerfile.
@Suite struct BuildFileTests {
  func sources(_ text: String) -> [String] { BuildFile(text).namedSources.map(\.text) }

  @Test("The base is the image that the last stage starts from, whatever stages stand between")
  func base() {
    #expect(BuildFile("FROM python:3.13\nRUN x").base == "python:3.13")
    #expect(BuildFile("FROM scratch\nCOPY a b").base == nil)
    let stages = BuildFile(
      "FROM --platform=linux/amd64 node:22 AS Build\nFROM build AS test\nFROM debian:12\nFROM test")
    #expect(stages.base == "node:22")
    #expect(stages.otherBases == ["debian:12"])
    #expect(BuildFile("FROM a AS one\nFROM b AS two", target: "One").base == "a")
    #expect(BuildFile("# a comment\nfrom \\\n  # another\n  a").base == "a")
    #expect(BuildFile("FROM a\nRUN <<EOF\nFROM b\nEOF\nRUN x").base == "a")
    #expect(BuildFile("# escape=`\nFROM `\na").base == "a")
    #expect(BuildFile("").base == nil)
  }

  @Test("A base that an argument names is known by its default, and by what the build gives")
  func arguments() {
    let text = "ARG TAG=1\nARG NAME\nFROM ${NAME:-tool}:$TAG"
    #expect(BuildFile(text).base == "tool:1")
    #expect(BuildFile(text, arguments: ["TAG": "2", "NAME": "other"]).base == "other:2")
    #expect(BuildFile("ARG NAME\nFROM $NAME").base == nil)
    #expect(BuildFile("FROM a\nARG NAME=b\nFROM $NAME").base == nil)
  }

  @Test("Files that COPY and ADD name are known, the whole context and other stages left out")
  func named() {
    #expect(sources("FROM a\nCOPY . /app\nCOPY ./ /b\nCOPY * /c") == [])
    #expect(sources("FROM a\nCOPY --chown=1:1 dist/ ./src/*.py /app/") == ["dist", "src/*.py"])
    #expect(sources(#"FROM a\#nADD ["one file", "b", "/app/"]"#) == ["one file", "b"])
    #expect(sources("FROM a\nCOPY --from=build /x /y\nADD https://example.org/x /y\nCOPY $WHAT /y") == [])
    #expect(sources("FROM a\nCOPY <<EOF /y\ntext\nEOF\nCOPY z /y") == ["z"])
  }

  @Test("Stages that each start from the one before them are followed at once", .timeLimit(.minutes(1)))
  func manyStages() {
    let stages = (1...40_000).map { "FROM s\($0 - 1) AS s\($0)" }
    let file = BuildFile(stages.joined(separator: "\n"))
    #expect(file.base == "s0")
    #expect(file.otherBases == [])
  }

  @Test("What COPY and ADD take is known where all of them name literal paths or globs")
  func taken() {
    func taken(_ text: String) -> [String]? { BuildFile(text).taken?.map(\.text) }
    #expect(taken("FROM a\nCOPY app/ pack*.json /x/\nADD https://example.org/x /y") == ["app", "pack*.json"])
    #expect(taken("FROM a\nCOPY --from=b /x /y\nRUN --mount=type=cache,target=/c x") == [])
    #expect(taken(#"FROM a\#nCOPY ["one file", "/x"]"#) == ["one file"])
    #expect(taken("FROM a AS one\nCOPY app /x\nFROM b AS two\nCOPY . /x") == nil)
    #expect(BuildFile("FROM a AS one\nCOPY app /x\nFROM b AS two\nCOPY . /x", target: "one").taken?.count == 1)
  }

  @Test(
    "Whatever might take anything leaves nothing out",
    arguments: [
      "COPY . /x", "COPY ./ /x", "COPY / /x", "COPY * /x", "ADD app . /x", "COPY $WHAT /x", "COPY <<EOF /x\ntext\nEOF",
      "COPY app/../.. /x", "COPY \"app\" /x", #"COPY ["a,b", "/x"]"#, #"COPY a\b /x"#, "RUN --mount=target=/s make",
      "RUN --mount=type=bind,source=.,target=/s make", "ONBUILD COPY app /x", "INCLUDE common", "COPY /x",
    ])
  func anything(instruction: String) {
    #expect(BuildFile("FROM a\n" + instruction).taken == nil)
  }
}
