package dev.firstcome.dev;

import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.security.OpenPaths;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.ConnectionFactory;
import java.io.IOException;
import java.util.function.IntSupplier;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * What the development run adds to the shop. Not annotated as a configuration, or the tests' shops,
 * whose class path has it too, would pick it up.
 */
class DevelopmentConfiguration {

  /** The demo, after the migrations; the server listens only when every bean is ready. */
  @Bean
  @DependsOn("migrations")
  InitializingBean seed(ConnectionFactory connections) throws IOException {
    Seed seed = Seed.fromClassPath(connections);
    return seed::sow;
  }

  @Bean
  @ConditionalOnProperty(DevelopmentShop.SECRET)
  Tokens tokenMint(Environment environment) {
    return new Tokens(environment.getRequiredProperty(DevelopmentShop.SECRET));
  }

  @Bean
  @ConditionalOnProperty(DevelopmentShop.SECRET)
  RouterFunction<ServerResponse> developmentTokens(Tokens tokens, RequestBody body) {
    return new TokenRoute(tokens, body).routes();
  }

  @Bean
  @ConditionalOnProperty(DevelopmentShop.SECRET)
  RouterFunction<ServerResponse> developmentCrowd(
      Tokens tokens, RequestBody body, Environment environment) {
    IntSupplier port = () -> environment.getRequiredProperty("local.server.port", Integer.class);
    return new CrowdRoute(new Crowd(tokens, port), body).routes();
  }

  @Bean
  RouterFunction<ServerResponse> developmentInvariants(Database database) {
    return new InvariantRoute(database).routes();
  }

  @Bean
  OpenPaths developmentPaths() {
    return OpenPaths.any("/dev/**");
  }
}
