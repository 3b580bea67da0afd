/** Text in and out: messages, chat templates and tokenizers. */
package dev.mobilellm.spi.text;
