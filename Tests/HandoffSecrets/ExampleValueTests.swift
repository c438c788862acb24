import HandoffSecrets
import Testing

/// What stands in files of examples, put together here so that no scanner of this repository stumbles over it.
@Suite struct ExampleValueTests {
  @Test(
    "What somebody uses is told from what examples hold",
    arguments: [
      ("DB_PASSWORD", ["Inn0", "vation", "1!"], true),
      ("API_TOKEN", ["gh", "p_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"], true),
      ("DATABASE_URL", ["postgres://app:", "x9Lq", "2vT7", "@localhost/app"], true),
      ("DATABASE_URL", ["postgres://postgres:", "postgres", "@localhost/app"], false),
      ("DATABASE_URL", ["postgres://user:", "password123", "@localhost/app"], false),
      ("DB_PASSWORD", ["postgres"], false), ("DB_PASSWORD", ["secret", "123"], false), ("DB_PASSWORD", [""], false),
      ("STORY_KEY", ["your_key_here"], false), ("AWS_REGION", ["us-east-1"], false),
      ("AWS_PROFILE", ["dev-2024"], false),
      ("SECRET_KEY_FILE", ["/run/secrets/key1"], false), ("API_KEY", ["sk-", "xxxxxxxxxxxxxxxxxxxx"], false),
      ("BUILD", ["v1.2.3-4-gabc1234"], false),
    ])
  func real(name: String, parts: [String], isReal: Bool) {
    #expect(ExampleValue.looksReal(parts.joined(), named: name) == isReal)
  }

  @Test(
    "What asks to be replaced is told from what may be meant",
    arguments: [
      ("your_key_here", true), ("changeme", true), ("<token>", true), ("xxxxxxxx", true), ("put-it-here", true),
      ("true", false), ("localhost", false), ("secret", false), ("", false), ("https://api.example.com", false),
      ("there", false), ("none", false),
    ])
  func placeholder(value: String, isOne: Bool) {
    #expect(ExampleValue.isPlaceholder(value) == isOne)
  }
}
