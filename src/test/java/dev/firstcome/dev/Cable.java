package dev.firstcome.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP connection's way to a server, which a test can cut, silence and mend. */
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

  /** New connections work again. Those there are have lost bytes, so they end. */
  public void mend() {
    hangUp();
    state = State.WHOLE;
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
        // The door was closed, or the far end is away: the next accept tells.
        continue;
      }
    }
  }

  private void connect(Socket near) throws IOException {
    sockets.add(near);
    Socket far = new Socket(host, port);
    sockets.add(far);
    near.setTcpNoDelay(true);
    far.setTcpNoDelay(true);
    threads.execute(() -> pump(near, far));
    threads.execute(() -> pump(far, near));
  }

  private void pump(Socket from, Socket to) {
    byte[] bytes = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (state == State.WHOLE) {
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
