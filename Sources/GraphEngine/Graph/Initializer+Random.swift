internal import GraphArrays

/// Which widths of a weight's shape a scaled initialiser goes by.
///
/// For a shape `[..., in, out]` the incoming width is `in` times the extents before it and the
/// outgoing one `out` times those; a vector has its length for both, a scalar 1.
public enum FanMode: Sendable {
  /// The incoming width. TF: `fan_in`.
  case incoming
  /// The outgoing width. TF: `fan_out`.
  case outgoing
  /// The mean of both. TF: `fan_avg`.
  case average

  fileprivate func width(of shape: [Int]) -> Double {
    // As real numbers: a product of extents that no array has may be no Int.
    let extents = shape.map(Double.init)
    let (incoming, outgoing): (Double, Double)
    switch extents.count {
    case 0: (incoming, outgoing) = (1, 1)
    case 1: (incoming, outgoing) = (extents[0], extents[0])
    default:
      let field = extents.dropLast(2).reduce(1, *)
      incoming = extents[extents.count - 2] * field
      outgoing = extents[extents.count - 1] * field
    }
    let width =
      switch self {
      case .incoming: incoming
      case .outgoing: outgoing
      case .average: (incoming + outgoing) / 2
      }
    return max(1, width)
  }
}

/// How a scaled initialiser spreads its values around zero.
public enum InitialDistribution: Sendable {
  /// Evenly in `[-sqrt(3 v), sqrt(3 v))` for the variance `v`.
  case uniform
  /// Normal, nothing beyond two standard deviations, widened so that the variance is as asked for.
  case truncatedNormal
  /// Normal.
  case untruncatedNormal
}

extension Initializer {
  /// The standard deviation of a standard normal distribution cut at -2 and 2, as TensorFlow has it.
  private static let truncatedDeviation = 0.87962566103423978

  /// Evenly distributed values in `[min, max)`. TF: `tf.random_uniform_initializer`.
  public static func randomUniform(
    min: Double = -0.05, max: Double = 0.05, seed: Int? = nil
  ) -> Initializer {
    Initializer { graph, shape, dtype in
      graph.randomUniform(shape, min: min, max: max, dtype: dtype, seed: seed)
    }
  }

  /// Normally distributed values. TF: `tf.random_normal_initializer`.
  public static func randomNormal(
    mean: Double = 0, stddev: Double = 1, seed: Int? = nil
  ) -> Initializer {
    Initializer { graph, shape, dtype in
      graph.randomNormal(shape, mean: mean, stddev: stddev, dtype: dtype, seed: seed)
    }
  }

  /// Normally distributed values, drawn again where they lie beyond two standard deviations.
  /// TF: `tf.truncated_normal_initializer`.
  public static func truncatedNormal(
    mean: Double = 0, stddev: Double = 1, seed: Int? = nil
  ) -> Initializer {
    Initializer { graph, shape, dtype in
      graph.truncatedNormal(shape, mean: mean, stddev: stddev, dtype: dtype, seed: seed)
    }
  }

  /// Values of variance `scale / width`, so that signals neither grow nor fade from layer to layer.
  /// TF: `tf.variance_scaling_initializer`.
  ///
  /// - Parameters:
  ///   - scale: A positive factor of the variance.
  ///   - mode: Which width of the shape counts.
  public static func varianceScaling(
    scale: Double = 1, mode: FanMode = .incoming,
    distribution: InitialDistribution = .truncatedNormal, seed: Int? = nil
  ) -> Initializer {
    Initializer { graph, shape, dtype in
      let variance = scale / mode.width(of: shape)
      switch distribution {
      case .uniform:
        let limit = (3 * variance).squareRoot()
        return graph.randomUniform(shape, min: -limit, max: limit, dtype: dtype, seed: seed)
      case .truncatedNormal:
        let stddev = variance.squareRoot() / truncatedDeviation
        return graph.truncatedNormal(shape, mean: 0, stddev: stddev, dtype: dtype, seed: seed)
      case .untruncatedNormal:
        let stddev = variance.squareRoot()
        return graph.randomNormal(shape, mean: 0, stddev: stddev, dtype: dtype, seed: seed)
      }
    }
  }

  /// Values scaled for the largest width: evenly in `[-m, m)` with `m = factor * sqrt(3 / n)`, `n`
  /// being the product of all extents but the last. TF: `tf.uniform_unit_scaling_initializer`.
  public static func uniformUnitScaling(factor: Double = 1, seed: Int? = nil) -> Initializer {
    Initializer { graph, shape, dtype in
      let width = max(1, shape.dropLast().map(Double.init).reduce(1, *))
      let limit = (3 / width).squareRoot() * factor
      return graph.randomUniform(shape, min: -limit, max: limit, dtype: dtype, seed: seed)
    }
  }

  /// Evenly in `[-m, m)` with `m = sqrt(6 / (incoming + outgoing))`, the default of `getVariable`.
  ///
  /// Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks,
  /// 2010. TF: `tf.glorot_uniform_initializer`.
  public static let glorotUniform = glorotUniform(seed: nil)
  /// `glorotUniform` with a seed of its own.
  public static func glorotUniform(seed: Int?) -> Initializer {
    varianceScaling(mode: .average, distribution: .uniform, seed: seed)
  }

  /// Truncated normal of variance `2 / (incoming + outgoing)`. TF: `tf.glorot_normal_initializer`.
  public static let glorotNormal = glorotNormal(seed: nil)
  /// `glorotNormal` with a seed of its own.
  public static func glorotNormal(seed: Int?) -> Initializer {
    varianceScaling(mode: .average, seed: seed)
  }

  /// Evenly in `[-m, m)` with `m = sqrt(6 / incoming)`, for layers with `relu`.
  ///
  /// He et al., Delving Deep into Rectifiers, 2015. TF: `tf.keras.initializers.he_uniform`.
  public static let heUniform = heUniform(seed: nil)
  /// `heUniform` with a seed of its own.
  public static func heUniform(seed: Int?) -> Initializer {
    varianceScaling(scale: 2, distribution: .uniform, seed: seed)
  }

  /// Truncated normal of variance `2 / incoming`. TF: `tf.keras.initializers.he_normal`.
  public static let heNormal = heNormal(seed: nil)
  /// `heNormal` with a seed of its own.
  public static func heNormal(seed: Int?) -> Initializer { varianceScaling(scale: 2, seed: seed) }

  /// Evenly in `[-m, m)` with `m = sqrt(3 / incoming)`. TF: `tf.keras.initializers.lecun_uniform`.
  public static let lecunUniform = lecunUniform(seed: nil)
  /// `lecunUniform` with a seed of its own.
  public static func lecunUniform(seed: Int?) -> Initializer {
    varianceScaling(distribution: .uniform, seed: seed)
  }

  /// Truncated normal of variance `1 / incoming`. TF: `tf.keras.initializers.lecun_normal`.
  public static let lecunNormal = lecunNormal(seed: nil)
  /// `lecunNormal` with a seed of its own.
  public static func lecunNormal(seed: Int?) -> Initializer { varianceScaling(seed: seed) }
}
