package dev.firstcome.simulation;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseFailures;
import dev.firstcome.infra.postgres.DatabaseParts;
import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.simulation.Statements.Body;
import io.r2dbc.spi.ConnectionFactory;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The shop as it is, or broken on purpose in some way that the simulation has to see. */
final class Variant {

  private final Map<String, UnaryOperator<String>> programs = new HashMap<>();
  private final Map<String, String> changed = new ConcurrentHashMap<>();
  private final Map<String, UnaryOperator<Body>> statements = new HashMap<>();
  private final Set<String> off = new HashSet<>();
  private Function<ConnectionFactory, Database> database = DatabaseParts::database;
  private Function<World, Faults> faults = Faults::any;
  private UnaryOperator<Failure> kinds = UnaryOperator.identity();
  private boolean freshKeys;
  private boolean releasing;
  private boolean preloaded;
  private boolean comparing = true;
  private boolean waitingForLocks;
  private boolean instancesTime;
  private boolean showingByClock;
  private final Set<Strain> strains = EnumSet.allOf(Strain.class);
  private boolean limited;

  static Variant asBuilt() {
    return new Variant();
  }

  /** Another text in a script's place. */
  Variant lua(String script, String part, String other) {
    programs.put(
        script,
        source -> {
          if (!source.contains(part)) {
            throw new IllegalStateException(script + " has no longer: " + part);
          }
          return source.replace(part, other);
        });
    return this;
  }

  /** Another effect in a statement's place. */
  Variant sql(String statement, UnaryOperator<Body> other) {
    statements.put(statement, other);
    return this;
  }

  /** A constraint, or a guard in a statement, that does not hold. */
  Variant without(String constraint) {
    off.add(constraint);
    return this;
  }

  Variant database(Function<ConnectionFactory, Database> made) {
    database = made;
    return this;
  }

  Variant faults(Function<World, Faults> drawn) {
    faults = drawn;
    return this;
  }

  /** Each attempt under a key of its own. */
  Variant withFreshKeys() {
    freshKeys = true;
    return this;
  }

  /** A batch whose end is unknown is taken for a refused one. */
  Variant releasing() {
    releasing = true;
    return this;
  }

  /** Every campaign is loaded before anybody asks. */
  Variant preloaded() {
    preloaded = true;
    return this;
  }

  /** Whoever waits for a lock waits until it is there. */
  Variant withoutLockTimeout() {
    waitingForLocks = true;
    return this;
  }

  /** A locked row is taken for a database that is away: its whole batch is refused. */
  Variant refusingAllForALockedRow() {
    kinds = kind -> kind == Failure.LOCKED ? Failure.UNAVAILABLE : kind;
    return this;
  }

  Failure kindOf(Throwable failure) {
    return kinds.apply(DatabaseFailures.classify(failure));
  }

  /** Scripts are told the time by who runs them. */
  Variant withInstancesTime() {
    instancesTime = true;
    return this;
  }

  /** An order is shown as expired when an instance's clock says so. */
  Variant showingByClock() {
    showingByClock = true;
    return this;
  }

  /** Nobody holds the gates against the database. */
  Variant withoutComparison() {
    comparing = false;
    return this;
  }

  Variant spared(Strain strain) {
    strains.remove(strain);
    return this;
  }

  boolean has(Strain strain) {
    return strains.contains(strain);
  }

  /** A limit on stock that binds what comes back, too. */
  Variant withStockLimit() {
    limited = true;
    return this;
  }

  boolean limitsStock() {
    return limited;
  }

  String lua(String script, String source) {
    UnaryOperator<String> other = programs.get(script);
    return other == null ? source : changed.computeIfAbsent(source, other);
  }

  Body body(String statement, Body real) {
    UnaryOperator<Body> other = statements.get(statement);
    return other == null ? real : other.apply(real);
  }

  boolean enforces(String constraint) {
    return !off.contains(constraint);
  }

  Database database(ConnectionFactory connections) {
    return database.apply(connections);
  }

  Faults faults(World world) {
    return faults.apply(world);
  }

  String key(String key, int attempt) {
    return freshKeys ? key + "/" + attempt : key;
  }

  boolean isPreloaded() {
    return preloaded;
  }

  boolean compares() {
    return comparing;
  }

  boolean waitsForLocks() {
    return waitingForLocks;
  }

  boolean isInstancesTime() {
    return instancesTime;
  }

  boolean showsByClock() {
    return showingByClock;
  }

  boolean releases() {
    return releasing;
  }
}
