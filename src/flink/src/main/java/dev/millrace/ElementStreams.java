package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.PublicApi;
import dev.millrace.flink.CarriedElement;
import dev.millrace.flink.MapperFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/**
 * The results of a pipeline that learns from the elements of a stream.
 *
 * @param <T> type of the elements
 */
@PublicApi
public final class ElementStreams<T> extends MillraceStreams {
  private final DataStream<T> elements;
  private final MapperFunction<T> mapper;
  private @Nullable DataStream<PredictedElement<T>> predicted;

  ElementStreams(DataStream<T> elements, MapperFunction<T> mapper, MillraceStreams results) {
    super(results);
    this.elements = elements;
    this.mapper = mapper;
  }

  /**
   * Returns each element with the prediction for it. Elements travel through the job with their
   * examples, as the bytes of the stream's serializer, and are part of no state. A rejected element
   * has no prediction, and one with several forecasts as many predictions.
   */
  public DataStream<PredictedElement<T>> predictedElements() {
    if (predicted == null) {
      TypeInformation<T> type = elements.getType();
      TypeSerializer<T> serializer =
          type.createSerializer(
              elements.getExecutionEnvironment().getConfig().getSerializerConfig());
      mapper.carryElements(serializer);
      predicted =
          rows(
              elementRecords(),
              new Joined<>(serializer),
              PredictedElement.type(type),
              "predicted-elements");
    }
    return predicted;
  }

  /** Joins a prediction with the element that came with it. */
  private static final class Joined<T> implements MapFunction<OutputRecord, PredictedElement<T>> {
    private static final long serialVersionUID = 1L;

    private final CarriedElement<T> carried;

    Joined(TypeSerializer<T> serializer) {
      carried = new CarriedElement<>(serializer);
    }

    @Override
    public PredictedElement<T> map(OutputRecord record) throws Exception {
      return new PredictedElement<>(carried.of(record), PredictionRow.of(record));
    }
  }
}
