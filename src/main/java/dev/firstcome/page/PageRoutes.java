package dev.firstcome.page;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.security.OpenPaths;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The files of {@code src/main/resources/page}, and the board's stream. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("firstcome.page.enabled")
class PageRoutes {

  private static final String SCRIPT = "text/javascript;charset=utf-8";

  /** Asked before the documents, which lead from the root to themselves. */
  @Bean
  @Order(0)
  RouterFunction<ServerResponse> pageRouter(PageSettings settings, Board board) {
    PageFile page = PageFile.read("index.html", "text/html;charset=utf-8");
    if (settings.demo()) {
      page = page.with("data-demo=\"false\"", "data-demo=\"true\"");
    }
    return route()
        .GET("/", page::answer)
        .GET("/page/page.css", file("page.css", "text/css;charset=utf-8"))
        .GET("/page/icon.svg", file("icon.svg", "image/svg+xml"))
        .GET("/page/app.js", file("app.js", SCRIPT))
        .GET("/page/api.js", file("api.js", SCRIPT))
        .GET("/page/board.js", file("board.js", SCRIPT))
        .GET("/page/crowd.js", file("crowd.js", SCRIPT))
        .GET("/page/dom.js", file("dom.js", SCRIPT))
        .GET("/page/mine.js", file("mine.js", SCRIPT))
        .GET("/page/shop.js", file("shop.js", SCRIPT))
        .GET("/page/words.js", file("words.js", SCRIPT))
        .GET("/board/stream", board::stream)
        .build();
  }

  private static HandlerFunction<ServerResponse> file(String name, String type) {
    return PageFile.read(name, type)::answer;
  }

  @Bean
  OpenPaths pagePaths() {
    return OpenPaths.get("/page/**", "/board/stream");
  }
}
