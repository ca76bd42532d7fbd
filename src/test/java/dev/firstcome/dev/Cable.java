package dev.firstcome.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP connection's way to a server, which a test can cut, silence, slow down, tear and mend. What
 * happens by chance on it is drawn from a seed.
 */
public final class Cable implements AutoCloseable {

  private enum State {
    WHOLE,
    /** Connections are reset, and new ones as soon as they are made. */
    CUT,
    /** Connections are made and stay, but not a byte arrives: a firewall that drops. */
    SILENT
  }

  private final String host;
  private final int port;
  private final ServerSocket door;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "cable");
            thread.setDaemon(true);
            return thread;
          });
  private volatile State state = State.WHOLE;
  private volatile Weather weather = Weather.CALM;

  /**
   * @param latencyMillis by how much each answer is late
   * @param jitterMillis by how much more at the most
   * @param tearing how likely it is that a piece of the stream is lost, and the connection with it
   */
  private record Weather(int latencyMillis, int jitterMillis, double tearing, Random chance) {

    static final Weather CALM = new Weather(0, 0, 0, new Random(0));

    boolean tears() {
      return tearing > 0 && chance.nextDouble() < tearing;
    }

    void delay() {
      long millis = latencyMillis + (jitterMillis == 0 ? 0 : chance.nextInt(jitterMillis));
      if (millis > 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      }
    }
  }

  public Cable(String host, int port) {
    this.host = host;
    this.port = port;
    try {
      this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException("no port for a cable", e);
    }
    threads.execute(this::accept);
  }

  /** Where the near end is, on the loopback address. */
  public int port() {
    return door.getLocalPort();
  }

  public void cut() {
    state = State.CUT;
    hangUp();
  }

  public void silence() {
    state = State.SILENT;
  }

  /** Every answer comes so much later, and up to so much more. */
  public void slow(int latencyMillis, int jitterMillis, long seed) {
    weather = new Weather(latencyMillis, jitterMillis, 0, new Random(seed));
  }

  /** Each piece of a stream is, with this probability, its last: both ends are reset. */
  public void tear(double probability, long seed) {
    weather = new Weather(0, 0, probability, new Random(seed));
  }

  /** All is well again. Connections that have lost bytes end. */
  public void mend() {
    weather = Weather.CALM;
    if (state != State.WHOLE) {
      hangUp();
      state = State.WHOLE;
    }
  }

  private void hangUp() {
    sockets.forEach(Cable::reset);
    sockets.clear();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket near = door.accept();
        if (state == State.CUT) {
          reset(near);
        } else {
          connect(near);
        }
      } catch (IOException e) {
        // The door was closed: the loop's condition tells.
        continue;
      }
    }
  }

  private void connect(Socket near) {
    sockets.add(near);
    try {
      Socket far = new Socket(host, port);
      sockets.add(far);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      threads.execute(() -> pump(near, far, false));
      threads.execute(() -> pump(far, near, true));
    } catch (IOException serverIsAway) {
      // As the server's own machine would say it.
      sockets.remove(near);
      reset(near);
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] bytes = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        Weather now = weather;
        if (answers) {
          now.delay();
        }
        if (now.tears()) {
          reset(from);
          reset(to);
        } else if (state == State.WHOLE) {
          out.write(bytes, 0, read);
        }
      }
    } catch (IOException ended) {
      // One end has hung up, so both do: the sockets are closed by now.
      return;
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException alreadyClosed) {
      // Which is all that was wanted.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    hangUp();
    threads.shutdownNow();
  }
}
