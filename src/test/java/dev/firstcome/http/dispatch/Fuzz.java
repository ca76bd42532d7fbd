package dev.firstcome.http.dispatch;

import static dev.firstcome.http.dispatch.Nasty.one;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Requests that are nearly as the document says. The nth of a seed is the same in every run, apart
 * from tokens and ids.
 */
final class Fuzz {

  private static final byte[] BOMB = Nasty.bomb();

  /**
   * One call of the document.
   *
   * @param answers the statuses that it may have
   */
  record Call(
      String method,
      String path,
      boolean keyed,
      boolean listed,
      JsonNode body,
      Set<Integer> answers) {}

  /**
   * A request as it goes over the wire.
   *
   * @param onlyContent whether everything but body, key, cursor and limit is as it should be, so
   *     that the document says which statuses there may be
   */
  record Sent(Call call, byte[] bytes, boolean onlyContent) {

    /** Not all of it if it is long, and readable. */
    @Override
    public String toString() {
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return text.substring(0, Math.min(text.length(), 1_500));
    }
  }

  /** What is really there, so that not every request ends at the first look. */
  record World(
      List<String> users, String admin, List<Long> numbers, List<String> ids, String cursor) {}

  private final JsonNode document;
  private final List<Call> calls = new ArrayList<>();

  Fuzz(JsonNode document) {
    this.document = document;
    document
        .path("paths")
        .forEachEntry(
            (path, methods) -> methods.forEachEntry((method, call) -> add(method, path, call)));
  }

  /** A stream would keep whoever asks for it. */
  private void add(String method, String path, JsonNode call) {
    if (!call.at("/responses/200/content").has("text/event-stream")) {
      calls.add(call(method, path, call));
    }
  }

  private static Call call(String method, String path, JsonNode call) {
    String parameters = call.path("parameters").toString();
    return new Call(
        method.toUpperCase(Locale.ROOT),
        path,
        parameters.contains("IdempotencyKey"),
        parameters.contains("Cursor"),
        call.path("requestBody").path("content").path("application/json").path("schema"),
        call.path("responses").propertyNames().stream()
            .map(Integer::valueOf)
            .collect(Collectors.toSet()));
  }

  List<Call> calls() {
    return calls;
  }

  Sent next(long seed, long n, World world) {
    return new Making(new Random(seed * 1_000_003 + n), world).request();
  }

  /** One request in the making. */
  private final class Making {

    private final Random random;
    private final World world;
    private final Call call;
    private final List<String> headers = new ArrayList<>();
    private boolean onlyContent = true;

    Making(Random random, World world) {
      this.random = random;
      this.world = world;
      this.call = one(random, calls);
    }

    private boolean in(int chances) {
      return random.nextInt(chances) == 0;
    }

    Sent request() {
      String target = path() + query();
      String method = call.method;
      headers.add("Host: localhost");
      headers.add("Connection: close");
      String token = call.path.contains("/admin/") ? world.admin : one(random, world.users);
      headers.add("Authorization: Bearer " + token);
      if (call.keyed) {
        headers.add("Idempotency-Key: " + key());
      }
      byte[] body = body();
      if (in(4)) {
        onlyContent = false;
        oddHeader();
      }
      if (in(20)) {
        onlyContent = false;
        method =
            one(random, List.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "QUERY", "x"));
      }
      return new Sent(call, wire(method + " " + target + " HTTP/1.1", body), onlyContent);
    }

    private String path() {
      String path = call.path;
      if (path.contains("{")) {
        String id = in(3) ? Nasty.word(random) : id();
        onlyContent &= !id.isEmpty() && id.matches("[0-9a-zA-Z-]*") && !id.equals("popular");
        path = path.replaceAll("\\{\\w+}", java.util.regex.Matcher.quoteReplacement(id));
      }
      if (in(25)) {
        onlyContent = false;
        int at = random.nextInt(path.length());
        path = path.substring(0, at) + Nasty.word(random) + path.substring(at);
      }
      return path.isEmpty() ? "/" : path;
    }

    private String id() {
      return in(2) ? Long.toString(one(random, world.numbers)) : one(random, world.ids);
    }

    private String query() {
      if (!call.listed && !in(10)) {
        return "";
      }
      StringBuilder query = new StringBuilder("?");
      for (int i = random.nextInt(4); i >= 0; i--) {
        query.append(
            switch (random.nextInt(8)) {
              case 0 -> "limit=" + Nasty.word(random);
              case 1 -> "limit=" + random.nextInt(120);
              case 2, 3, 4 -> "cursor=" + Nasty.cursor(random, world.cursor);
              case 5 -> "status=" + one(random, List.of("DEAD", "dead", "PENDING", "%00", ""));
              case 6 -> "&=&&" + "a=%20&".repeat(random.nextInt(200));
              default -> Nasty.word(random) + "=" + Nasty.word(random);
            });
        query.append('&');
      }
      if (!query.toString().matches("[\\w?&=.,*;-]*") || query.length() > 6_000) {
        onlyContent = false;
      }
      return query.toString();
    }

    private String key() {
      return switch (random.nextInt(6)) {
        case 0 -> Nasty.word(random);
        case 1 -> "\"" + Nasty.word(random) + "\"";
        case 2 -> "a\r\nIdempotency-Key: b";
        case 3 -> "caf\u00e9 \u0001";
        default -> Long.toHexString(random.nextLong());
      };
    }

    private byte[] body() {
      if (call.body.isMissingNode() && !in(5)) {
        return new byte[0];
      }
      headers.add("Content-Type: " + (in(8) ? oddType() : "application/json"));
      byte[] json =
          json(call.body, 0).getBytes(in(30) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
      if (in(12)) {
        headers.add(
            "Content-Encoding: " + one(random, List.of("gzip", "deflate", "br", "identity", "x")));
        return in(2) ? BOMB : json;
      }
      return switch (random.nextInt(16)) {
        case 0, 1, 2 -> Nasty.damaged(random, json);
        case 3 -> Nasty.bytes(random, random.nextInt(2_000));
        case 4 -> " ".repeat(65_537 + random.nextInt(1_000)).getBytes(StandardCharsets.US_ASCII);
        case 5 ->
            new String(json, StandardCharsets.UTF_8).concat("{}").getBytes(StandardCharsets.UTF_8);
        default -> json;
      };
    }

    private String oddType() {
      return one(
          random,
          List.of(
              "application/json;charset=utf-16",
              "application/json; charset=\"",
              "application/problem+json",
              "text/plain",
              "multipart/form-data",
              "*/*",
              ";",
              "a/b/c",
              "application/json\r\nContent-Type: text/xml"));
    }

    /** As the schema says, mostly; here and there something else, twice, or missing. */
    private String json(JsonNode schema, int depth) {
      if (in(depth == 0 ? 25 : 6) || depth > 12) {
        return Nasty.value(random);
      }
      JsonNode known =
          schema.has("$ref") ? document.at(schema.path("$ref").asString().substring(1)) : schema;
      if (known.has("enum")) {
        return one(random, known.path("enum").valueStream().toList()).toString();
      }
      JsonNode type =
          known.path("type").isArray() ? known.path("type").path(0) : known.path("type");
      return switch (type.asString("")) {
        case "object" -> object(known, depth);
        case "array" -> array(known.path("items"), depth);
        case "integer" -> integer(known);
        case "boolean" -> in(2) ? "true" : "false";
        case "string" -> string(known);
        default -> Nasty.value(random);
      };
    }

    private String object(JsonNode schema, int depth) {
      List<String> members = new ArrayList<>();
      schema
          .path("properties")
          .forEachEntry(
              (name, member) -> {
                for (int times = in(15) ? random.nextInt(3) : 1; times > 0; times--) {
                  members.add("\"" + name + "\":" + json(member, depth + 1));
                }
              });
      if (in(15)) {
        members.add("\"" + Nasty.text(random, random.nextInt(10)) + "\":" + Nasty.value(random));
      }
      return "{" + String.join(",", members) + "}";
    }

    private String array(JsonNode element, int depth) {
      int size = in(10) ? random.nextInt(200) : 1 + random.nextInt(3);
      List<String> elements = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        elements.add(json(element, depth + 1));
      }
      return "[" + String.join(",", elements) + "]";
    }

    private String integer(JsonNode schema) {
      long low = schema.path("minimum").asLong(1);
      long high = schema.path("maximum").asLong(Long.MAX_VALUE);
      return switch (random.nextInt(8)) {
        case 0 -> Long.toString(low - 1);
        case 1 -> Long.toString(low);
        case 2 -> Long.toString(high);
        case 3 -> Long.toString(high + 1);
        case 4 -> Long.toString(one(random, world.numbers));
        default -> Long.toString(low + random.nextInt(20));
      };
    }

    private String string(JsonNode schema) {
      return switch (schema.path("format").asString("")) {
        case "uuid" -> "\"" + one(random, world.ids) + "\"";
        case "date-time" ->
            one(
                random,
                List.of(
                    "\"2026-11-22T00:00:00Z\"",
                    "\"2036-01-01T00:00:00Z\"",
                    "\"2000-02-29T23:59:59.999999999Z\""));
        default -> "\"" + Nasty.text(random, random.nextInt(30)) + "\"";
      };
    }

    private void oddHeader() {
      headers.add(
          switch (random.nextInt(16)) {
            case 0 ->
                "Accept: "
                    + one(
                        random,
                        List.of("text/html", "*/*;q=0", "a/b;q=x", ",,,", "*/*,".repeat(300)));
            case 1 ->
                "Accept-Language: "
                    + one(random, List.of("ko", "*", "x-klingon;q=2", "-", "ko,".repeat(500)));
            case 2 -> "traceparent: " + Nasty.word(random);
            case 3 ->
                "Content-Length: " + one(random, List.of("-1", "x", "99999999999999999999", "+1"));
            case 4 ->
                "Transfer-Encoding: "
                    + one(random, List.of("gzip", "chunked, chunked", "identity", "x"));
            case 5 -> "Expect: " + one(random, List.of("100-continue", "200-ok"));
            case 6 ->
                "X-Forwarded-For: "
                    + Nasty.word(random)
                    + "\r\nX-Forwarded-Prefix: /"
                    + Nasty.word(random);
            case 7 -> "Forwarded: for=\"" + Nasty.word(random) + "\";host=x\"y;proto=ftp";
            case 8 -> "X-HTTP-Method-Override: DELETE";
            case 9 -> "Cookie: " + "a=b; ".repeat(random.nextInt(300));
            case 10 -> "X: " + "y".repeat(random.nextInt(12_000));
            case 11 ->
                "Authorization: "
                    + one(random, List.of("Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c"));
            case 12 -> "Host: " + one(random, List.of("", "a b", "[::1", "evil.example"));
            case 13 ->
                one(random, List.of("no colon", " folded", ": no name", "a\u0000b: c", "a b: c"));
            case 14 -> "Range: bytes=0-1,5-,-9\r\nIf-None-Match: *\r\nOrigin: null";
            default ->
                "Upgrade: " + one(random, List.of("h2c", "websocket")) + "\r\nConnection: Upgrade";
          });
    }

    private byte[] wire(String line, byte[] body) {
      boolean chunked = body.length > 0 && in(6);
      if (chunked) {
        headers.add("Transfer-Encoding: chunked");
        onlyContent &= in(2);
      } else if (body.length > 0 || in(2)) {
        headers.add("Content-Length: " + body.length);
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      String head = line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
      out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
      if (chunked) {
        out.writeBytes(
            (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      out.writeBytes(body);
      if (chunked) {
        out.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      return out.toByteArray();
    }
  }
}
