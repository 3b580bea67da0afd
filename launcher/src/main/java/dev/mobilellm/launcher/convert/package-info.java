/** The command {@code convert}: checkpoints in other types, quantized as MLX does. */
package dev.mobilellm.launcher.convert;
