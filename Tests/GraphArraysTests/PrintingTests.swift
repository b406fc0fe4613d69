import GraphArrays
import Testing

@Suite("Printing")
struct PrintingTests {
  @Test("Arrays print as NumPy prints them")
  func likeNumPy() throws {
    let fixtures = try ArrayFixtures.decoded("printing.json", as: [ArrayFixture].self)
    #expect(fixtures.count > 2000)
    for fixture in fixtures {
      #expect(fixture.array.description == fixture.text, "\(fixture.array.dtype)")
    }
  }

  @Test("The debug description begins with type and shape")
  func debugDescription() {
    #expect(NDArray([1.5, 2], shape: [2]).debugDescription == "float32[2] [1.5 2. ]")
    #expect(NDArray(7).debugDescription == "int32[] 7")
    #expect(NDArray([[1], [2]]).debugDescription == "int32[2, 1]\n[[1]\n [2]]")
  }

  @Test("An array that could not be made prints the reason")
  func failure() {
    let ragged: NDArray = [[1], [2, 3]]
    #expect(ragged.description == "<no array: ragged array: shape [2] beside [1] at [1]>")
  }
}
