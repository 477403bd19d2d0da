package dev.millrace.config.option;

/**
 * One option of the pipeline file: reading, checking and the reference all follow from this.
 *
 * @param name the key
 * @param fallback the value when the option is not given
 * @param remark the reference's word on the default, or null to show the fallback itself
 * @param example what to write, for an option that must be given; null for the others
 * @param meaning one line for the reference
 */
public record Option<T>(
    String name, OptionType<T> kind, T fallback, String remark, String example, String meaning) {

  public static <T> Option<T> of(String name, OptionType<T> kind, T fallback, String meaning) {
    return new Option<>(name, kind, fallback, null, null, meaning);
  }

  /** An option whose default is not one value: null stands for it, and the remark explains. */
  public static <T> Option<T> open(String name, OptionType<T> kind, String remark, String meaning) {
    return new Option<>(name, kind, null, remark, null, meaning);
  }

  public static <T> Option<T> required(
      String name, OptionType<T> kind, String example, String meaning) {
    return new Option<>(name, kind, null, "required", example, meaning);
  }

  boolean isRequired() {
    return example != null;
  }

  /** The default in words. */
  public String shownDefault() {
    return remark != null ? remark : kind.show(fallback);
  }
}
