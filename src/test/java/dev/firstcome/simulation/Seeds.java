package dev.firstcome.simulation;

import dev.firstcome.simulation.History.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Many histories, each on one thread, several at once: they share nothing. */
record Seeds(long from, long number) {

  static final int THREADS = Runtime.getRuntime().availableProcessors();

  /** Enough to see what is wrong. */
  private static final int MOST_BROKEN = 20;

  Stream<Long> numbers() {
    return LongStream.range(from, from + number).boxed();
  }

  /** The seeds whose histories break a promise, and what they break. Stops when there are many. */
  Map<Long, List<String>> broken(Variant variant) {
    return broken(variant, "", MOST_BROKEN);
  }

  /**
   * @param promise what has to be among the broken promises
   * @param most after how many to stop
   */
  Map<Long, List<String>> broken(Variant variant, String promise, int most) {
    Map<Long, List<String>> broken = new ConcurrentSkipListMap<>();
    AtomicLong next = new AtomicLong(from);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<Void>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        workers.add(
            () -> {
              for (long seed; (seed = next.getAndIncrement()) < from + number; ) {
                Outcome outcome = History.of(seed, variant, false);
                if (outcome.violations().stream().anyMatch(text -> text.startsWith(promise))) {
                  broken.put(seed, outcome.violations());
                }
                if (broken.size() >= most) {
                  break;
                }
              }
              return null;
            });
      }
      for (Future<Void> worker : threads.invokeAll(workers)) {
        worker.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return broken;
  }
}
