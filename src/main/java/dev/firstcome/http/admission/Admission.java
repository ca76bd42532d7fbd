package dev.firstcome.http.admission;

import dev.firstcome.http.guard.ClientAddress;
import dev.firstcome.http.guard.ConnectionDraining;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.http.problem.RefusalMeters;
import dev.firstcome.http.problem.RetryAfter;
import dev.firstcome.refusal.Refused;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the {@link AdmissionHandler} of every connection asks. */
@Component
public final class Admission {

  private final RecentRejections recent;
  private final ConcurrencyLimit writes;
  private final SlowBodies slowBodies;
  private final ConnectionDraining draining;
  private final ClientAddress clients;
  private final RefusalMeters refusals;
  private final RetryAfter retryAfter;
  private final long largestBody;

  Admission(
      RecentRejections recent,
      ConcurrencyLimit writes,
      SlowBodies slowBodies,
      ConnectionDraining draining,
      ClientAddress clients,
      RefusalMeters refusals,
      RetryAfter retryAfter,
      WebSettings settings) {
    this.recent = recent;
    this.writes = writes;
    this.slowBodies = slowBodies;
    this.draining = draining;
    this.clients = clients;
    this.refusals = refusals;
    this.retryAfter = retryAfter;
    this.largestBody = settings.maxBody().toBytes();
  }

  @Nullable Refused recentRejection(HttpRequest write) {
    return recent.find(write);
  }

  ConcurrencyLimit writes() {
    return writes;
  }

  /**
   * A write has its answer, or its connection has ended.
   *
   * @param served whether it was not turned away
   */
  void left(boolean served) {
    writes.left();
    if (served) {
      retryAfter.served();
    }
  }

  SlowBodies slowBodies() {
    return slowBodies;
  }

  long largestBody() {
    return largestBody;
  }

  void count(Refused refused) {
    refusals.count(refused.refusal());
  }

  /** A proxy's connection carries other people's requests as well. */
  boolean isShared(ChannelHandlerContext context) {
    return context.channel().remoteAddress() instanceof InetSocketAddress peer
        && clients.isProxy(peer);
  }

  /** Whether a refusal of this request is simple enough to be given by a connection's handler. */
  boolean mayAnswer(ChannelHandlerContext context, HttpRequest request) {
    // A client that does not read its answers goes the usual way, which stops reading from it.
    return context.channel().isWritable()
        && request.decoderResult().isSuccess()
        && HttpUtil.isKeepAlive(request)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.headers().contains(HttpHeaderNames.EXPECT)
        && !draining.isUnderWay();
  }
}
