package dev.guard.notify;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A short answer as text; one that does not end soon is a failure, not a prefix. */
final class FirstBytes implements HttpResponse.BodySubscriber<String> {
  private static final int MOST = 64 * 1024;

  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private Flow.@Nullable Subscription subscription;

  @Override
  public CompletionStage<String> getBody() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription to) {
    if (subscription != null) {
      to.cancel();
      return;
    }
    subscription = to;
    to.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (result.isDone()) {
        return;
      }
      if (text.length() + buffer.remaining() > MOST) {
        if (subscription != null) {
          subscription.cancel();
        }
        result.completeExceptionally(new IOException("the answer does not end"));
        return;
      }
      // Only "ok" is ever read from it, so one character a byte is enough.
      text.append(StandardCharsets.ISO_8859_1.decode(buffer));
    }
  }

  @Override
  public void onError(Throwable failure) {
    result.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    result.complete(text.toString());
  }
}
