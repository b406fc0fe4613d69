internal import GraphArrays

extension OpCatalog {
  /// Operations on tensor lists. Loops and branches have no example, as they have bodies.
  static let lists: [any OpDefinition] = [
    EmptyTensorList(element: TensorType(.float32, .unknown)),
    TensorListElementShape(shapeType: .int32),
    TensorListFromTensor(dtype: .float32),
    TensorListGetItem(element: TensorType(.float32, .unknown)),
    TensorListLength(),
    TensorListPopBack(element: TensorType(.float32, .unknown)),
    TensorListPushBack(dtype: .float32),
    TensorListReserve(element: TensorType(.float32, .unknown)),
    TensorListSetItem(dtype: .float32),
    TensorListStack(dtype: .float32),
  ]
}
