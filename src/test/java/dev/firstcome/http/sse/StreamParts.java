package dev.firstcome.http.sse;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.infra.jobs.JobSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/** This room with its default settings, for tests of handlers that have a stream besides. */
public final class StreamParts {

  private StreamParts() {}

  public static Streams streams() {
    return new Streams(
        settings("firstcome.streams", StreamSettings.class),
        settings("firstcome.web", WebSettings.class),
        BatchParts.loops(
            settings("firstcome.loops", JobSettings.class), Schedulers.parallel(), () -> 0.5),
        JsonMapper.shared(),
        new SimpleMeterRegistry());
  }

  private static <T> T settings(String prefix, Class<T> type) {
    return new Binder(new MapConfigurationPropertySource(Map.of()))
        .bindOrCreate(prefix, Bindable.of(type));
  }
}
