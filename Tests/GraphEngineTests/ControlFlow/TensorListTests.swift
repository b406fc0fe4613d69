import GraphArrays
import GraphEngine
import Testing

@Suite("Tensor lists")
struct TensorListTests {
  private func item(_ values: [Float]) -> TensorList.Item {
    .array(NDArray(values, shape: [values.count]).storage, shape: [values.count])
  }

  private func values(_ item: TensorList.Item) throws -> [Float] {
    guard case .array(let storage, let shape) = item else { return [] }
    return NDArray(dtype: .float32, shape: shape, storage: storage).scalars(as: Float.self)
  }

  @Test("are changed in place by the only holder, and copied for others")
  func copyOnWrite() throws {
    var object: AnyObject? = TensorList(dtype: .float32, elementShape: [2], count: 1)
    let address = object.map { ObjectIdentifier($0) }
    let list = try TensorList.changing(object.take())
    #expect(ObjectIdentifier(list) == address)
    let copy = try TensorList.changing(list)
    #expect(copy !== list)
    try copy.set(item([1, 2]), at: 0, isResizable: false)
    #expect(try values(list.item(at: 0, shape: .unknown)) == [0, 0])
    #expect(try values(copy.item(at: 0, shape: .unknown)) == [1, 2])
  }

  @Test("add item by item, taking what is not written for zeros")
  func sums() throws {
    let a = TensorList(dtype: .float32, elementShape: .unknown, items: [item([1, 2]), .unwritten])
    let b = TensorList(
      dtype: .float32, elementShape: [2], items: [item([10, 20]), item([3, 4]), .unwritten])
    let sum = try TensorList.sum([a, b])
    #expect(sum.count == 3)
    #expect(try values(sum.item(at: 0, shape: .unknown)) == [11, 22])
    #expect(try values(sum.item(at: 1, shape: .unknown)) == [3, 4])
    #expect(try values(sum.item(at: 2, shape: .unknown)) == [0, 0])
  }

  /// What a run that fails says.
  private func message(_ declare: (Graph, Tensor) -> Tensor) throws -> String {
    let graph = Graph()
    let index = graph.placeholder(.int32, shape: [])
    let y = declare(graph, index)
    let session = try Session(graph)
    let error = #expect(throws: SessionError.self) {
      _ = try session.run(y, feeding: [index: 5])
    }
    return error?.message ?? ""
  }

  @Test("say which element is out of range, as TensorFlow does")
  func outOfRange() throws {
    let type = TensorType(.float32, [2])
    let read = try message { graph, index in
      tensorListGetItem(graph.reservedList(of: type, length: graph.constant(3)), index)
    }
    #expect(read == "Trying to access element 5 in a list with 3 elements.")
    let write = try message { graph, index in
      let list = graph.reservedList(of: type, length: graph.constant(3))
      return tensorListStack(tensorListSetItem(list, index, graph.constant([1.0, 2.0])))
    }
    #expect(write == "Trying to modify element 5 in a list with 3 elements.")
    let reserve = try message { graph, index in
      tensorListStack(graph.reservedList(of: type, length: index * -1))
    }
    #expect(reserve == "The num_elements to reserve must be a non negative number, but got -5")
    let unknown = try message { graph, index in
      let any = TensorType(.float32, .unknown)
      let list = graph.reservedList(of: any, length: index)
      return tensorListGetItem(list, index - 1)
    }
    #expect(
      unknown == "Trying to read an uninitialized tensor but element_shape is not fully defined: "
        + "<unknown> and no list element is set.")
    let pop = try message { graph, index in
      let list = graph.reservedList(of: type, length: index - 5)
      return graph.tensors(TensorListPopBack(element: type), [list, graph.constant([2])])[1]
    }
    #expect(pop == "Trying to pop from an empty list.")
  }

  @Test("read what was not written as zeros where the shape is known")
  func unwritten() throws {
    let graph = Graph()
    let type = TensorType(.float32, .unknown)
    let list = tensorListSetItem(
      graph.reservedList(of: type, length: graph.constant(3)), graph.constant(1),
      graph.constant([1.0, 2.0]))
    let session = try Session(graph)
    #expect(
      try session.run(tensorListStack(list))
        == NDArray([[0, 0], [1, 2], [0, 0]], dtype: .float32))
    #expect(try session.run(tensorListLength(list)).scalar(as: Int.self) == 3)
    let shape = graph.tensor(TensorListElementShape(shapeType: .int32), [list])
    #expect(try session.run(shape).scalar(as: Int.self) == -1)
  }

  @Test("share the memory of an array whose rows fill cache lines, and copy others")
  func fromTensor() throws {
    let graph = Graph()
    for columns in [3, 16] {
      let values = (0..<(4 * columns)).map(Float.init)
      let x = graph.constant(NDArray(values, shape: [4, columns]))
      let y = tensorListStack(tensorListFromTensor(x))
      let row = tensorListGetItem(tensorListFromTensor(x), graph.constant(2))
      let (whole, third) = try Session(graph).run(y, row)
      #expect(whole.scalars(as: Float.self) == values)
      #expect(third.scalars(as: Float.self) == Array(values[(2 * columns)..<(3 * columns)]))
    }
  }

  @Test("have value semantics in a graph")
  func valueSemantics() throws {
    let graph = Graph()
    let list = tensorListFromTensor(graph.constant([1, 2, 3]))
    let changed = tensorListSetItem(list, graph.constant(0), graph.constant(7))
    let again = tensorListSetItem(list, graph.constant(1), graph.constant(8))
    let values = try Session(graph).run([list, changed, again].map { tensorListStack($0) })
    #expect(values == [NDArray([1, 2, 3]), NDArray([7, 2, 3]), NDArray([1, 8, 3])])
  }
}
