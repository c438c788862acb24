import HandoffSecrets
import HandoffText
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct OrdinaryDocumentTests {
  static let document = """
    # Post cleanup

    2025-11-07 23:15 UTC · status: ready · priority: high

    > Read `handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md`, run `handoff verify`, then go on with the next steps.

    ## What must be mended first

    - **postgres.password** `localhost:5443` refuses the password of role `postgres` (28P01): check `DB_PASSWORD` in `.env`.
    - **aws.wrong-secret** the secret of access key of profile `dev` is wrong. Run `aws configure --profile dev`.
    - **environment.missing** `STORY_KEY`, `API_TOKEN` are not set.

    ## Environment setup

    ### AWS
    **Status**: account `695353648052`, region `us-east-1`, `arn:aws:iam::695353648052:user/deploy`, credentials from `shared-credentials-file`

    ```bash
    export AWS_PROFILE=dev
    export AWS_ACCESS_KEY_ID=…        # of an account that may read
    export AWS_SECRET_ACCESS_KEY=…
    aws configure
    ```
    ```powershell
    $env:AWS_PROFILE = 'dev'
    $env:AWS_SECRET_ACCESS_KEY = '…'
    ```

    ### Database
    ```bash
    export PGPASSWORD='<password>'
    psql -h localhost -U postgres -d gaming_system_ai_core -p 5443 -c '\\dt'
    psql "host=localhost port=5443 dbname=gaming_system_ai_core user=postgres password=$PGPASSWORD"
    ```

    | variable | where |
    |---|---|
    | `DB_PASSWORD` | `.env` |
    | `STORY_KEY` | missing |
    | `AWS_SECRET_ACCESS_KEY` | environment |
    | `API_TOKEN` | `.env.example` |

    | container | image | state |
    |---|---|---|
    | `aicore-secrets-1` | `hashicorp/vault:1.13.2` | running |
    | `aicore-auth-token-service` | `sha256:5d0da3dc976460b72c77d94c8a1ad043720b0416bfc16c52c45d4847e53fadb6` | restarting |

    ## Decisions
    - Passwords are hashed with argon2id; tokens expire after 30d.
    - The primary key: `id uuid`. Token: see the vault. Secret rotation: every 90 days.
    - Commit 9fceb02d0ae598e95dc970b74767f19372d61af8 added password reset (#1234).

    <details><summary>Facts</summary>

    ```json
    {"class":"map","id":"python.packages","source":"measured: pip","value":{
      "detect-secrets": "1.5.0",
      "keyring": "25.2.1",
      "passlib": "1.7.4.post1",
      "PyJWT": "2.8.0",
      "tokenizers": "0.19.1+cu121",
      "zope.password": "4.4"
    }}
    {"class":"set","id":"postgres.tables","source":"measured: server","value":["auth.tokens","public.password_resets","public.users"]}
    {"class":"volatile","id":"postgres.rows[public.password_resets]","source":"measured: server","value":1842}
    {"class":"set","id":"environment.required","source":"file: .env.example","value":["API_TOKEN","DB_PASSWORD","STORY_KEY"]}
    {"class":"state","id":"aws.credentials","source":"shared-credentials-file: dev","value":"shared-credentials-file"}
    {"class":"progress","id":"git.head","source":"measured: git","value":"9fceb02d0ae598e95dc970b74767f19372d61af8"}
    {"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
    ```
    </details>
    """

  @Test func nothingIsFoundInAnOrdinaryHandoff() {
    let hits = SecretScanner().scan(Self.document)
    #expect(hits.isEmpty, "\(hits.map(\.message.terminal))")
  }

  @Test func oneLineOfTheLearningsIsFoundInIt() {
    let password = "Sunn" + "1day!"
    let hits = SecretScanner().scan(Self.document + "\n   DB_PASSWORD=" + password + "\n   ```\n")
    #expect(hits.map(\.rule) == ["assignment"])
    #expect(hits.first?.subject?.raw == "DB_PASSWORD")
    #expect(hits.first?.line == Self.document.split(separator: "\n", omittingEmptySubsequences: false).count + 1)
  }

  /// The processor time of one scan in seconds, the best of three: other work on the machine does not count.
  private func cost(_ text: String) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    return (0..<3).map { _ in
      let start = now()
      _ = SecretScanner().scan(text)
      return now() - start
    }.min() ?? 0
  }

  @Test(arguments: [
    Self.document, "password=\"a password=\"a ", "aaaa:aaaa@aaaa://", "eyJ.eyJ.eyJ.", "eyJ-", "eyJaaaaaaaaaa.",
    "-----BEGIN A ",
    "| token ", "IQoJb3JpZ2lu-", "IQoJb3JpZ2lu=", "key: \\", "a:1234:a:a:", "://a:b",
  ])
  func timeGrowsWithTheLengthAlone(line: String) {
    let small = String(repeating: line, count: max(1, 4_000 / line.utf8.count))
    let (first, second) = (cost(small), cost(String(repeating: small, count: 8)))
    #expect(second < first * 24, "\(first) and \(second)")
  }
}
