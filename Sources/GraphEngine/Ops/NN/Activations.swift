// Activations.

/// log(1 + exp(x)). TF: `tf.nn.softplus`.
public func softplus(_ x: Tensor, name: String? = nil) -> Tensor { unary("Softplus", x, name) }

/// x / (1 + |x|). TF: `tf.nn.softsign`.
public func softsign(_ x: Tensor, name: String? = nil) -> Tensor { unary("Softsign", x, name) }

/// x where it is above 0, else 0; NaN passes; the derivative at 0 is 0. TF: `tf.nn.relu`.
public func relu(_ x: Tensor, name: String? = nil) -> Tensor { unary("Relu", x, name) }

/// x held between 0 and 6. TF: `tf.nn.relu6`.
public func relu6(_ x: Tensor, name: String? = nil) -> Tensor { unary("Relu6", x, name) }

/// x where it is not below 0, else exp(x) - 1. Clevert et al., Fast and Accurate Deep Network Learning by Exponential
/// Linear Units, 2016. TF: `tf.nn.elu`.
public func elu(_ x: Tensor, name: String? = nil) -> Tensor { unary("Elu", x, name) }

/// The scaled `elu` that keeps mean and variance. Klambauer et al., Self-Normalizing Neural Networks, 2017. TF: `tf.nn.selu`.
public func selu(_ x: Tensor, name: String? = nil) -> Tensor { unary("Selu", x, name) }
