package dev.millrace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.kubernetes.operator.api.CrdConstants;

/**
 * The operator's definitions of resources, and what a resource has that they do not allow.
 *
 * <p>Maven Central has those of operator 1.10.0. Compared with them field by field, those of the
 * tag release-1.14.0 (apache/flink-kubernetes-operator, helm/flink-kubernetes-operator/crds) know
 * more versions of Flink, have the field {@code job.autoscalerResetNonce}, take other values than
 * strings in {@code flinkConfiguration}, and have no {@code resourceClaims[].source} in a pod.
 */
final class ResourceDefinitions {
  private static final String FILE = "/META-INF/fabric8/%ss.flink.apache.org-v1.yml";

  /**
   * The newest {@code flinkVersion} that an operator accepts, as its definition says (the branches
   * release-1.10 to release-1.15); 1.15 may know more.
   */
  private static final Map<String, String> NEWEST_FLINK =
      new TreeMap<>(
          Map.of(
              "1.10", "v1_20", "1.11", "v2_0", "1.12", "v2_0", "1.13", "v2_2", "1.14", "v2_2",
              "1.15", "v2_2"));

  private ResourceDefinitions() {}

  /** Returns what is wrong in the fields of a resource; of a Job, in those of its pods. */
  static List<String> problems(JsonNode resource) throws IOException {
    List<String> problems = new ArrayList<>();
    switch (resource.path("kind").asText()) {
      case "FlinkDeployment", "FlinkStateSnapshot" ->
          check(resource.path("spec"), ofSpec(resource.path("kind").asText()), "spec", problems);
      case "Job" ->
          check(
              resource.at("/spec/template"),
              ofSpec("FlinkDeployment").at("/properties/podTemplate"),
              "spec.template",
              problems);
      default -> {}
    }
    return problems;
  }

  /** Returns the definition of the spec of a kind of resource. */
  static JsonNode ofSpec(String kind) throws IOException {
    String file = FILE.formatted(kind.toLowerCase(Locale.ROOT));
    try (InputStream in = CrdConstants.class.getResourceAsStream(file)) {
      JsonNode spec =
          new YAMLMapper()
              .readTree(in)
              .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
      if (spec.at("/properties/flinkVersion") instanceof ObjectNode version) {
        version.remove("enum");
      }
      return spec;
    }
  }

  /** Returns the operators that reject a {@code flinkVersion}. */
  static List<String> operatorsWithout(String flinkVersion) {
    return NEWEST_FLINK.entrySet().stream()
        .filter(operator -> number(operator.getValue()) < number(flinkVersion))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static int number(String flinkVersion) {
    String[] parts = flinkVersion.substring(1).split("_", 2);
    return 1000 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
  }

  /** Notes what a value has that its schema does not allow. */
  private static void check(JsonNode value, JsonNode schema, String place, List<String> problems) {
    String type = schema.path("type").asText("any");
    boolean fits =
        switch (type) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          case "boolean" -> value.isBoolean();
          default -> true;
        };
    if (!fits) {
      problems.add("%s: %s is no %s".formatted(place, value, type));
    } else if (value.isObject()
        && (schema.has("properties") || schema.has("additionalProperties"))) {
      value
          .properties()
          .forEach(
              field -> {
                String inner = place + "." + field.getKey();
                JsonNode known = schema.path("properties").path(field.getKey());
                JsonNode any = schema.path("additionalProperties");
                if (known.isMissingNode() && any.isMissingNode()) {
                  problems.add(inner + " is not a field");
                } else {
                  check(field.getValue(), known.isMissingNode() ? any : known, inner, problems);
                }
              });
    } else if (value.isArray()) {
      value.forEach(item -> check(item, schema.path("items"), place + "[]", problems));
    } else if (schema.has("enum")
        && !new YAMLMapper()
            .convertValue(schema.get("enum"), List.class)
            .contains(value.asText())) {
      problems.add("%s: %s is not one of its values".formatted(place, value.asText()));
    }
  }
}
