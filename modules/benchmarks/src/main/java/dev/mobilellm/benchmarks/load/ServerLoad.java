package dev.mobilellm.benchmarks.load;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks a running server for streamed chat answers with more and more clients, and tells tokens per
 * second, times to the first token and between tokens, and errors. Any server with the protocol of
 * OpenAI will do.
 *
 * <p>Arguments: {@value LoadPlan#USAGE}.
 */
public final class ServerLoad {

  private static final int WARM_UP = 8;

  private ServerLoad() {}

  /**
   * Runs the tool.
   *
   * @param arguments a URL and flags, as the class says
   * @throws UsageException if they are others
   * @throws ModelException if the server does not answer
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    LoadPlan plan = LoadPlan.of(arguments);
    AnswerStream server = new AnswerStream(plan);
    Prompts prompts = new Prompts(plan.promptWords(), System.nanoTime());
    List<Reading> readings = new ArrayList<>();
    Optional<TwoTurns> turns = Optional.empty();
    try {
      // Whatever is compiled or loaded at first is not what is measured.
      AtomicInteger pieces = new AtomicInteger();
      server.ask(
          List.of(prompts.next()), _ -> pieces.incrementAndGet(), () -> pieces.get() >= WARM_UP);
      for (int clients : plan.clients()) {
        readings.add(new Crowd(plan, server, prompts, clients).run(ServerLoad::tell));
      }
      if (plan.turns() > 0) {
        Prompts one = new Prompts(List.of(plan.turns()), System.nanoTime());
        turns = Optional.of(TwoTurns.measure(server, one));
      }
    } catch (IOException e) {
      throw new ModelException("%s does not answer: %s.".formatted(plan.server(), cause(e)), e);
    } finally {
      tell("");
    }
    LoadReport report = new LoadReport(readings, turns);
    System.out.print(plan.json() ? report.json().toPrettyString() + "\n" : report.table());
    plan.chart().ifPresent(file -> LoadChart.write(readings, file));
  }

  private static String cause(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** One line that is written over. */
  private static void tell(String words) {
    System.err.print("\r\u001b[K" + words);
  }
}
