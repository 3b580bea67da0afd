package dev.mobilellm.runtime.bench;

/**
 * Operations that do the same in every layer, and how long they took.
 *
 * @param operation the kind: {@code NormLinear}
 * @param weights the last words of their names, {@code q_proj, k_proj, v_proj}; may be empty
 * @param kernel what ran them: {@code linear bf16}
 * @param count how many there are in one pass
 * @param prefillNanos in one pass over a prompt; 0 if no prefill was measured
 * @param decodeNanos in several passes of one token; 0 if no decode was measured
 */
public record OperationTime(
    String operation,
    String weights,
    String kernel,
    int count,
    long prefillNanos,
    long decodeNanos) {

  OperationTime plus(OperationTime other) {
    return new OperationTime(
        operation,
        weights,
        kernel,
        count + other.count,
        prefillNanos + other.prefillNanos,
        decodeNanos + other.decodeNanos);
  }
}
