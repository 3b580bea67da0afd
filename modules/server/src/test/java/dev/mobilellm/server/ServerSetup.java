package dev.mobilellm.server;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One server with the demo model for all tests of a class. */
abstract class ServerSetup {

  static DemoServer demo;

  @BeforeAll
  static void startServer() {
    demo = DemoServer.start();
  }

  @AfterAll
  static void stopServer() {
    demo.close();
  }
}
