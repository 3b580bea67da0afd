/**
 * What a checkpoint holds, and whether it would load: everything at once, not only the first error.
 */
package dev.mobilellm.runtime.inspection;
