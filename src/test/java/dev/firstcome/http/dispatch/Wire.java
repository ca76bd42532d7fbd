package dev.firstcome.http.dispatch;

import static dev.firstcome.harness.Patience.SOON;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A bare connection, for what no decent client would send. */
public final class Wire implements AutoCloseable {

  private static final int PATIENCE_MILLIS = Math.toIntExact(SOON.toMillis());

  private final Socket socket;

  public Wire(int port) throws IOException {
    socket = new Socket("localhost", port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  /** From another of this machine's own addresses, 127.0.0.0/8. */
  public Wire(int port, String from) throws IOException {
    socket = new Socket("127.0.0.1", port, InetAddress.getByName(from), 0);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  /** Whether the other side still takes what we send. */
  public boolean takes(String text) {
    try {
      send(text);
      return true;
    } catch (IOException cutOff) {
      return false;
    }
  }

  /** Whether the other side has nothing to say any more, after what it may still say. */
  public boolean isEnded() {
    try {
      readToEnd();
    } catch (SocketTimeoutException stillThere) {
      return false;
    } catch (IOException reset) {
      return true;
    }
    return true;
  }

  public Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  public Wire send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** What arrives until the server closes the connection, also if it does so with a reset. */
  public void readInto(StringBuilder read) throws IOException {
    byte[] buffer = new byte[8192];
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        all.write(buffer, 0, n);
      }
    } finally {
      read.append(all.toString(StandardCharsets.UTF_8));
    }
  }

  /** Everything until the server closes the connection. */
  public String readToEnd() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** What has arrived once the text was seen, or the connection was closed. */
  public String readUntil(String text) throws IOException {
    StringBuilder read = new StringBuilder();
    byte[] buffer = new byte[4096];
    while (read.indexOf(text) < 0) {
      int n = socket.getInputStream().read(buffer);
      if (n < 0) {
        break;
      }
      read.append(new String(Arrays.copyOf(buffer, n), StandardCharsets.UTF_8));
    }
    return read.toString();
  }

  /** Whether the text comes, behind however much else, which is not kept. */
  public boolean skipUntil(String text) throws IOException {
    String tail = "";
    byte[] buffer = new byte[64 * 1024];
    while (!tail.contains(text)) {
      int n = socket.getInputStream().read(buffer);
      if (n < 0) {
        return false;
      }
      String read = tail + new String(buffer, 0, n, StandardCharsets.UTF_8);
      tail =
          read.contains(text) ? text : read.substring(Math.max(0, read.length() - text.length()));
    }
    return true;
  }

  /** Hangs up without a goodbye: the other side sees a reset. */
  public void hangUp() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
