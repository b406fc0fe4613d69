import GraphArrays
import GraphEngine

/// The attributes of a golden case.
struct GoldenAttributes {
  let values: [String: GoldenAttribute]

  func bool(_ name: String) -> Bool {
    if case .bool(let value)? = values[name]?.value { value } else { false }
  }
  func int(_ name: String) -> Int {
    if case .int(let value)? = values[name]?.value { value } else { 0 }
  }
  func float(_ name: String) -> Float {
    if case .float(let value)? = values[name]?.value { value } else { 0 }
  }
  func string(_ name: String) -> String {
    if case .string(let value)? = values[name]?.value { value } else { "" }
  }
  func type(_ name: String) -> DType {
    if case .type(let value)? = values[name]?.value { value } else { .float32 }
  }
  func ints(_ name: String) -> [Int] {
    if case .ints(let value)? = values[name]?.value { value } else { [] }
  }
}

/// How the definitions of golden cases are made, by the operation's type.
///
/// Operations without attributes need no entry: the catalogue's own example is taken.
enum GoldenDefinitions {
  typealias Maker = @Sendable (GoldenAttributes) -> any OpDefinition

  static let makers: [String: Maker] = [elementwise, images, arrays].reduce(into: [:]) {
    all, part in
    all.merge(part) { first, _ in first }
  }

  /// The definition of an operation; nil where there is none in the catalogue.
  static func make(_ operation: String, _ attributes: [String: GoldenAttribute]) -> (
    any OpDefinition
  )? {
    if let maker = makers[operation] { return maker(GoldenAttributes(values: attributes)) }
    return OpCatalog.engine.first { $0.name == operation }
  }

  private static let elementwise: [String: Maker] = [
    "Cast": { Cast($0.type("DstT")) },
    "ArgMax": { ArgExtreme(.greatest, outputType: $0.type("output_type")) },
    "ArgMin": { ArgExtreme(.least, outputType: $0.type("output_type")) },
    "Cumsum": { Cumulative(.sum, exclusive: $0.bool("exclusive"), reverse: $0.bool("reverse")) },
    "Cumprod": {
      Cumulative(.product, exclusive: $0.bool("exclusive"), reverse: $0.bool("reverse"))
    },
    "Sum": { reduction("Sum", $0) },
    "Mean": { reduction("Mean", $0) },
    "Prod": { reduction("Prod", $0) },
    "Max": { reduction("Max", $0) },
    "Min": { reduction("Min", $0) },
    "All": { reduction("All", $0) },
    "Any": { reduction("Any", $0) },
    "MatMul": { MatMul(transposeA: $0.bool("transpose_a"), transposeB: $0.bool("transpose_b")) },
    "BatchMatMul": {
      BatchMatMul(adjX: $0.bool("adj_x"), adjY: $0.bool("adj_y"), broadcasts: false)
    },
    "BatchMatMulV2": { BatchMatMul(adjX: $0.bool("adj_x"), adjY: $0.bool("adj_y")) },
    "BiasAdd": { BiasAdd(dataFormat: $0.string("data_format")) },
    "BiasAddGrad": { BiasAddGrad(dataFormat: $0.string("data_format")) },
    "LeakyRelu": { LeakyRelu(alpha: $0.float("alpha")) },
    "LeakyReluGrad": { LeakyReluGrad(alpha: $0.float("alpha")) },
  ]

  private static let images: [String: Maker] = [
    "Conv2D": { Conv2D(window($0)) },
    "Conv2DBackpropInput": { Conv2DBackpropInput(window($0)) },
    "Conv2DBackpropFilter": { Conv2DBackpropFilter(window($0)) },
    "MaxPool": { MaxPool(pool($0)) },
    "MaxPoolGrad": { MaxPoolGrad(pool($0)) },
    "MaxPoolGradGrad": { MaxPoolGradGrad(pool($0)) },
    "AvgPool": { AvgPool(pool($0)) },
    "AvgPoolGrad": { AvgPoolGrad(pool($0)) },
  ]

  private static func window(_ attributes: GoldenAttributes) -> WindowAttributes {
    let dilations = attributes.ints("dilations")
    return WindowAttributes(
      strides: attributes.ints("strides"), padding: attributes.string("padding"),
      explicitPaddings: attributes.ints("explicit_paddings"),
      dilations: dilations.isEmpty ? [1, 1, 1, 1] : dilations,
      dataFormat: attributes.string("data_format"))
  }

  private static func pool(_ attributes: GoldenAttributes) -> PoolAttributes {
    PoolAttributes(extents: attributes.ints("ksize"), window(attributes))
  }

  private static func reduction(
    _ operation: String, _ attributes: GoldenAttributes
  ) -> any OpDefinition {
    let record = OpCatalog.reductions.first { $0.name == operation } as? Reduction
    return record.map { $0.keepingDims(attributes.bool("keep_dims")) } ?? NoOp()
  }
}
