package dev.firstcome.faults;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Request.Verb;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Somebody with a valid token who wants to do harm, until closed. */
final class Attacker implements AutoCloseable {

  /** Beyond every product that there is. */
  static final long UNKNOWN = 4_000_000_000_000_000L;

  private static final int CONNECTIONS = 700;
  private static final int TRICKLE_MILLIS = 500;
  private static final int LINES = 50;

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final List<Thread> threads = new ArrayList<>();

  private interface Harm {
    void once() throws IOException, InterruptedException;
  }

  private Attacker() {}

  /** Sends bodies that never end, a byte at a time, on many connections of one user. */
  static Attacker withSlowBodies(int port, Tokens tokens) {
    String head =
        """
        POST /api/v1/orders HTTP/1.1\r
        Host: 127.0.0.1\r
        Authorization: Bearer %s\r
        Idempotency-Key: slow\r
        Content-Type: application/json\r
        Content-Length: 4000\r
        \r
        {"items":[\
        """
            .formatted(tokens.user("slow-" + NUMBER.incrementAndGet()));
    Attacker attacker = new Attacker();
    List<Socket> sockets = new ArrayList<>();
    attacker.start(
        () -> {
          while (sockets.size() < CONNECTIONS) {
            sockets.add(connect(port, head));
          }
          sockets.removeIf(Attacker::isLost);
          Thread.sleep(TRICKLE_MILLIS);
        },
        sockets);
    return attacker;
  }

  private static Socket connect(int port, String head) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", port), 2000);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static boolean isLost(Socket socket) {
    try {
      socket.getOutputStream().write(' ');
      return false;
    } catch (IOException closed) {
      close(socket);
      return true;
    }
  }

  /** Orders what there is not, fifty at once, as somebody new each time. */
  static Attacker withUnknownProducts(Door door, int instance, Tokens tokens) {
    Attacker attacker = new Attacker();
    for (int i = 0; i < 4; i++) {
      attacker.start(
          () -> {
            String user = "unknown-" + NUMBER.incrementAndGet();
            String items =
                IntStream.range(0, LINES)
                    .mapToObj(
                        n -> UNKNOWN + ThreadLocalRandom.current().nextLong(1_000_000_000_000L))
                    .map("{\"productId\":%d,\"quantity\":1}"::formatted)
                    .collect(Collectors.joining(","));
            String body = "{\"items\":[" + items + "]}";
            door.ask(
                new Request(Verb.ORDER, user, tokens.user(user), "/orders", "unknown", body),
                instance,
                Door.PATIENT);
          },
          List.of());
    }
    return attacker;
  }

  private void start(Harm harm, List<Socket> sockets) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!Thread.currentThread().isInterrupted()) {
                  harm.once();
                }
              } catch (IOException | InterruptedException over) {
                Thread.currentThread().interrupt();
              } finally {
                sockets.forEach(Attacker::close);
              }
            },
            "attacker");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // It was closed by the other side.
    }
  }

  @Override
  public void close() throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
