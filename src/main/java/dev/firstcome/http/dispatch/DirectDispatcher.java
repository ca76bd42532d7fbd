package dev.firstcome.http.dispatch;

import dev.firstcome.http.dispatch.RouteTable.Match;
import dev.firstcome.http.problem.ProblemDoor;
import dev.firstcome.refusal.Refused;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.http.codec.HttpMessageReader;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shop's own requests go through the filters straight to the handler that the {@link
 * RouteTable} has for them; all others, the actuator's and those for nothing at all, to Spring's
 * dispatcher. Asking every mapping of the dispatcher one after the other, and leaving a checkpoint
 * at every filter, costs as much as the rest of a request (docs/decisions/0012).
 *
 * <p>A refusal is an ordinary answer here, written at once; what fails goes Spring's way.
 *
 * <p>A handler runs under the {@link NonCancellable}, up to its answer but without the writing of
 * it: so a deadline can never mix its own answer with one that is half written.
 */
@Component
class DirectDispatcher implements WebHandler, WebHttpHandlerBuilderCustomizer {

  private final Filters filters;
  private final RouteTable routes;
  private final NonCancellable shield;
  private final ProblemDoor door;
  private final WebHandler dispatcher;
  private final List<HttpMessageReader<?>> readers;
  private final Context context;

  DirectDispatcher(
      Filters filters,
      RouteTable routes,
      NonCancellable shield,
      ProblemDoor door,
      @Qualifier(WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME) WebHandler dispatcher,
      ServerCodecConfigurer codecs,
      JsonMapper json) {
    this.filters = filters;
    this.routes = routes;
    this.shield = shield;
    this.door = door;
    this.dispatcher = dispatcher;
    this.readers = codecs.getReaders();
    this.context = new Context(json, codecs.getWriters());
  }

  @Override
  public void customize(WebHttpHandlerBuilder builder) {
    builder.filters(
        beans -> {
          WebFilter way = filters.joined(beans, this::handle);
          beans.clear();
          beans.add(way);
        });
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange) {
    Match match =
        routes.find(
            exchange.getRequest().getMethod(),
            exchange.getRequest().getPath().pathWithinApplication());
    if (match == null) {
      return dispatcher.handle(exchange);
    }
    exchange
        .getAttributes()
        .put(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE, match.path().getUriVariables());
    ServerRequestObservationContext.findCurrent(exchange.getAttributes())
        .ifPresent(seen -> seen.setPathPattern(match.route().pattern().getPatternString()));
    ServerRequest request = ServerRequest.create(exchange, readers);
    return shield
        .<ServerResponse>over(
            Mono.defer(() -> match.route().handler().handle(request).cast(ServerResponse.class)))
        .flatMap(answer -> answer.writeTo(exchange, context))
        // By Spring's handlers of errors it would get to the same door, with a note of every step.
        .onErrorResume(Refused.class, refused -> door.handle(exchange, refused));
  }

  /** What answers are written with. */
  record Context(JsonMapper json, List<HttpMessageWriter<?>> messageWriters)
      implements ServerResponse.Context {

    @Override
    public List<ViewResolver> viewResolvers() {
      return List.of();
    }
  }
}
