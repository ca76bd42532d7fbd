package dev.firstcome.engine.batch;

import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;

/** This room for a simulated instance: made of its real classes. */
public final class AsideParts {

  public final BatchRunner runner;
  public final SetAside aside;

  public AsideParts(Database database, PeriodicJobs jobs, MeterRegistry meters) {
    runner = new BatchRunner(database);
    aside = new SetAside(database, jobs, meters);
  }
}
