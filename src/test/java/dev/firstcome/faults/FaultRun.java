package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.SeedRun.Result;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * The command {@code src/test/check faults}. Its exit code is 0 if nothing was lost, sold twice,
 * answered wrongly or held for ever, and no event loop was blocked.
 */
final class FaultRun {

  private static final Path FOLDER = Path.of("target", "faults");

  /** Seeds between two waits for the sweeps, which have a patience of 30 s and look every 10 s. */
  private static final int SWEEP_EVERY = 10;

  private static final Duration SWEEP_LIMIT = Duration.ofSeconds(60);

  /** A line each; more say no more. */
  private static final int SHOWN = 40;

  private final List<String> violations = new ArrayList<>();
  private final Arena arena;
  private final Tokens tokens;

  private FaultRun(Arena arena, Tokens tokens) {
    this.arena = arena;
    this.tokens = tokens;
  }

  public static void main(String[] args) throws Exception {
    Logs logs = new Logs(FOLDER);
    logs.clear();
    byte[] random = new byte[32];
    new Random().nextBytes(random);
    String mode = args.length > 0 ? args[0] : "";
    String secret = Base64.getEncoder().encodeToString(random);
    HttpClient http = Door.client();
    int found;
    int instances = Integer.parseInt(System.getenv().getOrDefault("INSTANCES", "2"));
    Nodes nodes = Nodes.ofTheEnvironment();
    Stores stores =
        mode.equals("failover") || mode.equals("replica") ? Stores.replicated() : Stores.start();
    List<String> shop = shop(mode.equals("redis"));
    try (Arena arena = Arena.open(instances, stores, nodes, shop, secret, FOLDER.toFile(), http)) {
      say("%s", arena.label());
      FaultRun run = new FaultRun(arena, new Tokens(secret));
      run.go(mode);
      run.violations.addAll(logs.blocked());
      logs.tellErrors();
      found = run.conclude();
    }
    System.exit(found == 0 ? 0 : 1);
  }

  private void go(String mode) throws Exception {
    switch (mode) {
      case "" -> seeds();
      case "redis" -> violations.addAll(new RedisLoss(arena, tokens).run());
      case "failover" -> violations.addAll(new PrimaryLoss(arena, tokens).run());
      case "replica" -> violations.addAll(new StaleReads(arena, tokens).run());
      case "rolling" -> violations.addAll(new RollingUpdate(arena, tokens).run());
      default -> throw new IllegalArgumentException("no such run: " + mode);
    }
  }

  private void seeds() throws Exception {
    long[] seeds = chosen();
    Report report = new Report();
    for (int i = 0; i < seeds.length; i++) {
      report.add(run(seeds[i]));
      if (i % SWEEP_EVERY == SWEEP_EVERY - 1 || i == seeds.length - 1) {
        swept(seeds[i]);
      }
    }
    System.out.println();
    System.out.println(report.table());
    List<Kind> first = arena.kinds();
    if (seeds.length >= first.size() && !report.missing(first).isEmpty()) {
      violations.add("the plan has no " + report.missing(first));
    }
  }

  private Result run(long seed) throws Exception {
    Plan plan = arena.plan(seed);
    long start = System.nanoTime();
    // A name that no other run of the same seed has used: the database stays.
    Result result = new SeedRun(arena, plan, "s%d-".formatted(seed), tokens).run();
    arena.awaitWhole();
    say(
        "seed %d: %s: %d requests, %d violations, %d s",
        seed,
        plan.faults(),
        result.requests(),
        result.violations().size(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    result.violations().stream().limit(SHOWN).forEach(v -> say("  VIOLATION %s", v));
    result.violations().forEach(v -> violations.add("seed %d: %s".formatted(seed, v)));
    return result;
  }

  /** Nothing is held for ever. */
  private void swept(long seed) throws InterruptedException {
    Gates gates = arena.gates();
    SeedRun.awaitNone(() -> gates.tooStrict(false), SWEEP_LIMIT)
        .forEach(v -> violations.add("until seed %d: held for ever: %s".formatted(seed, v)));
  }

  private int conclude() {
    violations.stream().limit(SHOWN).forEach(v -> say("VIOLATION %s", v));
    say("%d violations", violations.size());
    return violations.size();
  }

  /** {@code SEED}: this one; {@code SEEDS}: so many, from 1 or from that one. */
  private static long[] chosen() {
    String first = System.getenv().getOrDefault("SEED", "");
    String number = System.getenv().getOrDefault("SEEDS", first.isEmpty() ? "50" : "1");
    long from = first.isEmpty() ? 1 : Long.parseLong(first);
    return LongStream.range(from, from + Integer.parseInt(number)).toArray();
  }

  /**
   * The jar of production, unpacked so that it starts quickly; or everything, under BlockHound; or,
   * with CLASSES=1, what was compiled last.
   *
   * @param measured whether it is to be as fast as in production; else the quick compiler will do:
   *     those processes live for seconds, on cores that they share
   */
  private static List<String> shop(boolean measured) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    if (!measured) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    if ("1".equals(System.getenv("CLASSES"))) {
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add("dev.firstcome.Firstcome");
    } else if ("1".equals(System.getenv("BLOCKHOUND"))) {
      command.add("-XX:+AllowRedefinitionToAddDeleteMethods");
      command.add("-XX:+EnableDynamicAgentLoading");
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(HoundedShop.class.getName());
    } else {
      command.addAll(List.of("-jar", extract(command.get(0)).toString()));
    }
    return command;
  }

  private static Path extract(String java) throws IOException, InterruptedException {
    Path shop = FOLDER.resolve("shop");
    File log = FOLDER.resolve("extract.log").toFile();
    int code =
        new ProcessBuilder(
                java,
                "-Djarmode=tools",
                "-jar",
                "target/firstcome.jar",
                "extract",
                "--force",
                "--destination",
                shop.toString())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("cannot unpack the jar, see " + log);
    }
    return shop.resolve("firstcome.jar");
  }

  static void say(String format, Object... arguments) {
    System.out.println("faults: " + format.formatted(arguments));
  }
}
