package dev.firstcome.infra.observe;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The span of a batch belongs to the trace of the first who waits for it, and links to those of the
 * others: a batch of one, as under light load, is then seen in one trace whole.
 */
final class BatchSpans implements TracingObservationHandler<BatchSpans.Batch> {

  private final Tracer tracer;

  BatchSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  /** The observation of one batch, with those of its callers that are traced. */
  static final class Batch extends Observation.Context {

    private final List<Observation> callers;

    Batch(List<Observation> callers) {
      this.callers = callers;
    }
  }

  @Override
  public Tracer getTracer() {
    return tracer;
  }

  @Override
  public boolean supportsContext(Observation.Context context) {
    return context instanceof Batch;
  }

  @Override
  public void onStart(Batch batch) {
    List<Span> callers =
        batch.callers.stream().map(BatchSpans::span).filter(Objects::nonNull).toList();
    Span.Builder span = tracer.spanBuilder();
    if (callers.isEmpty()) {
      span.setNoParent();
    } else {
      span.setParent(callers.get(0).context());
      callers.stream().skip(1).map(Link::new).forEach(span::addLink);
    }
    getTracingContext(batch).setSpan(span.start());
  }

  private static @Nullable Span span(Observation caller) {
    TracingContext traced = caller.getContextView().get(TracingContext.class);
    return traced == null ? null : traced.getSpan();
  }

  @Override
  public void onStop(Batch batch) {
    Span span = getRequiredSpan(batch);
    span.name(getSpanName(batch));
    tagSpan(batch, span);
    endSpan(batch, span);
  }
}
