package dev.mobilellm.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** HTTP/1.1 connections with time limits: {@link ConnectionInput}, {@link ConnectionOutput}. */
record WatchedConnections(ServerConnectionSelector http, Duration readTime, WriteClock clock)
    implements ServerConnectionSelector {

  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    ConnectionInput input = new ConnectionInput(context.dataReader(), readTime);
    DataWriter output = new ConnectionOutput(context.dataWriter(), clock);
    return new Connection(http.connection(new Context(context, input.reader(), output)), input);
  }

  private record Connection(ServerConnection connection, ConnectionInput input)
      implements ServerConnection {

    @Override
    public void handle(Limit limit) throws InterruptedException {
      ScopedValue.where(ConnectionInput.CURRENT, input)
          .<Void, InterruptedException>call(
              () -> {
                try {
                  connection.handle(limit);
                } finally {
                  input.linger();
                }
                return null;
              });
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }
  }

  private record Context(ConnectionContext original, DataReader dataReader, DataWriter dataWriter)
      implements ConnectionContext {

    @Override
    public ListenerContext listenerContext() {
      return original.listenerContext();
    }

    @Override
    public ExecutorService executor() {
      return original.executor();
    }

    @Override
    public Router router() {
      return original.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
      return original.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
      return original.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
      return original.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
      return original.localPeer();
    }

    @Override
    public boolean isSecure() {
      return original.isSecure();
    }

    @Override
    public String socketId() {
      return original.socketId();
    }

    @Override
    public String childSocketId() {
      return original.childSocketId();
    }
  }
}
