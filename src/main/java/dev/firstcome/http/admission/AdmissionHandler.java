package dev.firstcome.http.admission;

import dev.firstcome.http.admission.SlowBodies.Place;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Answers writes that have no chance before anything of Spring or reactor-netty has seen them: 429
 * to those who are among the {@link RecentRejections}, 503 beyond the {@link ConcurrencyLimit}.
 * Whatever is out of the ordinary passes, and is refused on the usual way.
 *
 * <p>A write counts from when it has come whole; until then it is held here, and one that takes its
 * time needs a place among the {@link SlowBodies}. The sender of one who is not known yet passes at
 * once, to hear that his token is no good, and counts when the rest has come.
 */
public final class AdmissionHandler extends ChannelDuplexHandler {

  private final Admission admission;
  private final RefusedConnection connection;

  /** Requests let through whose answer is not complete: nobody is answered out of turn. */
  private int under;

  /** The first of them was counted as a write, and has not been answered yet. */
  private boolean writing;

  private boolean interim;
  private boolean turnedAway;

  /** Has not come whole, and was not let through. */
  private @Nullable HeldWrite held;

  /** Was let through before it has come whole. */
  private @Nullable HttpRequest early;

  private @Nullable Place earlyPlace;

  /** The rest of a request that has its answer already is dropped. */
  private boolean dropping;

  public AdmissionHandler(Admission admission) {
    this.admission = admission;
    this.connection = new RefusedConnection(admission);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (connection.isHungUp()) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HttpRequest request && !(message instanceof LastHttpContent)) {
      begin(context, request);
    } else if (message instanceof HttpContent part && !(message instanceof HttpRequest)) {
      goOn(context, part);
    } else {
      // What cannot be parsed is head and end in one.
      let(context, message);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    Refused refused =
        isWrite(request.method()) && under == 0 && admission.mayAnswer(context, request)
            ? admission.recentRejection(request)
            : null;
    if (refused != null) {
      refuse(context, request, refused);
      dropping = true;
    } else if (!isWrite(request.method())) {
      let(context, request);
    } else if (isHoldable(request)) {
      held = new HeldWrite(request);
    } else {
      early = request;
      let(context, request);
    }
  }

  /** Whatever else is answered before its body, or has none that we would take. */
  private boolean isHoldable(HttpRequest write) {
    return write.decoderResult().isSuccess()
        && !write.headers().contains(HttpHeaderNames.EXPECT)
        && HttpUtil.getContentLength(write, 0L) <= admission.largestBody();
  }

  private void goOn(ChannelHandlerContext context, HttpContent part) {
    boolean end = part instanceof LastHttpContent;
    if (dropping) {
      dropping = !end;
      part.release();
    } else if (held == null) {
      if (end) {
        earlyCame();
      }
      context.fireChannelRead(part);
    } else if (end) {
      came(context, held, (LastHttpContent) part);
    } else {
      held.add(context, part);
      if (held.bytes() > admission.largestBody()) {
        letEarly(context, held);
      }
    }
  }

  private void came(ChannelHandlerContext context, HeldWrite write, LastHttpContent end) {
    held = null;
    if (under == 0) {
      writing = admission.writes().admits();
      if (!writing && admission.mayAnswer(context, write.head())) {
        refuse(context, write.head(), CommonRefusal.OVERLOADED.refused());
        write.drop();
        end.release();
        return;
      }
    }
    under++;
    write.pass(context, end);
  }

  private void letEarly(ChannelHandlerContext context, HeldWrite write) {
    held = null;
    early = write.head();
    under++;
    write.pass(context, null);
  }

  private void earlyCame() {
    if (early != null && under == 1) {
      writing = true;
      admission.writes().enter();
    }
    early = null;
    leaveEarlyPlace();
  }

  private void leaveEarlyPlace() {
    if (earlyPlace != null) {
      earlyPlace.leave();
      earlyPlace = null;
    }
  }

  private void let(ChannelHandlerContext context, Object message) {
    under += message instanceof HttpRequest ? 1 : 0;
    context.fireChannelRead(message);
  }

  private void refuse(ChannelHandlerContext context, HttpRequest write, Refused refused) {
    connection.answer(context, write, refused);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (held != null && !held.isSlow()) {
      slow(context, held);
    }
    if (early != null && earlyPlace == null) {
      earlyPlace = admission.slowBodies().enter(early, context.channel().remoteAddress());
      if (earlyPlace == null) {
        context.close();
      }
    }
    connection.readComplete(context, dropping, held != null);
    context.fireChannelReadComplete();
  }

  /** Nothing more has come for now. */
  private void slow(ChannelHandlerContext context, HeldWrite write) {
    if (!admission.slowBodies().knows(write.head())) {
      letEarly(context, write);
      return;
    }
    Place place = admission.slowBodies().enter(write.head(), context.channel().remoteAddress());
    if (place != null) {
      write.slow(place);
      return;
    }
    held = null;
    dropping = true;
    if (under == 0 && admission.mayAnswer(context, write.head())) {
      refuse(context, write.head(), CommonRefusal.TOO_MANY_REQUESTS.refused());
    } else {
      context.close();
    }
    write.drop();
  }

  /** A handler that reads on demand asks for the next request once the last was answered. */
  @Override
  public void read(ChannelHandlerContext context) {
    if (!connection.isPaused()) {
      context.read();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      turnedAway = response.status().code() == 429 || response.status().code() == 503;
    }
    if (message instanceof LastHttpContent && !interim) {
      under--;
      leave();
    }
    context.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    leave();
    early = null;
    leaveEarlyPlace();
    if (held != null) {
      held.drop();
      held = null;
    }
    context.fireChannelInactive();
  }

  private void leave() {
    if (writing) {
      writing = false;
      admission.left(!turnedAway);
    }
    if (under == 0) {
      // It was answered before it has come whole: there is nothing to wait for.
      early = null;
      leaveEarlyPlace();
    }
  }

  private static boolean isWrite(HttpMethod method) {
    return !method.equals(HttpMethod.GET)
        && !method.equals(HttpMethod.HEAD)
        && !method.equals(HttpMethod.OPTIONS);
  }
}
