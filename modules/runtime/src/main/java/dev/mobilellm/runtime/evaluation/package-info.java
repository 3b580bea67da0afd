/** How well a model predicts a text, and how far two models are apart. */
package dev.mobilellm.runtime.evaluation;
