/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * Plays the platform, as a process of its own: a learner arrives, a trainer makes an adapter, and what comes back is printed. The other
 * process is {@link ServiceProcess}.
 */
public final class PlatformProcess {
    private PlatformProcess() {}

    /**
     * Ends when the learner's first checkpoint is there.
     *
     * @param args the bus's URL; the folder in which trainers leave adapters; the adapter's folder in it
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path weights = Path.of(args[1], args[2], "adapter_model.safetensors");
        String adapter = "{\"learner_id\": \"ada\", \"subject\": \"math\", \"uri\": \"" + args[2] + "\", \"sha256\": \""
                + sha256(Files.readAllBytes(weights)) + "\"}";
        CountDownLatch merged = new CountDownLatch(1);
        try (EventBus bus = RedisEventBus.builder(args[0]).source("/platform").open()) {
            bus.subscribe("NAMESPACE_CREATED", "platform", message -> {
                System.out.println(message.payload());
                send(bus, "ADAPTER_TRAINED", adapter);
            });
            bus.subscribe("MERGE_COMPLETED", "platform", message -> {
                System.out.println(message.payload());
                merged.countDown();
            });
            send(bus, "PRIVATE_BRAIN_READY", "{\"learner_id\": \"ada\", \"subjects\": [\"math\"]}");
            merged.await();
        }
    }

    private static void send(EventBus bus, String type, String data) {
        bus.publish(new BusMessage(UUID.randomUUID().toString(), type, "ada", data));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
