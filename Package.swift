// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors where CI builds, and never on a user's machine, whose compiler may know more of them.
let strict: [SwiftSetting] = Context.environment["CI"] == "true" ? [.treatAllWarnings(as: .error)] : []

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + strict

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["HandoffTestSupport"], path: "Tests/" + name,
    exclude: exclude, swiftSettings: settings)
}

// libFuzzer's targets are built by Tests/Safety/fuzz alone.
let fuzzing: [Target] =
  Context.environment["HANDOFF_FUZZ"] == "1"
  ? [
    .executableTarget(
      name: "handoff-fuzz",
      dependencies: [
        "HandoffDocument", "HandoffProbes", "HandoffProject", "HandoffSecrets", "HandoffSetup", "HandoffStore",
        "HandoffSystem", "HandoffModel", "HandoffText",
      ],
      path: "Tests/Safety/Fuzz", swiftSettings: settings)
  ] : []

let package = Package(
  name: "handoff",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "handoff", targets: ["handoff"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    // Headers of libpq-dev and libcurl4-openssl-dev; the libraries themselves are loaded when they are needed.
    .target(name: "CLibpq"),
    .target(name: "CLibcurl"),
    .systemLibrary(name: "CLinux"),
    library("HandoffText"),
    library("HandoffModel", ["HandoffText"]),
    library(
      "HandoffSystem",
      [
        "CLibpq", "CLibcurl", "CLinux", "HandoffText",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    library(
      "HandoffProject",
      [
        "HandoffModel", "HandoffText", "HandoffSystem", "HandoffSecrets", .product(name: "Yams", package: "Yams"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    library(
      "HandoffProbes",
      [
        "HandoffModel", "HandoffText", "HandoffSystem", "HandoffProject", "HandoffSecrets",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "HandoffTemplates", path: "templates", resources: [.embedInCode("session-handoff.md")],
      swiftSettings: settings),
    library(
      "HandoffDocument",
      [
        "HandoffModel", "HandoffText", "HandoffTemplates",
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    library("HandoffSecrets", ["HandoffText", .product(name: "Crypto", package: "swift-crypto")]),
    library(
      "HandoffStore",
      ["HandoffModel", "HandoffText", "HandoffSystem", "HandoffProject", "HandoffDocument", "HandoffSecrets"]),
    library(
      "HandoffSetup",
      [
        "HandoffModel", "HandoffText", "HandoffSystem", "HandoffProject", "HandoffProbes",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(
      name: "handoff",
      dependencies: [
        "HandoffModel", "HandoffText", "HandoffSystem", "HandoffSecrets", "HandoffProject", "HandoffProbes",
        "HandoffDocument", "HandoffStore", "HandoffSetup",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Schemas"], swiftSettings: settings),
    .target(
      name: "HandoffTestSupport", dependencies: ["HandoffSystem"], path: "Tests/Support", swiftSettings: settings),
    tests("HandoffText", ["HandoffText"]),
    tests("HandoffModel", ["HandoffModel", "HandoffText"]),
    tests("HandoffSystem", ["HandoffSystem", "HandoffModel", "HandoffText", "CLibcurl"]),
    tests("HandoffProject", ["HandoffProject", "HandoffSystem", "HandoffModel", "HandoffText"]),
    tests(
      "HandoffProbes",
      ["HandoffProbes", "HandoffProject", "HandoffSecrets", "HandoffSystem", "HandoffModel", "HandoffText"]),
    tests("HandoffDocument", ["HandoffDocument", "HandoffModel", "HandoffText"], exclude: ["Golden"]),
    tests("HandoffSecrets", ["HandoffSecrets", "HandoffText"]),
    tests(
      "HandoffStore",
      [
        "HandoffStore", "HandoffDocument", "HandoffSecrets", "HandoffSystem", "HandoffProject", "HandoffModel",
        "HandoffText",
      ]),
    tests(
      "HandoffSetup",
      ["HandoffSetup", "HandoffProbes", "HandoffProject", "HandoffSystem", "HandoffModel", "HandoffText"]),
    tests(
      "handoff",
      [
        "handoff", "HandoffDocument", "HandoffProbes", "HandoffProject", "HandoffSecrets", "HandoffSystem",
        "HandoffModel", "HandoffText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "Yams", package: "Yams"),
      ]),
  ] + fuzzing,
  swiftLanguageModes: [.v6]
)
