public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

/// Connects to the named database with libpq and reads its catalog, in a read-only transaction and without waiting for
/// a lock.
public struct PostgresProbe: Probe {
  /// Which database the project means.
  let settings: PostgresSettings

  /// Measures one database.
  public init(_ settings: PostgresSettings) {
    self.settings = settings
  }

  /// What it is called in documents.
  public static let title: StaticString = "PostgreSQL"

  /// `postgres`, or `postgres[NAME]` for a further database.
  public var area: String { Self.area(of: settings) }

  /// The area of a database: `postgres`, or `postgres[NAME]` for a further one.
  public static func area(of settings: PostgresSettings) -> String {
    settings.name.map { "postgres[\($0)]" } ?? "postgres"
  }

  /// One for each database that a project means.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.postgres.probes("postgres") { $0.map { PostgresProbe($0) } }
  }

  /// Where the connection leads to.
  public func settled(_ context: ProbeContext) -> [SettledValue] {
    let target = PostgresTarget(settings, context)
    func values(_ fact: String, _ texts: String?...) -> [SettledValue] {
      let parts = texts.compactMap(\.self).flatMap { [$0] + $0.pieces(between: ",") }
      return Set(parts).sorted().map { SettledValue(FactID("\(area).\(fact)"), $0) }
    }
    return values("host", target.host, target.place.host, settings.host?.value, settings.options["hostaddr"]?.value)
      + values("port", target.place.ports) + values("database", target.place.database)
      + values("user", target.place.user)
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    let target = PostgresTarget(settings, context)
    if settings.isUndecided {
      let advice = PostgresAdvice(area: area, target: target, context: context)
      return Observation(probe: area, facts: [], findings: [advice.undecided])
    }
    if let finding = await untrusted(target, context) {
      return Observation(probe: area, facts: [], findings: [finding])
    }
    // What is left to do after the last answer needs a moment of its own.
    let deadline = Deadline(instant: context.deadline.instant - .milliseconds(150))
    do throws(PostgresError) {
      let session = try await context.host.postgres.connect(target.parameters, deadline: deadline)
      let reading = PostgresReading(area: area, target: target, context: context, session: session)
      let observation = await reading.observe(deadline: deadline)
      await session.close()
      return observation
    } catch {
      let advice = PostgresAdvice(area: area, target: target, context: context)
      let guide = PostgresGuide(target: target, connection: nil)
      let mode = error == .sessionKind ? await mode(target, context, deadline: deadline) : nil
      let recorded = advice.remedies.reconfigure.map { GuideStep($0.command, $0.description) }
      return Observation(
        probe: area, facts: [], findings: [mode.map(advice.wrongKind) ?? advice.lost(error)],
        setup: guide.setup.isEmpty ? recorded : guide.setup,
        verification: guide.verification)
    }
  }

  /// Whether the server that refused this kind of session takes writes; nil where that cannot be told.
  private func mode(_ target: PostgresTarget, _ context: ProbeContext, deadline: Deadline) async -> PostgresCatalog
    .Mode?
  {
    var parameters = target.parameters
    parameters.options["target_session_attrs"] = "any"
    guard let session = try? await context.host.postgres.connect(parameters, deadline: deadline) else { return nil }
    let mode = try? await PostgresCatalog.mode(session, deadline: deadline)
    await session.close()
    return mode
  }

  /// Why the server is not asked: it is on another machine, to which a document leads, or a file that came with the
  /// repository.
  func untrusted(_ target: PostgresTarget, _ context: ProbeContext) async -> Finding? {
    guard !target.isLocal else { return nil }
    let advice = PostgresAdvice(area: area, target: target, context: context)
    if settings.isRecalled { return advice.untrusted("the handoff", advice.remedies.reconfigure) }
    guard let file = settings.placingFile, !TrustStore(context.host).trusts(TrustSubject(context.project)) else {
      return nil
    }
    switch await RepositoryTracking(of: context.path(file), context) {
    case .untracked: return nil
    case .tracked: return advice.untrusted("\(Untrusted(file)), which git tracks,", [Declared.trust])
    case .unknown: return advice.untrusted("\(Untrusted(file)), which git may track,", [Declared.trust])
    }
  }
}

/// What is read through an open connection.
struct PostgresReading {
  let area: String
  let target: PostgresTarget
  let context: ProbeContext
  let session: any PostgresSession

  private static let server = Source(.measured, "the server")

  /// Reads, and goes on where a part could not be read.
  func observe(deadline: Deadline) async -> Observation {
    let advice = PostgresAdvice(area: area, target: target, context: context, connection: session.connection)
    var facts = identity
    var findings: [Finding] = []
    var tables: [PostgresCatalog.Table]?
    let record = PostgresRecord(reading: self, advice: advice)
    findings += record.place(identity)
    await readMode(advice, record, deadline: deadline, &facts, &findings)
    if let finding = await encoding(advice, deadline: deadline) { findings.append(finding) }
    do throws(PostgresError) {
      let read = try await PostgresCatalog.tables(session, deadline: share(of: deadline))
      tables = read
      findings += await record.tables(read, facts, deadline: share(of: deadline))
    } catch {
      findings.append(advice.unread("the tables", error, [id("tables"), id("rows[*]")]))
    }
    // While the server looks for migrations.
    let found = tables
    async let tableFacts = tableFacts(found)
    let migrations = PostgresMigrations(reading: self, advice: advice)
    let status = await migrations.observe(
      tables: tables, deadline: share(of: deadline), facts: &facts, findings: &findings)
    do throws(PostgresError) {
      if let size = try await PostgresCatalog.size(session, tables: tables?.count, deadline: deadline) {
        facts.append(Fact(id("size"), .volatile, .int(size), source: Self.server))
      }
    } catch {
      findings.append(advice.unread("the size", error, [id("size")]))
    }
    let guide = PostgresGuide(target: target, connection: session.connection)
    return Observation(
      probe: area, facts: facts + (await tableFacts), findings: findings,
      summary: summary(tables: tables?.count, status),
      setup: guide.setup, verification: guide.verification)
  }

  /// Whether the server takes writes, and which cluster it is.
  private func readMode(
    _ advice: PostgresAdvice, _ record: PostgresRecord, deadline: Deadline, _ facts: inout [Fact],
    _ findings: inout [Finding]
  ) async {
    do throws(PostgresError) {
      if let mode = try await PostgresCatalog.mode(session, deadline: share(of: deadline)) {
        facts.append(Fact(id("mode"), .state, .string(mode.name), source: Self.server))
        findings += record.mode(mode)
      }
    } catch {
      findings.append(advice.unread("whether it takes writes", error, [id("mode")]))
    }
    do throws(PostgresError) {
      if let cluster = try await PostgresCatalog.cluster(session, deadline: share(of: deadline)) {
        facts.append(Fact(id("cluster"), .progress, .string(cluster), source: Self.server))
      }
    } catch {
      findings.append(advice.unread("which cluster it is", error, [id("cluster")]))
    }
  }

  /// What libpq's other clients meet, who ask for the encoding that PGCLIENTENCODING names; ours asks for its own.
  private func encoding(_ advice: PostgresAdvice, deadline: Deadline) async -> Finding? {
    guard let name = target.parameters.environment["PGCLIENTENCODING"], !name.isEmpty, name.lowercased() != "auto",
      let rows = try? await session.query(
        Self.takesEncoding, parameters: [name], deadline: share(of: deadline)),
      rows.first?.first == "f"
    else { return nil }
    return advice.unknownEncoding
  }

  /// Whether the server takes clients of an encoding: its own one, none (SQL_ASCII), or one with a conversion each way
  /// (https://www.postgresql.org/docs/current/catalog-pg-conversion.html).
  private static let takesEncoding = """
    SELECT client >= 0 AND (client = own OR 0 IN (client, own) OR 2 = (SELECT count(DISTINCT conforencoding)
      FROM pg_conversion WHERE condefault AND conforencoding IN (client, own) AND contoencoding IN (client, own)))
    FROM (SELECT pg_char_to_encoding($1::name) AS client, pg_char_to_encoding(getdatabaseencoding()) AS own) AS encodings
    """

  func id(_ name: String) -> FactID { FactID("\(area).\(name)") }

  /// A part of the time that is left, so that one slow answer does not cost the others theirs.
  private func share(of deadline: Deadline) -> Deadline { .after(deadline.remaining * 0.6) }

  private var identity: [Fact] {
    let connection = session.connection
    let settings = target.settings
    let port = settings.port?.source ?? (settings.options["port"] == nil ? nil : settings.host?.source)
    let other =
      target.parameters.options["service"].map { Source(.pgService, $0) } ?? Source(.defaultValue, "libpq")
    return [
      Fact(id("host"), .identity, .string(shownHost), source: settings.host?.source ?? other),
      Fact(id("port"), .identity, .int(connection.port), source: port ?? other),
      Fact(id("database"), .identity, .string(connection.database), source: settings.database?.source ?? other),
      Fact(id("user"), .identity, .string(connection.user), source: settings.user?.source ?? other),
      Fact(id("server"), .state, .string(connection.serverVersion), source: Self.server),
    ]
  }

  /// The folder of a socket below the user's home is shown as everywhere in documents.
  private var shownHost: String {
    PostgresTarget.shown(session.connection.host, home: context.host.environment.home)
  }

  private func tableFacts(_ tables: [PostgresCatalog.Table]?) -> [Fact] {
    guard let tables else { return [] }
    let names = tables.map { ($0, SQLName.member(schema: $0.schema, table: $0.name)) }.sorted {
      $0.1.precedes($1.1)
    }
    let rows = names.compactMap { table, name in
      table.rows.map { Fact(id("rows[\(name)]"), .volatile, .int($0), source: Self.server) }
    }
    let forbidden = names.filter { !$0.0.isReadable }.map(\.1)
    let foreign = names.filter(\.0.isForeign).map(\.1)
    return [Fact(id("tables"), .set, .strings(names.map(\.1)), source: Self.server)] + rows
      + [Fact(id("foreign"), .volatile, .strings(foreign), source: Self.server)]
      + (forbidden.isEmpty ? [] : [Fact(id("forbidden"), .volatile, .strings(forbidden), source: Self.server)])
  }

  /// `localhost:5443 · gaming_system_ai_core · 30 tables · 7 of 7 migrations`.
  private func summary(tables: Int?, _ status: MigrationStatus?) -> Message {
    let connection = session.connection
    var parts: [Message] = [
      "\(Untrusted(PostgresTarget.address(host: shownHost, port: connection.port)))",
      "\(Untrusted(connection.database))",
    ]
    if let tables { parts.append(tables == 1 ? "1 table" : "\(tables) tables") }
    if let status {
      let applied = status.applied.count
      if let pending = status.pending {
        parts.append("\(applied) of \(applied + pending.count + (status.failed?.count ?? 0)) migrations")
      } else {
        parts.append(applied == 1 ? "1 migration" : "\(applied) migrations")
      }
    }
    return .joined(parts, separator: " · ")
  }
}
