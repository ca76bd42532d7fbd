package dev.firstcome.http.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one client hears, at its own pace. */
class WatcherTest {

  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration STUCK = Duration.ofSeconds(10);
  private static final Frame FIRST = Frame.of("e", "{\"left\":3}");
  private static final Frame SECOND = Frame.of("e", "{\"left\":2}");
  private static final Frame THIRD = Frame.of("e", "{\"left\":1}");

  private final SlowNetwork network = new SlowNetwork();
  private final EmbeddedChannel channel = new EmbeddedChannel(network);
  private final Watcher watcher = new Watcher(channel, FIRST, 0, HEARTBEAT, STUCK);

  /** Takes what is written, and says that it has left when the test says so. */
  private static final class SlowNetwork extends ChannelOutboundHandlerAdapter {

    final List<String> written = new ArrayList<>();
    final Deque<ChannelPromise> underWay = new ArrayDeque<>();

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      ByteBuf bytes = (ByteBuf) message;
      written.add(bytes.toString(StandardCharsets.UTF_8));
      bytes.release();
      underWay.add(promise);
    }

    void deliver() {
      underWay.forEach(ChannelPromise::setSuccess);
      underWay.clear();
    }
  }

  private boolean show(Frame frame, int second) {
    return watcher.show(frame, Duration.ofSeconds(second).toNanos());
  }

  private static String text(Frame frame) {
    return new String(frame.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void isNotToldWhatItHasSeen() {
    show(FIRST, 1);
    show(Frame.of("e", "{\"left\":3}"), 2);
    assertThat(network.written).isEmpty();
  }

  @Test
  void hearsTheNewestOnlyWhenItWasBusy() {
    show(SECOND, 1);
    show(THIRD, 2);
    show(FIRST, 3);
    assertThat(network.written).containsExactly(text(SECOND));
    network.deliver();
    show(THIRD, 4);
    assertThat(network.written).containsExactly(text(SECOND), text(THIRD));
  }

  @Test
  void hearsACommentWhenThereIsNoNewsForLong() {
    show(FIRST, 15);
    assertThat(network.written).isEmpty();
    show(FIRST, 16);
    network.deliver();
    show(FIRST, 17);
    assertThat(network.written).containsExactly(":\n\n");
  }

  @Test
  void isCutOffWhenItTakesNothingForTooLong() {
    show(SECOND, 1);
    assertThat(show(THIRD, 11)).isFalse();
    assertThat(channel.isOpen()).isTrue();
    assertThat(show(THIRD, 12)).isTrue();
    assertThat(channel.isOpen()).isFalse();
    assertThat(show(THIRD, 13)).isFalse();
    assertThat(network.written).containsExactly(text(SECOND));
  }

  @Test
  void hearsNothingAfterItsEnd() {
    watcher.end();
    show(SECOND, 1);
    show(SECOND, 60);
    assertThat(network.written).isEmpty();
  }

  @Test
  void namesAStateByItsContent() {
    assertThat(FIRST.isSameAs(Frame.of("e", "{\"left\":3}"))).isTrue();
    assertThat(FIRST.isSameAs(SECOND)).isFalse();
    assertThat(text(FIRST)).isEqualTo("id: " + FIRST.id() + "\nevent: e\ndata: {\"left\":3}\n\n");
  }
}
