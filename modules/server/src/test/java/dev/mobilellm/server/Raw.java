package dev.mobilellm.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP by hand, for clients that behave badly. */
final class Raw {

  private Raw() {}

  /** Asks for a completion. */
  static void send(Socket socket, String body) throws IOException {
    send(socket, body, "");
  }

  /** Asks for a completion, with further headers. */
  static void send(Socket socket, String body, String headers) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(
        "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n%s"
            .formatted(body.length(), headers, body)
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Reads one reply, and returns its first line. */
  static String head(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    String length = head.toString().replaceAll("(?is).*content-length: *(\\d+).*", "$1");
    in.readNBytes(Integer.parseInt(length));
    return head.substring(0, head.indexOf("\r\n"));
  }
}
