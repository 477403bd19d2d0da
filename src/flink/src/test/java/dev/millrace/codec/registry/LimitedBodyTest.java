package dev.millrace.codec.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;

class LimitedBodyTest {

  private final LimitedBody body = new LimitedBody(4);
  private final CompletableFuture<byte[]> bytes = body.getBody().toCompletableFuture();
  private boolean cancelled;

  private void begin() {
    body.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {
            cancelled = true;
          }
        });
  }

  @Test
  void asManyBytesAsAllowedAreTheAnswer() {
    begin();
    body.onNext(List.of(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3})));
    body.onNext(List.of(ByteBuffer.wrap(new byte[] {4})));
    body.onComplete();

    assertThat(bytes.join()).containsExactly(1, 2, 3, 4);
    assertThat(cancelled).isFalse();
  }

  @Test
  void oneByteMoreThanAllowedClosesTheConnection() {
    begin();
    body.onNext(List.of(ByteBuffer.wrap(new byte[] {1, 2, 3})));
    body.onNext(List.of(ByteBuffer.wrap(new byte[] {4, 5})));

    assertThat(bytes).isCompletedExceptionally();
    assertThatThrownBy(bytes::join)
        .hasRootCauseInstanceOf(IOException.class)
        .hasRootCauseMessage("the response has more than 4 bytes");
    assertThat(cancelled).isTrue();
  }
}
