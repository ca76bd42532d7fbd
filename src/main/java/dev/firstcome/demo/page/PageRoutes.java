package dev.firstcome.demo.page;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.dispatch.StaticFile;
import dev.firstcome.http.security.OpenPaths;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The files of {@code src/main/resources/page}, and the board's stream. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("firstcome.page.enabled")
class PageRoutes {

  /** Named one by one, so that a missing file is noticed at the start. */
  static final List<String> FILES =
      List.of(
          "account.js",
          "act.js",
          "admin.js",
          "api.js",
          "app.js",
          "ask.js",
          "board.js",
          "campaigns.js",
          "cart.js",
          "chart.js",
          "clock.js",
          "crowd.js",
          "desk.js",
          "deskorder.js",
          "dom.js",
          "dropboard.js",
          "drops.js",
          "en.js",
          "icon.svg",
          "ko.js",
          "limits.js",
          "line.js",
          "mine.js",
          "orders.js",
          "page.css",
          "pictures.js",
          "price.js",
          "product.js",
          "shop.js",
          "words.js");

  /** The charts' library, as its WebJar has it: the version stands in the pom too. */
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** Asked before the documents, which lead from the root to themselves. */
  @Bean
  @Order(0)
  RouterFunction<ServerResponse> pageRouter(PageSettings settings, Board board) {
    StaticFile page = StaticFile.read("page/index.html");
    if (settings.demo()) {
      page = page.with("data-demo=\"false\"", "data-demo=\"true\"");
    }
    RouterFunctions.Builder routes =
        route().GET("/", page::answer).GET("/board/stream", board::stream);
    routes.GET("/page/uplot.js", StaticFile.read(UPLOT + "uPlot.iife.min.js")::answer);
    routes.GET("/page/uplot.css", StaticFile.read(UPLOT + "uPlot.min.css")::answer);
    FILES.forEach(name -> routes.GET("/page/" + name, StaticFile.read("page/" + name)::answer));
    return routes.build();
  }

  @Bean
  OpenPaths pagePaths() {
    return OpenPaths.get("/page/**", "/board/stream");
  }
}
