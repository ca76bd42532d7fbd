package dev.firstcome.dev;

import java.lang.management.ManagementFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;

/** What a developer reads when the shop is open. */
final class Welcome {

  private Welcome() {}

  static String of(ApplicationContext context) {
    Environment environment = context.getEnvironment();
    String base = "http://localhost:" + environment.getProperty("local.server.port");
    return """

    Firstcome is open, ready in %3$s s: %1$s
      storefront, board %1$s
      try every call    %1$s/docs
      a walk-through    src/docs/guide.md
    %2$s
      Ctrl-C closes the shop. Data and servers go with it.
    """
        .formatted(base, tokens(context, base), secondsSinceTheStart());
  }

  /** Of this JVM, so with the servers; without what Maven did before. */
  private static long secondsSinceTheStart() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
  }

  private static String tokens(ApplicationContext context, String base) {
    Tokens tokens = context.getBeanProvider(Tokens.class).getIfAvailable();
    if (tokens == null) {
      return "  tokens            from the issuer that is configured\n";
    }
    return """
      anybody's token   curl -s %s/dev/tokens -H 'Content-Type: application/json' \
    -d '{"userId":"bob","scopes":[]}'

    export BASE=%s
    export TOKEN=%s
    export ADMIN=%s
    """
        .formatted(base, base, tokens.user("alice"), tokens.admin("admin"));
  }
}
