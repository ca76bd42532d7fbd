package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.LineRefusal.TICKET_NOT_FOUND;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.security.Caller;
import dev.firstcome.shop.line.Ticket.Key;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class TicketHandler {

  private final Tickets tickets;

  TicketHandler(Tickets tickets) {
    this.tickets = tickets;
  }

  Mono<ServerResponse> take(ServerRequest request) {
    return tickets.take(key(request)).flatMap(TicketHandler::answer);
  }

  private static Mono<ServerResponse> answer(Verdict.Done<Seen> taken) {
    TicketBody body = body(taken.value());
    return taken.replayed() ? Answers.ok(body, true) : Answers.created(body);
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return tickets.find(key(request)).flatMap(seen -> Answers.ok(body(seen)));
  }

  Mono<ServerResponse> leave(ServerRequest request) {
    return tickets.leave(key(request)).then(Answers.noContent());
  }

  private static Key key(ServerRequest request) {
    return new Key(PathId.number(request, "id", TICKET_NOT_FOUND), Caller.of(request).userId());
  }

  private static TicketBody body(Seen seen) {
    return TicketBody.of(seen, () -> ThreadLocalRandom.current().nextDouble());
  }
}
