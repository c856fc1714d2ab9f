package dev.guard.architecture.wronghouse.protection;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Each method breaks one manner. */
final class Machine {
  Instant instant() {
    return Instant.now();
  }

  Supplier<Instant> reference() {
    return Instant::now;
  }

  LocalDate today() {
    return LocalDate.now();
  }

  Clock clock() {
    return Clock.systemUTC();
  }

  long nanos() {
    return System.nanoTime();
  }

  long millis() {
    return System.currentTimeMillis();
  }

  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  Thread thread() {
    return new Thread(() -> {});
  }

  Object pool() {
    return Executors.newCachedThreadPool();
  }

  Object common() {
    return CompletableFuture.supplyAsync(() -> 1);
  }

  long parallel() {
    return List.of(1).parallelStream().count();
  }

  int dice() {
    return new Random().nextInt();
  }

  int localDice() {
    return ThreadLocalRandom.current().nextInt();
  }

  double mathDice() {
    return Math.random();
  }

  UUID uuid() {
    return UUID.randomUUID();
  }

  boolean filesExists(Path path) {
    return Files.exists(path);
  }

  boolean filesIsDirectory(Path path) {
    return Files.isDirectory(path);
  }

  boolean fileExists(Path path) {
    return path.toFile().exists();
  }
}
