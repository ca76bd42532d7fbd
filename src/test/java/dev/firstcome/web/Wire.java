package dev.firstcome.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A bare connection, for what no decent client would send. */
final class Wire implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 8_000;

  private final Socket socket;

  Wire(int port) throws IOException {
    socket = new Socket("localhost", port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  Wire send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** What arrives until the server closes the connection, also if it does so with a reset. */
  void readInto(StringBuilder read) throws IOException {
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
  String readToEnd() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** What has arrived once the text was seen, or the connection was closed. */
  String readUntil(String text) throws IOException {
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

  /** Hangs up without a goodbye: the other side sees a reset. */
  void hangUp() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
