package dev.mobilellm.kernels.java.spi;

/** The threads of the device. The calling thread is one of them. */
public interface Workers {

  /** A share of a parallel region. */
  @FunctionalInterface
  interface Task {

    /**
     * Does one share of the work. To give equal results with any number of workers, share out rows
     * or heads, never the terms of a sum.
     *
     * @param worker 0 to workers - 1
     */
    void run(int worker, int workers);
  }

  /** How many there are, at least 1. */
  int count();

  /**
   * Runs a task on all workers and returns when the last is done. Not re-entrant.
   *
   * @throws RuntimeException what a worker threw
   */
  void run(Task task);

  /**
   * The start of a worker's share of so many items, in multiples of {@code grain}. The share ends
   * where the next worker's starts.
   */
  static int start(int items, int grain, int worker, int workers) {
    int grains = (items + grain - 1) / grain;
    return (int) Math.min(items, (long) grains * worker / workers * grain);
  }
}
