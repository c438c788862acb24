public import HandoffModel

extension DockerProbe {
  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "docker.engine", .state, order: .higherIsBetter, title: "Docker engine", isHead: true,
      meaning: "version, as the engine says it"),
    FactDefinition(
      "docker.endpoint", .state, title: "Docker endpoint", meaning: "path of the socket, or the address, without user"),
    FactDefinition(
      "docker.containers", .set, title: "containers",
      meaning: "names of the project's containers, running or not, without those of `docker compose run`"),
    FactDefinition(
      "docker.container[*].image", .identity, title: "image", memberOf: "docker.containers",
      meaning: "image, as it was asked for"),
    FactDefinition(
      "docker.container[*].ports", .state, title: "published ports", memberOf: "docker.containers",
      meaning: "published ports, as they were asked for, sorted; `80/tcp` where any port of the host will do"),
    FactDefinition(
      "docker.container[*].state", .state,
      order: .ranked([["running", "completed"], ["restarting", "paused"], ["exited", "dead", "created", "removing"]]),
      title: "state", memberOf: "docker.containers",
      meaning:
        "`running`, `restarting` (also between the restarts of a loop), `paused`, `exited`, `dead`, `created`; `completed` where another service waits for its end, and it ended well"
    ),
    FactDefinition(
      "docker.container[*].health", .state, order: .ranked([["healthy"], ["starting"], ["unhealthy"]]),
      title: "health", memberOf: "docker.containers", dependsOn: "docker.container[*].state",
      meaning: "`healthy`, `starting`, `unhealthy`, of a running container that has a health check"),
    FactDefinition(
      "docker.container[*].source", .state, order: .ranked([["current"], ["unknown"], ["stale"]]), title: "source",
      memberOf: "docker.containers",
      meaning:
        "`current`, `stale`, `unknown`: whether the source of its image, or the image's base, changed after it was built"
    ),
    FactDefinition(
      "docker.container[*].sourceDigest", .volatile, title: "digest of the source", memberOf: "docker.containers",
      meaning: "digest of the files that its image is built from, as they are now"),
    FactDefinition(
      "docker.container[*].imageID", .volatile, title: "image id", memberOf: "docker.containers",
      meaning: "id of the image that it was made from"),
    FactDefinition(
      "docker.container[*].restarts", .volatile, title: "restarts", memberOf: "docker.containers",
      meaning: "how often its restart policy started it again"),
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("docker.no-engine", "no Docker engine listens there"),
    FindingDefinition("docker.not-permitted", "the Docker socket may not be used"),
    FindingDefinition("docker.wrong-context", "the Docker context is missing or points nowhere"),
    FindingDefinition("docker.invalid-host", "DOCKER_HOST is not an address"),
    FindingDefinition(
      "docker.settings-unreadable", "a file that would say where the engine is cannot be read"),
    FindingDefinition("docker.tls", "the encrypted connection to the engine is not set up right"),
    FindingDefinition("docker.unreachable", "the engine's machine cannot be reached"),
    FindingDefinition("docker.unexpected-answer", "the engine's answer could not be understood"),
    FindingDefinition("docker.other-socket", "the docker command does not look where the engine is"),
    FindingDefinition("docker.other-endpoint", "another engine than recorded"),
    FindingDefinition("docker.container-exited", "a container that should run does not"),
    FindingDefinition("docker.container-not-started", "a container was created and never started"),
    FindingDefinition("docker.container-paused", "a container is paused"),
    FindingDefinition("docker.container-restarting", "a container restarts in a loop"),
    FindingDefinition("docker.container-unhealthy", "a container's health check fails"),
    FindingDefinition("docker.container-starting", "a container's health check has not passed yet"),
    FindingDefinition("docker.container-gone", "a container of the handoff is not there"),
    FindingDefinition("docker.service-down", "a service of the compose file has no container"),
    FindingDefinition(
      "docker.service-changed",
      "a container has another image, ports or network than the compose file asks for, or a service fewer containers"),
    FindingDefinition("docker.service-undefined", "a container's service is no longer in the compose file"),
    FindingDefinition("docker.port-taken", "something else has the port that a container publishes"),
    FindingDefinition("docker.image-replaced", "a container runs another image than its tag now means"),
    FindingDefinition("docker.image-stale", "the source of a container's image changed after it was built"),
    FindingDefinition("docker.source-unseen", "whether an image is as new as its source could not be seen this time"),
    FindingDefinition(
      "docker.compose-invalid", "the compose file cannot be read, or compose refuses it"),
    FindingDefinition(
      "docker.file-unreadable", "a file that would say which containers are the project's cannot be read"),
  ]
}
