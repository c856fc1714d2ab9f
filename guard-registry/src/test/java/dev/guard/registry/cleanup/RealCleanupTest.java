package dev.guard.registry.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.registry.Credentials;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.inventory.InventoryReader;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.MemoryState;
import dev.guard.registry.rig.StubServer;
import dev.guard.testkit.registry.Publisher;
import dev.guard.testkit.registry.RealRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against CNCF Distribution, anonymous, referrers by fallback tag. */
class RealCleanupTest extends CleanupContract {
  private static @Nullable RealRegistry registry;

  @BeforeAll
  static void start() {
    assumeTrue(RealRegistry.installed());
    registry = RealRegistry.start();
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private static RealRegistry registry() {
    return Objects.requireNonNull(registry);
  }

  @Override
  URI uri() {
    return registry().uri();
  }

  @Override
  Credentials credentials() {
    return Credentials.none();
  }

  @Override
  Publisher publisher() {
    return registry().publisher();
  }

  @Test
  void h41_whereDeletionIsOff_theRunHaltsBeforeItsFirstAct() {
    ContentDigest image = old("h41c/app", "v1", "x");
    try (RealRegistry off =
        RealRegistry.builder().root(registry().root()).deleteDisabled().start()) {
      RegistryClient refusing = RegistryClient.at(off.uri()).time(time).build();
      RepositoryPatterns patterns = RepositoryPatterns.of(List.of("h41c/app"));
      ImageCleanup cleanup =
          ImageCleanup.of(
              InventoryReader.of(refusing, patterns),
              CleanupPolicy.over(patterns, AgeSource.CREATED, Duration.ofDays(30)),
              ImageNames.of(refusing.host()),
              new MemoryState(),
              time);
      Report report = run(cleanup);
      assertThat(report.halted()).isPresent();
      assertThat(report.halted().orElseThrow().toString()).contains("DISABLED");
      assertThat(report.count(Report.Fate.DONE)).isZero();
    }
    assertThat(client.head("h41c/app", "v1").get()).isEqualTo(image);
  }

  @Test
  void h87_planAndRehearsal_sendNothingButReads_andTheProbeComesWithTheFirstAct() {
    ContentDigest image = old("h87/app", "v1", "x");
    try (StubServer proxy = new StubServer()) {
      proxy.forwardingTo(uri());
      RegistryClient watched = RegistryClient.at(proxy.uri()).time(time).build();
      RepositoryPatterns patterns = RepositoryPatterns.of(List.of("h87/*"));
      ImageCleanup cleanup =
          ImageCleanup.of(
              InventoryReader.of(watched, patterns),
              CleanupPolicy.over(patterns, AgeSource.CREATED, Duration.ofDays(30)),
              ImageNames.of(watched.host()),
              new MemoryState(),
              time);
      Plan plan = guard(cleanup, false).plan(cleanup.propose().selection());
      assertThat(guard(cleanup, false).apply(plan, cleanup.effect()).count(Report.Fate.SIMULATED))
          .isEqualTo(1);
      assertThat(proxy.lines())
          .isNotEmpty()
          .allMatch(line -> line.startsWith("GET ") || line.startsWith("HEAD "));
      assertThat(there("h87/app", image)).isTrue();

      assertThat(guard(cleanup, true).apply(plan, cleanup.effect()).count(Report.Fate.DONE))
          .isEqualTo(1);
      assertThat(proxy.lines())
          .filteredOn(line -> !line.startsWith("GET ") && !line.startsWith("HEAD "))
          .containsExactly(
              "DELETE /v2/h87/app/manifests/" + ContentDigest.ZERO,
              "DELETE /v2/h87/app/manifests/" + image);
    }
  }
}
