/** Operations on rows of floats, and the approximations of exp and friends. */
package dev.mobilellm.kernels.java.elementwise;
