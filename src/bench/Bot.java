import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One user who writes as often as he may not, over connections that take turns: each request is due at a fixed time, and sent
 * as soon after it as its connection has its last answer.
 *
 * <p>java Bot.java PORT TOKEN SECONDS RATE PRODUCT: orders it under a new key each time; prints requests answered, how many of them with 429, and with 5xx.
 */
public final class Bot {

  private static final int CONNECTIONS = 50;

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    long seconds = Long.parseLong(args[2]);
    long pause = CONNECTIONS * 1_000_000_000L / Long.parseLong(args[3]);
    String body = "{\"items\":[{\"productId\":" + args[4] + ",\"quantity\":1}]}";
    String head =
        "POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer " + args[1]
            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\nIdempotency-Key: ";
    AtomicLong refused = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    AtomicLong all = new AtomicLong();
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      long first = start + pause * i / CONNECTIONS;
      Thread thread =
          new Thread(
              () -> {
                try (Socket socket = new Socket("127.0.0.1", port)) {
                  socket.setTcpNoDelay(true);
                  for (long due = first; due - start < seconds * 1_000_000_000L; due += pause) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    String request = head + System.nanoTime() + first + "\r\n\r\n" + body;
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                    int status = status(socket.getInputStream());
                    all.incrementAndGet();
                    refused.addAndGet(status == 429 ? 1 : 0);
                    failed.addAndGet(status >= 500 ? 1 : 0);
                    if (System.nanoTime() - start > seconds * 1_000_000_000L) {
                      return;
                    }
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println(all + " " + refused + " " + failed);
  }

  /** Reads a whole answer, which has a Content-Length. */
  private static int status(InputStream in) throws IOException {
    byte[] buffer = new byte[4096];
    int have = 0;
    while (true) {
      int n = in.read(buffer, have, buffer.length - have);
      if (n < 0) {
        throw new IOException("hung up");
      }
      have += n;
      String answer = new String(buffer, 0, have, StandardCharsets.ISO_8859_1);
      int head = answer.indexOf("\r\n\r\n");
      if (head >= 0) {
        int at = answer.toLowerCase().indexOf("content-length: ") + 16;
        if (have >= head + 4 + Integer.parseInt(answer.substring(at, answer.indexOf('\r', at)))) {
          return Integer.parseInt(answer.substring(9, 12));
        }
      }
    }
  }
}
