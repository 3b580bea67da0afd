/** From a checkpoint's weights and the block plugins to a recorded program. */
package dev.mobilellm.runtime.assembly;
