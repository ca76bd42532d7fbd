import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at a fixed rate, whatever becomes of them. A latency counts from the moment at which a request was due, not
 * from when a connection was free for it, so that a stall is felt by all who came meanwhile (no coordinated omission). One
 * thread, which leaves the cores to what is measured.
 *
 * <p>java Arrivals.java PORT RATE SECONDS KIND TARGET RUN TOKENS BODIES; KIND is coupon, order or pay, as in requests.lua.
 * With ENDING=keep (the default) connections, of which there are CONNECTIONS (256), are used again; with ENDING=close each
 * request has one of its own, closed after the answer; with ENDING=hangup it is closed as soon as the request is sent, every
 * other time by a reset. Prints: requests sent, good answers, other ends, and in milliseconds p50, p99, p99.9.
 */
public final class Arrivals {

  private enum Ending {
    KEEP,
    CLOSE,
    HANGUP
  }

  /** How long it sleeps at most, and so how much too long it may find a latency. */
  private static final long TICK = 500_000;

  /** How long it waits for the last answers. */
  private static final long PATIENCE = 10_000_000_000L;

  private static final byte[] GOOD = "HTTP/1.1 2".getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress shop;
  private final Ending ending = Ending.valueOf(env("ENDING", "keep").toUpperCase());
  private final Selector selector = Selector.open();
  private final Deque<Connection> free = new ArrayDeque<>();
  private final long[] latencies;
  private int ended;
  private int good;

  private Arrivals(int port, int total) throws IOException {
    this.shop = new InetSocketAddress("127.0.0.1", port);
    this.latencies = new long[total];
  }

  private static String env(String name, String otherwise) {
    return Optional.ofNullable(System.getenv(name)).orElse(otherwise);
  }

  public static void main(String[] args) throws IOException {
    double rate = Double.parseDouble(args[1]);
    int total = Math.max(1, (int) (rate * Double.parseDouble(args[2])));
    byte[][] requests = requests(total, args[3], Long.parseLong(args[4]), args[5], args[6], args[7]);
    new Arrivals(Integer.parseInt(args[0]), total).send(requests, rate);
  }

  private static byte[][] requests(int total, String kind, long target, String run, String tokenFile, String bodyFile)
      throws IOException {
    List<String> tokens = Files.readAllLines(Path.of(tokenFile));
    List<String> bodies = kind.equals("pay") ? Files.readAllLines(Path.of(bodyFile)) : List.of();
    byte[][] requests = new byte[total][];
    for (int i = 0; i < total; i++) {
      String path = "/api/v1/coupons/" + (target + i / tokens.size()) + "/issue";
      String body = "";
      if (kind.equals("order")) {
        path = "/api/v1/orders";
        body = "{\"items\":[{\"productId\":" + target + ",\"quantity\":1}]}";
      } else if (kind.equals("pay")) {
        path = "/api/v1/payments";
        body = "{\"orderId\":\"" + bodies.get(i) + "\"}";
      }
      String key = body.isEmpty() ? "" : "Content-Type: application/json\r\nIdempotency-Key: " + run + "-" + i + "\r\n";
      requests[i] =
          ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + tokens.get((i + 1) % tokens.size())
                  + "\r\n" + key + "Content-Length: " + body.length() + "\r\n\r\n" + body)
              .getBytes(StandardCharsets.US_ASCII);
    }
    return requests;
  }

  private void send(byte[][] requests, double rate) throws IOException {
    int connections = ending == Ending.KEEP ? Integer.parseInt(env("CONNECTIONS", "256")) : 0;
    for (int i = 0; i < connections; i++) {
      free.add(new Connection());
    }
    long start = System.nanoTime();
    long end = start + (long) (requests.length / rate * 1e9) + PATIENCE;
    int sent = 0;
    for (long now = start; ended < requests.length && now < end; now = System.nanoTime()) {
      int due = (int) Math.min(requests.length, (now - start) / 1e9 * rate + 1);
      for (; sent < due && (ending != Ending.KEEP || !free.isEmpty()); sent++) {
        Connection connection = ending == Ending.KEEP ? free.poll() : new Connection();
        connection.send(requests[sent], start + (long) (sent / rate * 1e9), sent);
      }
      if (selector.selectNow(key -> ((Connection) key.attachment()).read()) == 0) {
        LockSupport.parkNanos(TICK);
      }
    }
    report(sent);
  }

  private void report(int sent) {
    Arrays.fill(latencies, ended, latencies.length, PATIENCE);
    Arrays.sort(latencies);
    System.out.printf(
        "%d %d %d %.2f %.2f %.2f%n", sent, good, latencies.length - good, at(0.5), at(0.99), at(0.999));
  }

  private double at(double share) {
    return latencies[(int) Math.min(latencies.length - 1, latencies.length * share)] / 1e6;
  }

  private final class Connection {

    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private final SocketChannel channel = SocketChannel.open(shop);
    private long since;

    Connection() throws IOException {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      if (ending != Ending.HANGUP) {
        channel.register(selector, SelectionKey.OP_READ, this);
      }
    }

    /** A few hundred bytes into an empty socket: it takes them whole. */
    void send(byte[] request, long due, int number) throws IOException {
      since = due;
      channel.write(ByteBuffer.wrap(request));
      if (ending == Ending.HANGUP) {
        channel.setOption(StandardSocketOptions.SO_LINGER, number % 2 == 1 ? 0 : -1);
        channel.close();
        ended++;
      }
    }

    void read() {
      try {
        boolean over = channel.read(in) < 0;
        if (over || isWhole()) {
          answered(over);
        }
      } catch (IOException reset) {
        answered(true);
      }
    }

    private boolean isWhole() {
      String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      int length = text.toLowerCase().indexOf("content-length:");
      return head >= 0
          && (length < 0
              || length > head
              || in.position() >= head + 4 + Integer.parseInt(text.substring(length + 15, text.indexOf('\r', length)).strip()));
    }

    private void answered(boolean over) {
      latencies[ended++] = System.nanoTime() - since;
      good += !over && Arrays.equals(in.array(), 0, GOOD.length, GOOD, 0, GOOD.length) ? 1 : 0;
      in.clear();
      try {
        if (ending == Ending.KEEP) {
          free.add(over ? new Connection() : this);
        }
        if (over || ending == Ending.CLOSE) {
          channel.close();
        }
      } catch (IOException e) {
        throw new IllegalStateException("the shop is gone", e);
      }
    }
  }
}
