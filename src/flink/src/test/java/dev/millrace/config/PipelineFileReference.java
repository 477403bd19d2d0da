package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;

/** Writes docs/reference/pipeline.md from the options themselves. */
final class PipelineFileReference {
  static final String SMALLEST =
      """
      pipeline: fraud
      kafka: { bootstrap.servers: localhost:9092 }
      input: { label: class }
      """;

  static final String FULL =
      """
      pipeline: fraud
      kafka:
        bootstrap.servers: broker-1:9093,broker-2:9093
        security.protocol: SASL_SSL
        sasl.mechanism: SCRAM-SHA-512
        sasl.jaas.config: >-
          org.apache.kafka.common.security.scram.ScramLoginModule required
          username="millrace" password="${env:KAFKA_PASSWORD}";
      input:
        topic: payments.v2
        format: json
        start: earliest
        key: shop.id
        label: verdict
        positive-class: fraud
        weight: importance
        event-time: paid_at
        id: payment.id
        labels:
          topic: verdicts.v2
          id: payment
          key: shop
          label: outcome
          timeout: 30d
          on-timeout: { label: ok }
          max-pending: 50000
        task: binary
        classes: [ok, fraud]
        features:
          - amount
          - { name: age_days, nullable: true }
          - { name: first_order, type: boolean }
          - { name: card, type: one-hot, values: [visa, mastercard, amex] }
          - { name: country, type: hash, buckets: 64, nullable: true }
      model:
        layers:
          - { units: 64, activation: relu, dropout: 0.2, layer-norm: true }
          - { units: 16, activation: tanh }
        output: sigmoid
        loss: binary_crossentropy
        optimizer: { name: rmsprop, rho: 0.95, epsilon: 1e-7, bias-correction: false }
        learning-rate: 0.003
        schedule: { name: cosine, decay-steps: 1000000, floor: 0.01, warmup-steps: 1000 }
        batch-size: 8
        l1: 0.0001
        l2: 0.001
        max-norm: 3
        label-smoothing: 0.05
        class-weights: { fraud: 10 }
        normalization: { name: standard, alpha: 0.001, clip: 3 }
        clip: 5
        clip-value: 1
        seed: 42
      metrics:
        window: 500
        window-time: 10m
        decay: 0.999
        every: 100
        max-interval: 5s
        per-class: false
        confusion-matrix: false
        averages: false
        calibration: false
        auc: false
        auc-max-classes: 20
        beta: 2
        quantile: 0.9
        threshold-metric: f1
      validation:
        fraction: 0.1
        patience: 3
      drift:
        detector: { name: ddm, min-examples: 50, warning-threshold: 2.5, drift-threshold: 3.5 }
        action: boost-learning-rate
        boost-factor: 2
        boost-steps: 1000
      output:
        topics:
          metrics: fraud.metrics
          predictions: fraud.predictions
          events: fraud.events
          dead-letters: fraud.rejected
          models: fraud.models
          summary: fraud.summary
        predictions: true
        interval: 0.9
        reasons: 5
        snapshots: { every: 5000, max-interval: 1m }
        summary: true
        guarantee: exactly-once
      state:
        backend: rocksdb
        checkpoint-interval: 1m
      limits:
        record-bytes: 65536
        key-bytes: 64
        classes: 10
        features: 512
      """;

  private PipelineFileReference() {}

  static String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # The pipeline file

        <!-- Generated from the options in the source. Regenerate it with
             mvn test -Dtest=PipelineFileReferenceTest -Dmillrace.docs.write=true -->

        One YAML file says what a pipeline reads, learns and writes. `./millrace validate -c FILE` checks it and
        names everything that is wrong at once. Options that are not listed here are rejected.

        The smallest file:

        ```yaml
        """);
    text.append(SMALLEST).append("```\n\nEverything written out:\n\n```yaml\n").append(FULL);
    text.append(
        """
        ```

        Times are written `500ms`, `10s`, `5m` or `1h`. Anchors, aliases and `<<` work as in any YAML file.

        ## Secrets

        Passwords, tokens, keys and JAAS passwords in clear text are rejected. Write a placeholder, which the Kafka
        clients fill in where they run: `${env:NAME}` (environment variable), `${file:/path/to.properties:key}` or
        `${directory:/path:file}`. These three need no further setting; other providers are named in
        `config.providers` as Kafka has it. In a flow map (`{ }`) put placeholders in quotes. No command, log
        or error shows the value of a secret.
        """);
    PipelineOptions.GROUPS.forEach(group -> append(group, text));
    return text.toString();
  }

  private static void append(OptionGroup group, StringBuilder text) {
    text.append("\n## ").append(group.path().isEmpty() ? "Top level" : '`' + group.path() + '`');
    if (!group.variant().isEmpty()) {
      text.append(" with `").append(group.variant()).append('`');
    }
    text.append("\n\n").append(group.documentation()).append("\n\n");
    text.append("| option | takes | default | meaning |\n|---|---|---|---|\n");
    for (Option<?> option : group.options()) {
      text.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              option.name(), option.type().allowed(), defaultOf(option), option.documentation()));
    }
  }

  private static String defaultOf(Option<?> option) {
    String shown = option.shownDefault();
    return shown.contains("<") ? '`' + shown + '`' : shown; // else Markdown takes it for HTML
  }
}
