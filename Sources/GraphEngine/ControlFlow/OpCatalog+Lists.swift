internal import GraphArrays

extension OpCatalog {
  /// Operations on tensor lists. Loops and branches have no example, as they have bodies.
  static let lists: [any OpDefinition] = [
    EmptyTensorList(element: TensorType(.float32, .unknown)),
    OptionalFromValue(dtypes: [.float32]),
    OptionalGetValue(types: [TensorType(.float32, .unknown)]),
    OptionalHasValue(),
    OptionalNone(),
    TensorListConcat(dtype: .float32, elementShape: .unknown),
    TensorListConcat(dtype: .float32, elementShape: nil),
    TensorListElementShape(shapeType: .int32),
    TensorListFromTensor(dtype: .float32),
    TensorListGather(dtype: .float32),
    TensorListGetItem(element: TensorType(.float32, .unknown)),
    TensorListLength(),
    TensorListPopBack(element: TensorType(.float32, .unknown)),
    TensorListPushBack(dtype: .float32),
    TensorListReserve(element: TensorType(.float32, .unknown)),
    TensorListResize(),
    TensorListScatter(dtype: .float32, takesCount: false),
    TensorListScatter(dtype: .float32, takesCount: true),
    TensorListScatterIntoExistingList(dtype: .float32),
    TensorListSetItem(dtype: .float32),
    TensorListSplit(dtype: .float32),
    TensorListStack(dtype: .float32),
  ]
}
