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
