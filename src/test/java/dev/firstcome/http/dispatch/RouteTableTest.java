package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RequestPredicates.accept;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

class RouteTableTest {

  private static final HandlerFunction<ServerResponse> HANDLER = request -> Answers.noContent();

  private static RouteTable table(RouterFunction<ServerResponse> router) {
    StaticListableBeanFactory beans = new StaticListableBeanFactory();
    beans.addBean("router", router);
    return new RouteTable(
        beans.getBeanProvider(
            ResolvableType.forClassWithGenerics(RouterFunction.class, ServerResponse.class)));
  }

  @Test
  void readsNestedRoutesWithTheirWholePathAndNoneThatHaveAConditionBesides() {
    RouteTable table =
        table(
            route()
                .path(
                    "/api",
                    api ->
                        api.GET("/things", HANDLER)
                            .path("/deep", deep -> deep.DELETE("/{id}", HANDLER))
                            .nest(
                                accept(MediaType.APPLICATION_JSON),
                                json -> json.PUT("/json", HANDLER)))
                .POST("/flat", HANDLER)
                .route(GET("/a").or(POST("/b")), HANDLER)
                .build());
    assertThat(table.routes())
        .extracting(RouteTable.Route::toString)
        .containsExactly("GET /api/things", "DELETE /api/deep/{id}", "POST /flat");
  }

  @Test
  void knowsTheMethodsOfAPath() {
    RouteTable table = table(route().GET("/x/{id}", HANDLER).DELETE("/x/{id}", HANDLER).build());
    assertThat(table.methods(PathContainer.parsePath("/x/1")))
        .containsExactlyInAnyOrder(
            HttpMethod.GET, HttpMethod.DELETE, HttpMethod.HEAD, HttpMethod.OPTIONS);
    assertThat(table.methods(PathContainer.parsePath("/y"))).isEmpty();
  }
}
