package dev.millrace.report;

import dev.millrace.data.PublicApi;

/**
 * What a model had learned when it predicted.
 *
 * @param modelVersion steps that the model's weights had taken
 * @param examples that it had learned
 * @param configHash hash of the pipeline's configuration
 */
@PublicApi
public record ModelVersion(
    @Published(doc = "Number of optimizer steps of the weights that predicted.", column = true)
        long modelVersion,
    @Published(
            doc = "Number of examples that the model had learned when it predicted.",
            column = true)
        long examples,
    @Published(schema = "configHash") String configHash) {}
