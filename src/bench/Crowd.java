import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A crowd of clients on one thread, each with a connection of its own and one request at a time: half of them order, half
 * want coupons, and a few read. Who is refused with Retry-After comes back after that time and up to as long again, as real
 * clients do, or at once if the crowd is rude.
 *
 * <p>java Crowd.java PORT TOKENS-FILE SECONDS CLIENTS READERS RUN POLITE; prints one line of name=value.
 */
public final class Crowd {

  /** Latencies in steps of 1 %, from a microsecond on. */
  private static final double STEP = Math.log(1.01);

  private static final int CAMPAIGNS = 150;

  private final int port;
  private final List<String> tokens;
  private final String run;
  private final boolean polite;
  private final Selector selector = Selector.open();
  private final Random random = new Random(7);
  private final PriorityQueue<Client> resting =
      new PriorityQueue<>((a, b) -> Long.compare(a.wake, b.wake));
  private final long[] accepted = new long[4000];
  private final long[] read = new long[4000];
  private long sent;
  private long refused;
  private long other;
  private long broken;

  private Crowd(int port, List<String> tokens, String run, boolean polite) throws IOException {
    this.port = port;
    this.tokens = tokens;
    this.run = run;
    this.polite = polite;
  }

  public static void main(String[] args) throws IOException {
    List<String> tokens = Files.readAllLines(Path.of(args[1]));
    Crowd crowd = new Crowd(Integer.parseInt(args[0]), tokens, args[5], Boolean.parseBoolean(args[6]));
    crowd.drive(Long.parseLong(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
  }

  private void drive(long seconds, int clients, int readers) throws IOException {
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < clients + readers; i++) {
      all.add(new Client(i < clients ? i % 2 : 2));
    }
    for (Client client : all) {
      client.connect();
    }
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
      for (; !resting.isEmpty() && resting.peek().wake <= now; now = System.nanoTime()) {
        resting.poll().send();
      }
      selector.select(key -> ((Client) key.attachment()).ready(key), 5);
    }
    System.out.printf(
        "accepted=%d p50=%.1f p99=%.1f refused=%d other=%d broken=%d reads=%d reads_p99=%.1f%n",
        count(accepted), at(accepted, 0.5), at(accepted, 0.99), refused, other, broken, count(read), at(read, 0.99));
  }

  private static long count(long[] histogram) {
    long all = 0;
    for (long some : histogram) {
      all += some;
    }
    return all;
  }

  /** In milliseconds. */
  private static double at(long[] histogram, double share) {
    long left = (long) Math.ceil(count(histogram) * share);
    for (int i = 0; i < histogram.length; i++) {
      left -= histogram[i];
      if (left <= 0) {
        return Math.exp(i * STEP) / 1000;
      }
    }
    return Double.NaN;
  }

  private final class Client {

    private final int kind;
    private final ByteBuffer in = ByteBuffer.allocate(32 * 1024);
    private SocketChannel channel;
    private long began;
    private long wake;

    Client(int kind) {
      this.kind = kind;
    }

    void connect() throws IOException {
      in.clear();
      channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
      rest(0);
    }

    private void rest(long millis) {
      wake = System.nanoTime() + millis * 1_000_000;
      resting.add(this);
    }

    /** A request is a few hundred bytes, and nothing is under way: the socket takes it whole. */
    void send() {
      began = System.nanoTime();
      try {
        channel.write(ByteBuffer.wrap(request().getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        anew();
      }
    }

    private String request() {
      long number = sent++;
      String who = " HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer " + tokens.get((int) (number % tokens.size()));
      if (kind == 2) {
        return "GET /api/v1/products/" + (number % 2 == 0 ? "1" : "popular") + who + "\r\n\r\n";
      } else if (kind == 1) {
        long campaign = 1 + number / tokens.size() % CAMPAIGNS;
        return "POST /api/v1/coupons/" + campaign + "/issue" + who + "\r\nContent-Length: 0\r\n\r\n";
      }
      String body = "{\"items\":[{\"productId\":1,\"quantity\":1}]}";
      return "POST /api/v1/orders" + who + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + run + "-" + number
          + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    void ready(SelectionKey key) {
      try {
        if (channel.read(in) < 0) {
          anew();
        } else if (isWhole()) {
          answered();
        }
      } catch (IOException e) {
        anew();
      }
    }

    /** Counted, and tried again after a second. */
    private void anew() {
      broken++;
      try {
        channel.close();
        connect();
        resting.remove(this);
        rest(1000);
      } catch (IOException e) {
        throw new IllegalStateException("the shop is gone", e);
      }
    }

    private boolean isWhole() {
      String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      return head >= 0 && in.position() >= head + 4 + Math.max(0, number(text, head, "\r\ncontent-length: "));
    }

    private void answered() {
      String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
      in.clear();
      int status = Integer.parseInt(text.substring(9, 12));
      long micros = (System.nanoTime() - began) / 1000;
      long pause = 0;
      if (status < 300) {
        (kind == 2 ? read : accepted)[(int) (Math.log(Math.max(1, micros)) / STEP)]++;
      } else if (status == 503) {
        refused++;
        int seconds = Math.max(0, number(text, text.indexOf("\r\n\r\n"), "\r\nretry-after: "));
        pause = polite ? (long) (seconds * 1000L * (1 + random.nextDouble())) : 0;
      } else {
        other++;
      }
      if (pause == 0) {
        send();
      } else {
        rest(pause);
      }
    }

    /** The number that follows the name in the head, or -1. */
    private int number(String text, int head, String name) {
      for (int i = 0; i >= 0 && i < head; i = text.indexOf("\r\n", i + 1)) {
        if (text.regionMatches(true, i, name, 0, name.length())) {
          int from = i + name.length();
          return Integer.parseInt(text.substring(from, text.indexOf("\r\n", from)).trim());
        }
      }
      return -1;
    }
  }
}
