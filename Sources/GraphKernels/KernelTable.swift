package import CKernels

/// The vector loops of one instruction set.
///
/// The tables are constants of the program; a pointer to one is valid for ever.
package typealias KernelTable = UnsafePointer<sg_kernels>

/// An element type as the loops know it.
package typealias KernelType = sg_dtype

/// `out[i] = f(x[i])`.
package typealias UnaryLoop = sg_unary_fn
/// `out[i] = f(x[i], y[i])`, each operand with a stride of 0 or 1.
package typealias BinaryLoop = sg_binary_fn
/// `out[i] = condition[i] ? x[i] : y[i]`, each operand with a stride of 0 or 1.
package typealias SelectLoop = sg_select_fn
/// A reduction of the middle axis of `[outer, n, inner]`.
package typealias ReductionLoop = sg_reduce_fn
/// A product whose right-hand side is packed; see `PackedMatrix`.
package typealias PackedProductLoop = sg_packed_product_fn

extension UnsafePointer<sg_kernels> {
  /// The loops of the best instruction set that this machine has, or of the one that the environment
  /// variable `STATICGRAPH_INSTRUCTION_SET` names (`avx512`, `avx2` or `portable`), if the machine
  /// has it. OpenBLAS chooses for itself; its variable is `OPENBLAS_CORETYPE`.
  package static var best: KernelTable { sg_best_kernels() }

  /// The loops of each instruction set that this machine has, the best first.
  package static var all: [KernelTable] {
    let tables = sg_all_kernels()
    var result: [KernelTable] = []
    while let table = tables[result.count] { result.append(table) }
    return result
  }

  /// The loop that casts `from` to `to`, as TensorFlow's Cast.
  package func cast(from: KernelType, to: KernelType) -> UnaryLoop { sg_cast(self, from, to) }
}

extension sg_unary {
  /// The loop for `type`, or nil where the function does not exist for it.
  package subscript(type: KernelType) -> UnaryLoop? {
    switch type {
    case SG_F32: f32
    case SG_F64: f64
    case SG_I32: i32
    case SG_I64: i64
    case SG_U8: u8
    default: boolean
    }
  }
}

extension sg_binary {
  /// The loop for `type`, or nil where the function does not exist for it.
  package subscript(type: KernelType) -> BinaryLoop? {
    switch type {
    case SG_F32: f32
    case SG_F64: f64
    case SG_I32: i32
    case SG_I64: i64
    case SG_U8: u8
    default: boolean
    }
  }
}

extension sg_reduction {
  /// The loop for `type`, or nil where the reduction does not exist for it.
  package subscript(type: KernelType) -> ReductionLoop? {
    switch type {
    case SG_F32: f32
    case SG_F64: f64
    case SG_I32: i32
    case SG_I64: i64
    case SG_U8: u8
    default: boolean
    }
  }
}

extension sg_select {
  /// The loop for elements of `byteCount` bytes, which must be 1, 4 or 8.
  package subscript(byteCount byteCount: Int) -> SelectLoop {
    switch byteCount {
    case 1: bytes1
    case 4: bytes4
    default: bytes8
    }
  }
}
