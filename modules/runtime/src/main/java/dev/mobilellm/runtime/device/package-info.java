/** Which device a model runs on, and what happens when that device fails. */
package dev.mobilellm.runtime.device;
