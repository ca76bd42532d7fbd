package dev.firstcome.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on the loopback interface. */
final class FreePort {

  /** Somebody may take the port before the server does: servers are started again with another. */
  static final int ATTEMPTS = 5;

  private FreePort() {}

  static int find() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(loopback(0));
      return socket.getLocalPort();
    }
  }

  /** Whether a shop could not listen there, at any address; 0 is any that is free. */
  static boolean isTaken(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return false;
    } catch (IOException taken) {
      return true;
    }
  }

  /** The servers listen on 127.0.0.1, whatever "localhost" means on this machine. */
  static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }
}
