package import GraphArrays
package import GraphKernels
internal import CKernels

extension DType {
  /// The element type as the vector loops know it; nil for strings, lists and handles.
  package var kernelType: KernelType? {
    switch self {
    case .float32: SG_F32
    case .float64: SG_F64
    case .int32: SG_I32
    case .int64: SG_I64
    case .uint8: SG_U8
    case .bool: SG_BOOL
    default: nil
    }
  }
}
