import HandoffSecrets
import HandoffText
import Testing

@Suite struct AssignmentTests {
  /// `%` is the password.
  static let forms = [
    "DB_PASSWORD=%", "   DB_PASSWORD=%", "export PGPASSWORD='%'", "$env:DB_PASSWORD = \"%\"", "MYSQL_PWD=% mysql -h x",
    "password: %", "  password: \"%\"", "- password: '%'  # of the database", "\"password\": \"%\",",
    "{\"dbPassword\":\"%\"}",
    "\\\"password\\\": \\\"%\\\"", "Password: %", "**Password**: %", "**Password:** %", "- Password: `%`",
    "| DB_PASSWORD | % |", "| `DB_PASSWORD` | `%` | local |", "The password is %.", "the database password was `%`",
    "host=localhost port=5443 user=postgres password=% dbname=x", "spring.datasource.password=%",
    "jdbc:postgresql://localhost/db?user=app&password=%&ssl=true", "psql --password % -l", "ADMIN_PASS=%",
    "${DB_PASSWORD:-%}", "passphrase = %", "set password = '%';", "POSTGRES_PASSWORD: %", "PASSWORD := \"%\"",
    "mysql -uroot -p% app", "sshpass -p % ssh host", "localhost:5443:gaming_system:postgres:%", "redis-cli -a % ping",
    "curl -u admin:% http://localhost", "db_password => \"%\"", "Password:%", "pwd: %",
  ]

  @Test(arguments: forms)
  func aShortPasswordIsFound(form: String) {
    for seed in UInt64(1)...48 {
      let password = Material.password(seed)
      for ending in ["\n", "\r\n", ""] {
        let hits = SecretScanner().scan("# notes\n\n" + form.replacing("%", with: password) + ending + "next\n")
        #expect(hits.count == 1 && hits.first?.line == 3, "\(form) with \(password): \(hits)")
      }
    }
  }

  /// `%` is a random value.
  @Test(arguments: [
    "API_KEY=%", "apiKey: \"%\"", "secret_key: %", "client_secret=%", "ACCESS_TOKEN='%'", "X-API-Key: %",
    "Authorization: Bearer %", "token = \"%\"", "| API token | `%` |", "AWS_SECRET_ACCESS_KEY=%",
    "\"SecretAccessKey\": \"%\"",
    "?access_token=%", "//registry.example.org/:_authToken=%", "AccountKey=%", "SECRET_KEY_BASE: %", "API key: %",
    "--api-key %", "STORY_KEY=%", "signing key is `%`",
  ])
  func aRandomValueIsFound(form: String) {
    for seed in UInt64(1)...40 {
      let value = Material.random(32 + Int(seed % 9), of: Material.alphanumeric, seed: seed)
      #expect(SecretScanner().scan(form.replacing("%", with: value)).count == 1, "\(form) with \(value)")
    }
  }

  /// `%` is a password of words and a number.
  @Test(arguments: [
    "set the password to %", "password is now %", "new password %", "The password for staging is `%`.",
    "The password (%) works", "password \"%\"", "use % as the password", "Log in with `%` as its password.", "pw: %",
    "PW=%", "passwd %", "Passwort: %", "Das Passwort lautet %", "Kennwort: %", "contraseña: %", "contrasen\u{303}a: %",
    "La contraseña es %.", "credentials: admin / %", "credentials: admin:%", "changed the password to `%`",
    "the password of the admin user was %", "The password is set to %", "password for staging: %",
    "{\"note\": \"the new password \\\"%\\\"\"}",
    "spring.cloud.stream.kafka.binder.configuration.sasl.jaas.config.password=%",
  ])
  func aPasswordThatIsSaidIsFound(form: String) {
    for password in ["Tulip-99-red", "Tulip99red", "Cobalt_42_amber", "Walnut!77!green"] {
      let redacted = SecretScanner().redacted("# notes\n\n" + form.replacing("%", with: password) + "\nnext\n")
      #expect(redacted == "# notes\n\n" + form.replacing("%", with: "***") + "\nnext\n")
    }
    #expect(SecretScanner().scan("Das Passwort lautet Geheim" + "123").map(\.rule) == ["assignment"])
  }

  @Test(arguments: [
    "password: unchanged", "password: rotated yesterday", "Passwort: siehe Tresor", "The password is swordfish.",
    "password authentication failed for user x1", "the password of 2025-11-07", "password reset v2.1",
    "password policy: 12+ characters", "passwords are in vault-7", "Fix the password (#1234)", "password PROJ-123",
    "password PROJ-123-reset-form", "password SHA-256-hashed", "use Argon2id as the password hash",
    "moved the password to config/settings2.yml", "moved the password to settings2.yml", "password me2@host.example",
    "renamed the password to DB_PASSWORD_2", "did you change the password again?", "the password is SHA-256-hashed",
    "password test_login_2", "password 9f1c2d3", "password 12-character minimum", "password host1:5432",
    "password (8–64 chars)", "password hash2()", "log in with user1 as password", "password OAuth2",
    "password Python3.12",
    "credentials: ci / us-east-1", "credentials: see vault / kv-v2", "the password for db-1 was rotated on 2025-11-07",
    "pass 123456 tests", "user, pw = auth.split(':', 1)", "pw = self.passwords[netloc]",
    "[credentials]: https://example.org/page1#credentials",
    "credentials: arn:aws:iam::123456:user/x1", "pass: 1234, fail: 3", "password_resets=123456", "pwd Tulip-99-red",
  ])
  func whatIsSaidOfPasswordsIsNotFound(line: String) {
    #expect(SecretScanner().scan(line).map(\.message.terminal) == [])
  }

  @Test(arguments: ["db_pass=48213377", "DB_PASS: 48213377", "password=482133", "db_pass is 48213377"])
  func aPasswordOfDigitsIsFound(line: String) {
    #expect(SecretScanner().scan(line).map(\.rule) == ["assignment"])
  }

  @Test(
    "A value that names stand in is not read again for each of them", .timeLimit(.minutes(1)),
    arguments: ["key=", "key='", "key=&", "token|", "key: bearer ", "key)))", "auth is "])
  func aValueOfManyNames(part: String) {
    #expect(SecretScanner().scan(String(repeating: part, count: 200_000 / part.utf8.count)).isEmpty)
  }

  @Test(arguments: [
    "AWS_ACCESS_KEY_ID=your_key_here", "AWS_SECRET_ACCESS_KEY=your_secret_here", "$env:AWS_SECRET_ACCESS_KEY = \"...\"",
    "DB_PASSWORD=", "DB_PASSWORD=changeme", "DB_PASSWORD=<password>", "DB_PASSWORD=${DB_PASSWORD}",
    "PASSWORD=$PASSWORD",
    "password: ********", "password: \"{{ db_password }}\"", "Password: required", "Token: expired", "secrets: none",
    "export PGPASSWORD=…", "password = os.environ[\"DB_PASSWORD\"]", "const token = process.env.API_TOKEN;",
    "password: str = None", "The password is wrong.", "the password is not accepted", "password authentication failed",
    "| `DB_PASSWORD` | `.env` |", "| `API_TOKEN` | environment variable |",
    "`postgres.password`: the password was refused",
    "- DB_PASSWORD, STORY_KEY", "\"environment.missing\": [\"DB_PASSWORD\"]", "max_tokens: 4096", "tokens: 128000",
    "`detect-secrets` 1.5.0", "\"detect-secrets\": \"1.5.0\",", "\"tokenizers\": \"0.19.1\"", "secretstorage==3.3.3",
    "public.password_resets", "table public.tokens: 1234 rows", "password_file: /run/secrets/db",
    "SECRET_FILE=/run/secrets/x",
    "SSH_KEY_PATH=~/.ssh/id_ed25519", "secret: /run/secrets/db_password", "token_url: https://example.org/token",
    "key: value", "primary key: id", "API_KEY=process.env.KEY", "aws.credentials: shared-credentials-file",
    "aws configure set aws_secret_access_key", "pass: 12, fail: 3", "passed: 7 of 7", "Keyboard: qwertz",
    "author: somebody",
    "authentication: scram-sha-256", "password_encryption = scram-sha-256", "Monkey: 12345", "compass: north2024",
    "sort key = created_at_2024", "if password == expected2:", "PASSWORD=password", "`--password` asks for it",
    "docker.container[secrets].state: running", "cookie: none", "SECRET_NAME=prod/db/main2", "token=<token>",
    "key \"abc\" of the map", "Signature: none", "secret: 2 days old", "AWS_PROFILE=dev", "password: see 1Password",
    "git switch feature/password-reset-2", "9f1c2d3 Change the password: reset form", "DB_PASSWORD is set in .env",
  ])
  func whatIsNoSecretIsNotFound(line: String) {
    let hits = SecretScanner().scan(line)
    #expect(hits.isEmpty, "\(hits)")
  }
}
