/** Many answers at once: requests that join and leave, and share each pass over the weights. */
package dev.mobilellm.runtime.scheduling;
