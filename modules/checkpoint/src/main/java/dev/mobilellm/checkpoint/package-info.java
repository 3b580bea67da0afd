/**
 * Checkpoints in the layout that Hugging Face uses: {@link
 * dev.mobilellm.checkpoint.CheckpointFiles} for the folder and its JSON, {@link
 * dev.mobilellm.checkpoint.CheckpointTensors} for the weights of all its files, {@link
 * dev.mobilellm.checkpoint.SafetensorsFile} and {@link dev.mobilellm.checkpoint.SafetensorsWriter}
 * for single files, {@link dev.mobilellm.checkpoint.CheckpointWriter} for whole folders, {@link
 * dev.mobilellm.checkpoint.AffineQuantizer} for MLX's quantization.
 *
 * <p>Nothing a file says is believed before it is checked against the bytes that are there.
 */
package dev.mobilellm.checkpoint;
