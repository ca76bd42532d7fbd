package dev.firstcome.infra.postgres;

/** Tells what a failure of the store means for a batch. */
@FunctionalInterface
public interface FailureClassifier {

  Failure classify(Throwable failure);
}
