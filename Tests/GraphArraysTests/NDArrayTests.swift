import GraphArrays
import Testing

@Suite("Arrays")
struct NDArrayTests {
  @Test("Makers fill as NumPy does")
  func makers() {
    #expect(NDArray.zeros([2, 3]) == NDArray([0, 0, 0, 0, 0, 0] as [Float], shape: [2, 3]))
    #expect(NDArray.ones([2], .bool) == [true, true])
    #expect(NDArray.ones([2], .int64).scalars(as: Int.self) == [1, 1])
    #expect(NDArray.full([2], 2.5) == [2.5, 2.5])
    #expect(NDArray.full([2], "a").strings == ["a", "a"])
    #expect(NDArray.zeros([2], .string).strings == ["", ""])
    #expect(NDArray.arange(4) == [0, 1, 2, 3])
    #expect(NDArray.arange(5, -1, step: -2) == [5, 3, 1])
    #expect(NDArray.arange(3, 3).shape == [0])
    #expect(NDArray.linspace(0, 1, count: 5) == [0, 0.25, 0.5, 0.75, 1])
    #expect(NDArray.linspace(2, 9, count: 1) == [2.0])
    #expect(NDArray(scalar: 2.0).dtype == .float64)
    #expect(NDArray(scalar: 7).dtype == .int64)
    #expect(NDArray([[1, 2]], dtype: .float64).dtype == .float64)
    #expect(NDArray(["a", "b"], shape: [2, 1]).shape == [2, 1])
  }

  @Test("Memory is aligned to 64 bytes, and borrowed memory given back")
  func storage() async {
    for count in [0, 1, 7, 100_000] {
      let array = NDArray.zeros([count], .uint8)
      #expect(UInt(bitPattern: array.storage.pointer) % 64 == 0)
      #expect(array.withUnsafeBytes { $0.allSatisfy { $0 == 0 } && $0.count == count })
    }
    await confirmation { released in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
      memory.storeBytes(of: 2.5, as: Double.self)
      let storage = ArrayStorage(pointer: memory, byteCount: 8) {
        [address = UInt(bitPattern: memory)] in
        UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        released()
      }
      let array = NDArray(dtype: .float64, shape: [], storage: storage)
      #expect(array.scalar(as: Double.self) == 2.5)
    }
  }

  @Test("Elements are read in other types as a cast gives them")
  func reading() {
    let array = NDArray([-1.5, 0, 2.9, 1e30, .nan], shape: [5])
    #expect(array.scalars(as: Int32.self) == [-1, 0, 2, .max, 0])
    #expect(array.scalars(as: UInt8.self) == [0, 0, 2, 255, 0])
    #expect(array.scalars(as: Bool.self) == [true, false, true, true, true])
    #expect(NDArray([300, -1], shape: [2]).cast(to: .uint8).scalars(as: Int.self) == [44, 255])
    #expect(NDArray([true, false]).cast(to: .float32) == [1.0, 0.0])
    #expect(NDArray((1 << 60) + 1).scalar(as: Int.self) == (1 << 60) + 1)
    #expect(NDArray([[2.5]]).scalar() == 2.5)
    #expect(NDArray(7).scalar(as: Double.self) == 7)
    #expect(throws: ArrayError.self) { try NDArray("a").cast(to: .int32).validated() }
    #expect(NDArray([1, 2]).withUnsafeBufferPointer(as: Int32.self) { $0.reduce(0, +) } == 3)
  }

  @Test("Equality is by type, shape and elements; NaN equals nothing")
  func equality() {
    #expect(NDArray([1, 2]) != NDArray([1.0, 2.0]))
    #expect(NDArray([1, 2]) != NDArray([[1, 2]]))
    #expect(NDArray([0.0]) == NDArray([-0.0]))
    let nan = NDArray(Double.nan)
    #expect(nan != nan)
    #expect(NDArray(["a"]) == NDArray(["a"]))
    #expect(NDArray([1.0, 2.0]).isClose(to: [1.000001, 2]))
    #expect(!NDArray([1.0, 2.0]).isClose(to: [1.1, 2]))
    #expect(!nan.isClose(to: nan) && nan.isClose(to: nan, equalNaN: true))
    let infinity = NDArray(Double.infinity)
    #expect(infinity.isClose(to: infinity) && !NDArray(1.0).isClose(to: infinity))
    #expect(!infinity.isClose(to: [1.0]))
  }

  @Test("Subscripts take indices and ranges for each axis")
  func slicing() throws {
    let a = NDArray.arange(24).reshaped([2, 3, 4])
    #expect(a[1] == NDArray.arange(12, 24).reshaped([3, 4]))
    #expect(a[1, 2, 3].scalar(as: Int.self) == 23)
    #expect(a[-1, -1] == [20, 21, 22, 23])
    #expect(a[0..., 1] == [[4, 5, 6, 7], [16, 17, 18, 19]])
    #expect(a[0, 1..<3, ..<2] == [[4, 5], [8, 9]])
    #expect(a[0, 0, 1...2] == [1, 2])
    #expect(a[0, 0, (-2)...] == [2, 3])
    #expect(a[0, 0, ...(-1)] == [0, 1, 2, 3])
    #expect(a[0, 0, ..<(-1)] == [0, 1, 2])
    #expect(a[1..<1].shape == [0, 3, 4])
    #expect(a[0..., 0..., 3] == [[3, 7, 11], [15, 19, 23]])
    #expect(NDArray([["a", "b"], ["c", "d"]])[0..., 1].strings == ["b", "d"])
    for indices: [any AxisIndex] in [[2], [-3], [0, 3], [0..<3], [0, 0, 0, 0], [0, (-4)...]] {
      #expect(throws: ArrayError.self) { try a.slice(indices) }
    }
    #expect(throws: ArrayError(description: "index 2 is outside axis 0 of int32[2, 3, 4]")) {
      try a.slice([2])
    }
  }

  @Test("Shapes change without changing the order, axes with it")
  func layout() {
    let a = NDArray.arange(6).reshaped([2, -1])
    #expect(a == [[0, 1, 2], [3, 4, 5]])
    #expect(a.transposed() == [[0, 3], [1, 4], [2, 5]])
    let b = NDArray.arange(24).reshaped([2, 3, 4]).transposed([1, 2, 0])
    #expect(b.shape == [3, 4, 2])
    #expect(b[1, 2] == [6, 18])
    #expect(NDArray(5).transposed() == 5)
    #expect(NDArray.zeros([0, 2]).transposed().shape == [2, 0])
    #expect(throws: ArrayError.self) { try a.reshaped([4, -1]).validated() }
    #expect(throws: ArrayError.self) { try a.reshaped([-1, -1]).validated() }
    #expect(throws: ArrayError.self) { try a.transposed([0, 0]).validated() }
    #expect(NDArray.zeros([0, 3]).reshaped([3, 0]).shape == [3, 0])
  }

  @Test("Reductions give the numbers that NumPy gives")
  func reductions() throws {
    let a: NDArray = [[1.0, 5.0, 2.0], [7.0, 0.0, 7.0]]
    #expect(a.sum() == 22 && a.mean() == 22.0 / 6)
    #expect(a.min() == 0 && a.max() == 7)
    #expect(a.argmax() == NDArray([1, 0] as [Int64], shape: [2]))
    #expect(a.argmax(axis: 0) == NDArray([1, 0, 1] as [Int64], shape: [3]))
    #expect(NDArray([1, Double.nan, 3, Double.nan]).argmax().scalar(as: Int.self) == 1)
    #expect(NDArray.zeros([0]).max() == nil && NDArray.zeros([0]).sum() == 0)
    #expect(NDArray([1, Double.nan]).max()?.isNaN == true)
    #expect(throws: ArrayError.self) { try NDArray.zeros([2, 0]).argmax().validated() }
    #expect(throws: ArrayError.self) { try NDArray(1).argmax().validated() }
  }
}

@Suite("Shapes and element types")
struct ShapeTests {
  @Test("Shapes know what they know")
  func knowledge() {
    let shape: Shape = [nil, 784]
    #expect(shape.rank == 2 && shape[1] == 784 && shape[0] == nil && shape[-1] == 784)
    #expect(shape[2] == nil && Shape.unknown[0] == nil)
    #expect(!shape.isFullyKnown && shape.elementCount == nil && shape.known == nil)
    #expect(Shape([2, 3]).elementCount == 6 && Shape([]).elementCount == 1)
    #expect(Shape([.max, 2]).elementCount == nil && Shape([0, .max, 2]).elementCount == nil)
    #expect(Shape([2, 0]).elementCount == 0 && Shape([-1]).elementCount == nil)
    #expect(Shape.unknown.rank == nil && Shape(rank: 2) == [nil, nil])
    #expect(shape.description == "[?, 784]" && Shape.unknown.description == "<unknown>")
    #expect(Shape.scalar.description == "[]")
  }

  @Test("Shapes merge where they do not contradict")
  func merging() {
    let shape: Shape = [nil, 784]
    #expect(shape.merged(with: [50, nil]) == [50, 784])
    #expect(shape.merged(with: .unknown) == shape && Shape.unknown.merged(with: shape) == shape)
    #expect(shape.merged(with: [50, 10]) == nil && shape.merged(with: [nil]) == nil)
    #expect(shape.isCompatible(with: [3, nil]) && !shape.isCompatible(with: []))
    #expect(shape.accepts([5, 784]) && !shape.accepts([5, 783]) && Shape.unknown.accepts([1]))
    #expect(shape.appending(3) == [nil, 784, 3] && Shape.unknown.appending(3) == .unknown)
    #expect(shape.appending(contentsOf: [1]) == [nil, 784, 1])
  }

  @Test("Element types bear TensorFlow's numbers and names")
  func dtypes() {
    let sizes: [(DType, UInt8, Int, String)] = [
      (.float32, 1, 4, "float32"), (.float64, 2, 8, "float64"), (.int32, 3, 4, "int32"),
      (.uint8, 4, 1, "uint8"), (.string, 7, 0, "string"), (.int64, 9, 8, "int64"),
      (.bool, 10, 1, "bool"), (.resource, 20, 0, "resource"), (.variant, 21, 0, "variant"),
    ]
    for (dtype, number, size, name) in sizes {
      #expect(dtype.rawValue == number && dtype.byteSize == size && dtype.name == name)
      #expect(DType(name: name) == dtype && dtype.isKnown)
    }
    #expect(DType(rawValue: 14).name == "dtype14" && DType(name: "dtype14") == nil)
    #expect(DType.uint8.isInteger && DType.float64.isFloating && !DType.bool.isNumeric)
  }
}
