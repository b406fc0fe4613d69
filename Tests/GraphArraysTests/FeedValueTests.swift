import GraphArrays
import Testing

@Suite("Feed values")
struct FeedValueTests {
  private func reason(_ value: any FeedValue, _ dtype: DType?) -> String? {
    do {
      _ = try value.ndarray(dtype)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("Each Swift type has a natural element type")
  func naturalTypes() throws {
    let expected: [(any FeedValue, DType)] = [
      (0.5, .float32), (Float(0.5), .float32), (7, .int32), (Int32(7), .int32),
      (Int64(7), .int64), (UInt8(7), .uint8), (true, .bool), ("a", .string),
      (1 << 40, .int64), ([1, 2], .int32), ([1, 1 << 40], .int64), ([[1], [1 << 40]], .int64),
      ([[0.5], [1]], .float32), (["a", "b"], .string), ([[true]], .bool),
    ]
    for (value, dtype) in expected {
      #expect(try value.ndarray(nil).dtype == dtype, "\(value)")
    }
    #expect(try [[1], [1 << 40]].ndarray(nil).scalars(as: Int.self) == [1, 1 << 40])
  }

  @Test("A number takes the type asked for where it fits")
  func fitting() throws {
    #expect(try 0.1.ndarray(.float64).scalar(as: Double.self) == 0.1)
    #expect(try 0.1.ndarray(.float32).scalar(as: Float.self) == 0.1)
    #expect(try 2.0.ndarray(.int32).scalar(as: Int32.self) == 2)
    #expect(try 3.ndarray(.float64).scalar(as: Double.self) == 3)
    #expect(try (1 << 24).ndarray(.float32).scalar() == 16_777_216)
    #expect(try 255.ndarray(.uint8).scalar(as: UInt8.self) == 255)
    #expect(try Double.infinity.ndarray(.float32).scalar() == .infinity)
  }

  @Test("What does not fit is refused, with its place")
  func notFitting() {
    #expect(reason(0.5, .int32) == "0.5 does not fit int32")
    #expect(reason(300, .uint8) == "300 does not fit uint8")
    #expect(reason(true, .float32) == "true does not fit float32")
    #expect(reason(1, .bool) == "1 does not fit bool")
    #expect(reason("a", .int32) == "\"a\" does not fit int32")
    #expect(reason(1.5, .string) == "1.5 does not fit string")
    #expect(reason((1 << 24) + 1, .float32) == "16777217 does not fit float32")
    #expect(reason(1e300, .float32) == "1e+300 does not fit float32")
    #expect(reason(Double.nan, .int32) == "nan does not fit int32")
    #expect(reason([1, 2.5], .int64) == "2.5 does not fit int64 at [1]")
    #expect(reason([[1, 2], [3, -4]], .uint8) == "-4 does not fit uint8 at [1, 1]")
  }

  @Test("A ragged array is refused, with its place")
  func ragged() {
    #expect(
      reason([[1, 2], [3]], nil) == "ragged array: shape [1] beside [2] at [1]")
    #expect(
      reason([[[1], [2]], [[3], []]], nil) == "ragged array: shape [0] beside [1] at [1, 1]")
  }

  @Test("An array is never converted")
  func arrays() throws {
    let array = NDArray.zeros([50, 50])
    #expect(reason(array, .int32) == "got float32[50, 50], wants int32")
    #expect(try array.ndarray(.float32) == array)
    #expect(try [array, array].ndarray(nil).shape == [2, 50, 50])
    #expect(reason([array], .int32) == "got float32[50, 50], wants int32 at [0]")
  }

  @Test("Nested arrays keep their order, empty ones their outer size")
  func nesting() throws {
    let array = try [[[1, 2, 3], [4, 5, 6]]].ndarray(.float32)
    #expect(array.shape == [1, 2, 3])
    #expect(array.scalars(as: Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try ([] as [Float]).ndarray(.int32).shape == [0])
    #expect(try ([[], []] as [[Float]]).ndarray(nil).shape == [2, 0])
    #expect(try [["a", "bc"]].ndarray(.string).strings == ["a", "bc"])
    #expect([[1, 2], [3, 4]].leaves.count == 4)
  }

  @Test("Literals of arrays infer their type")
  func literals() throws {
    let mixed: NDArray = [[1, 2.5], [3, 4]]
    #expect(mixed.dtype == .float32)
    #expect(mixed == NDArray([1, 2.5, 3, 4], shape: [2, 2]))
    let integers: NDArray = [[1, 2, 3]]
    #expect(integers.dtype == .int32 && integers.shape == [1, 3])
    let large: NDArray = [1, 10_000_000_000]
    #expect(large.dtype == .int64 && large.scalars(as: Int.self) == [1, 10_000_000_000])
    let truths: NDArray = [true, false]
    #expect(truths.dtype == .bool)
    let words: NDArray = ["a", "b"]
    #expect(words.strings == ["a", "b"])
  }

  @Test("A literal that is no array tells why when it is used")
  func invalidLiterals() {
    let ragged: NDArray = [[[1, 2]], [[3]]]
    #expect(
      reason(ragged, nil) == "ragged array: shape [1, 1] beside [1, 2] at [1]")
    let inner: NDArray = [[[1, 2], [3]]]
    #expect(reason(inner, .float32) == "ragged array: shape [1] beside [2] at [0, 1]")
    let mixed: NDArray = [1, true]
    #expect(reason(mixed, nil) == "bool beside int32 at [1]")
    #expect(reason(NDArray([1, 2, 3], shape: [2]), nil) == "3 values do not fill the shape [2]")
    #expect(reason(NDArray(0.5, dtype: .int32), nil) == "0.5 does not fit int32")
    #expect(throws: ArrayError.self) { try mixed.validated() }
  }
}
