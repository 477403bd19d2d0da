package dev.millrace;

import dev.millrace.data.PublicApi;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * An element of the stream that a pipeline learns from, with the prediction for it.
 *
 * @param <T> type of the elements
 * @param element a copy, as the stream's serializer makes it
 * @param prediction made before the model learned from the element
 */
@PublicApi
public record PredictedElement<T>(T element, PredictionRow prediction) {

  /** Returns the type of elements with predictions. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // a class literal has no type arguments
  static <T> TypeInformation<PredictedElement<T>> type(TypeInformation<T> element) {
    Map<String, TypeInformation<?>> fields =
        Map.of("element", element, "prediction", PredictionRow.TYPE);
    return (TypeInformation) Types.POJO(PredictedElement.class, fields);
  }
}
