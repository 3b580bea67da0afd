package dev.mobilellm.launcher.bench;

import java.util.Optional;

/**
 * What is measured.
 *
 * @param name a folder, or shape and encoding
 * @param makingSeconds how long making random weights took; empty for a checkpoint
 * @param loadSeconds how long loading took
 */
record Subject(String name, Optional<Double> makingSeconds, double loadSeconds) {}
