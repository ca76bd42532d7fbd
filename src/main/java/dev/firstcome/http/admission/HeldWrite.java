package dev.firstcome.http.admission;

import dev.firstcome.http.admission.SlowBodies.Place;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** A write that has not come whole. Nobody has seen anything of it, so nothing works on it. */
final class HeldWrite {

  private final HttpRequest head;
  private @Nullable ByteBuf body;
  private @Nullable Place place;

  HeldWrite(HttpRequest head) {
    this.head = head;
  }

  HttpRequest head() {
    return head;
  }

  int bytes() {
    return body == null ? 0 : body.readableBytes();
  }

  /** Copied: what a client trickles would keep a whole buffer of the socket's for each byte. */
  void add(ChannelHandlerContext context, HttpContent part) {
    if (body == null) {
      body = context.alloc().buffer(Math.max(256, part.content().readableBytes()));
    }
    body.writeBytes(part.content());
    part.release();
  }

  boolean isSlow() {
    return place != null;
  }

  /** It takes a place among those that are slow, until it ends. */
  void slow(Place place) {
    this.place = place;
  }

  /** Shows it to the handlers behind this one. */
  void pass(ChannelHandlerContext context, @Nullable LastHttpContent end) {
    context.fireChannelRead(head);
    if (body != null) {
      context.fireChannelRead(new DefaultHttpContent(body));
      body = null;
    }
    if (end != null) {
      context.fireChannelRead(end);
    }
    leave();
  }

  void drop() {
    if (body != null) {
      body.release();
      body = null;
    }
    leave();
  }

  private void leave() {
    if (place != null) {
      place.leave();
      place = null;
    }
  }
}
