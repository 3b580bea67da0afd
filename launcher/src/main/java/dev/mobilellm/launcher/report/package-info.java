/** What reports are made of: aligned text for people, JSON for programs. */
package dev.mobilellm.launcher.report;
