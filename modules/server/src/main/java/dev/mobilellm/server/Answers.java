package dev.mobilellm.server;

import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.scheduling.AnswerListener;
import dev.mobilellm.runtime.scheduling.AnswerRequest;
import dev.mobilellm.runtime.scheduling.Likelihood;
import dev.mobilellm.runtime.scheduling.Scheduler;
import java.util.ArrayList;
import java.util.List;

/**
 * The answers to one request, as one stream of events. The scheduler's thread puts them in and
 * never waits; closing this, from any thread, ends the answers.
 */
final class Answers implements AutoCloseable {

  /** What happens to the answer of a number. */
  sealed interface Event {

    int choice();

    /** Text came, of these tokens if their likelihoods were asked for. */
    record Piece(int choice, String text, List<Likelihood> likelihoods) implements Event {}

    /** It is complete. */
    record Ended(int choice, Generation generation, List<Likelihood> likelihoods)
        implements Event {}

    /** It ended with an error. */
    record Failed(int choice, Throwable cause) implements Event {}
  }

  private final EventBuffer events = new EventBuffer();
  private final Metrics metrics;
  private volatile boolean closed;

  private Answers(Metrics metrics) {
    this.metrics = metrics;
  }

  /**
   * Asks for all answers of a task.
   *
   * @throws RuntimeException if one of them is refused; then there are none
   */
  static Answers submit(Scheduler scheduler, Task task, Metrics metrics) {
    Answers answers = new Answers(metrics);
    try {
      List<AnswerRequest> requests = task.requests();
      for (int i = 0; i < requests.size(); i++) {
        Listener listener = answers.new Listener(i);
        scheduler.submit(requests.get(i), listener).whenComplete(listener::ended);
      }
      return answers;
    } catch (RuntimeException | Error e) {
      answers.close();
      throw e;
    }
  }

  /** Waits for the next event. */
  Event next() throws InterruptedException {
    return events.next();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Called by the scheduler's thread. */
  private final class Listener implements AnswerListener {

    private final int choice;
    private final long submitted = System.nanoTime();
    private List<Likelihood> likelihoods = new ArrayList<>();
    private long last;

    Listener(int choice) {
      this.choice = choice;
    }

    @Override
    public void likelihood(Likelihood likelihood) {
      likelihoods.add(likelihood);
    }

    @Override
    public void token(int id) {
      long now = System.nanoTime();
      if (last == 0) {
        metrics.firstToken(now - submitted);
      } else {
        metrics.nextToken(now - last);
      }
      last = now;
    }

    @Override
    public void text(String piece) {
      events.add(new Event.Piece(choice, piece, take()));
    }

    @Override
    public boolean cancelled() {
      return closed;
    }

    void ended(Generation generation, Throwable cause) {
      if (cause != null) {
        events.add(new Event.Failed(choice, cause));
        return;
      }
      List<Likelihood> rest = take();
      boolean silent =
          generation.finishReason() == FinishReason.EOS
              || generation.finishReason() == FinishReason.STOP_STRING;
      // The token that ended it is not part of the text.
      events.add(new Event.Ended(choice, generation, silent ? List.of() : rest));
    }

    private List<Likelihood> take() {
      List<Likelihood> taken = likelihoods;
      likelihoods = new ArrayList<>();
      return taken;
    }
  }
}
