package dev.firstcome.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How root starts what is to run as somebody else, such as PostgreSQL, which refuses to run as
 * root. A plain user needs nothing.
 *
 * @param prefix what goes before the command
 * @param owner the user id that has to own the server's folder, -1 for whoever runs this
 */
public record PlainUser(List<String> prefix, int owner) {

  /** The traditional number of "nobody". */
  private static final int NOBODY = 65534;

  /**
   * @param folder to try it in
   * @throws IllegalStateException if root has no way to be somebody else here
   */
  public static PlainUser find(Path folder) throws IOException {
    if (!WorkFolder.isRoot()) {
      return new PlainUser(List.of(), -1);
    }
    String id = String.valueOf(NOBODY);
    List<PlainUser> ways =
        List.of(
            // A user namespace of its own: root outside, nobody inside.
            new PlainUser(List.of("unshare", "-U"), -1),
            // Where namespaces are forbidden, as in most containers: really nobody.
            new PlainUser(
                List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups"), NOBODY));
    for (PlainUser way : ways) {
      if (way.works(folder)) {
        return way;
      }
    }
    throw new IllegalStateException(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv (util-linux) works"
            + " here: run as another user, use FIRSTCOME_SERVERS=containers, or configure a URL");
  }

  public List<String> command(List<String> command) {
    return Stream.concat(prefix.stream(), command.stream()).toList();
  }

  /** Hands a folder or a file over. */
  void give(Path path) throws IOException {
    if (owner >= 0) {
      Files.setAttribute(path, "unix:uid", owner);
      Files.setAttribute(path, "unix:gid", owner);
    }
  }

  private boolean works(Path folder) {
    try {
      List<String> notRoot = List.of("sh", "-c", "test $(id -u) -ne 0");
      return Command.run(folder, Duration.ofSeconds(5), command(notRoot)) == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
