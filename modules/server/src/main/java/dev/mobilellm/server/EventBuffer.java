package dev.mobilellm.server;

import dev.mobilellm.runtime.scheduling.Likelihood;
import dev.mobilellm.server.Answers.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * Events on their way from the scheduler's thread, which never waits, to the connection of a client
 * that may be slow. Once many wait, pieces of the same answer are joined, so that their number has
 * a bound whatever the client does: {@value #MOST}, and two for each answer.
 */
final class EventBuffer {

  static final int MOST = 64;

  private final List<Event> events = new ArrayList<>();

  /** Adds an event; never waits. */
  synchronized void add(Event event) {
    if (!(event instanceof Event.Piece piece) || events.size() < MOST || !joined(piece)) {
      events.add(event);
    }
    notifyAll();
  }

  /** Waits for the next event. */
  synchronized Event next() throws InterruptedException {
    while (events.isEmpty()) {
      wait();
    }
    return events.removeFirst();
  }

  synchronized int size() {
    return events.size();
  }

  /** Whether there was a piece of the same answer to join it to. */
  private boolean joined(Event.Piece piece) {
    for (int i = events.size() - 1; i >= 0; i--) {
      if (events.get(i) instanceof Event.Piece last && last.choice() == piece.choice()) {
        List<Likelihood> likelihoods = new ArrayList<>(last.likelihoods());
        likelihoods.addAll(piece.likelihoods());
        events.set(i, new Event.Piece(piece.choice(), last.text() + piece.text(), likelihoods));
        return true;
      }
    }
    return false;
  }
}
