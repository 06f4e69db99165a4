/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Opens sockets to a server; over TLS only to one whose certificate is trusted and names the host. */
final class SocketOpener implements JedisSocketFactory {
    private final RedisAddress address;
    private final SSLContext trust;
    private final int connectMillis;
    private final int readMillis;

    SocketOpener(RedisAddress address, SSLContext trust, int connectMillis, int readMillis) {
        this.address = address;
        this.trust = trust;
        this.connectMillis = connectMillis;
        this.readMillis = readMillis;
    }

    @Override
    public Socket createSocket() {
        try {
            return open();
        } catch (IOException e) {
            throw new JedisConnectionException("no connection to " + address + ": " + e.getMessage(), e);
        }
    }

    private Socket open() throws IOException {
        IOException failure = new IOException("the host has no address");
        for (InetAddress place : InetAddress.getAllByName(address.host())) {
            try {
                return open(place);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    @SuppressWarnings("resource") // the TLS socket closes the plain one
    private Socket open(InetAddress place) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.connect(new InetSocketAddress(place, address.port()), connectMillis);
            plain.setSoTimeout(readMillis);
            return address.tls() ? encrypted(plain) : plain;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private Socket encrypted(Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket) trust.getSocketFactory().createSocket(plain, address.host(), address.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
