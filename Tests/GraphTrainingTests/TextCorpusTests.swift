import FoundationEssentials
import StaticGraph
import Testing

@Suite("Text corpora")
struct TextCorpusTests {
  @Test("Ids are places among the sorted characters, and lead back to the text")
  func ids() {
    let corpus = TextCorpus("banana\n")
    #expect(corpus.vocabulary == ["\n", "a", "b", "n"])
    #expect(corpus.ids == [2, 1, 3, 1, 3, 1, 0])
    #expect(corpus.decode(corpus.ids) == "banana\n")
    #expect(corpus.encode("nab") == [3, 1, 2])
    #expect(corpus.encode("xa") == nil)
    #expect(corpus.decode([1, 9]) == "a\u{FFFD}")
  }

  @Test("Line ends of all kinds become one")
  func lineEnds() {
    let corpus = TextCorpus("a\r\nb\rc\n\r\n\rd")
    #expect(corpus.decode(corpus.ids) == "a\nb\nc\n\n\nd")
  }

  @Test("Lower case is taken scalar by scalar")
  func lowercase() {
    let corpus = TextCorpus("ÀB ΣΣ İ", lowercased: true)
    #expect(corpus.decode(corpus.ids) == "àb σσ i\u{307}")
  }

  @Test("Bytes that are no UTF-8 are told with their offset")
  func wrongBytes() {
    let cases: [([UInt8], Int)] = [
      ([0x61, 0xff], 1), ([0xc3], 0), ([0x61, 0x62, 0xc0, 0x80], 2), ([0xe2, 0x82, 0x41], 0),
      ([0xed, 0xa0, 0x80], 0), ([0xf4, 0x90, 0x80, 0x80], 0), ([0xe0, 0x80, 0x80], 0),
    ]
    for (bytes, offset) in cases {
      let error = #expect(throws: TextError.self) { try TextCorpus(utf8: bytes) }
      #expect(error?.byteOffset == offset)
    }
    let error = #expect(throws: TextError.self) { try TextCorpus(utf8: [0x61, 0xff]) }
    #expect(error?.description == "byte 0xff at offset 1 is not UTF-8")
  }

  @Test("Characters of one to four bytes are read; a byte order mark is not one")
  func utf8() throws {
    let text = "aé€😀"
    let corpus = try TextCorpus(utf8: [0xef, 0xbb, 0xbf] + Array(text.utf8))
    #expect(corpus.decode(corpus.ids) == text)
    #expect(corpus.vocabularySize == 4)
  }

  @Test("A file that is missing or no text is told with its name")
  func files() throws {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
    let missing = directory.appending(path: "no such file")
    let error = #expect(throws: TextError.self) { try TextCorpus(contentsOf: missing) }
    #expect(error?.description.hasSuffix("no such file cannot be read") == true)
    #expect(try TextCorpus(contentsOf: URL(filePath: #filePath)).ids.count > 1000)
  }

  @Test("Batches are streams that go on from batch to batch, targets one character further")
  func batches() throws {
    // Two rows of three characters: 14 / 6 = 2 batches, 12 characters, streams of 6.
    let corpus = TextCorpus("abcdefghijklmn")
    let batches = corpus.batches(size: 2, sequenceLength: 3)
    try #require(batches.count == 2)
    #expect(batches[0].inputs == [[0, 1, 2], [6, 7, 8]])
    #expect(batches[0].targets == [[1, 2, 3], [7, 8, 9]])
    #expect(batches[1].inputs == [[3, 4, 5], [9, 10, 11]])
    #expect(batches[1].targets == [[4, 5, 6], [10, 11, 0]])
    #expect(batches[0].inputs.dtype == .int32)
    #expect(corpus.batches(size: 5, sequenceLength: 3).isEmpty)
  }

  @Test("The end of the text is held out, with the same ids")
  func split() {
    let corpus = TextCorpus("abcdefghijz")
    let (text, heldOut) = corpus.split(holdingOut: 0.2)
    #expect(text.decode(text.ids) == "abcdefghi")
    #expect(heldOut.decode(heldOut.ids) == "jz")
    #expect(heldOut.vocabulary == corpus.vocabulary)
    #expect(corpus.split(holdingOut: 0).training.ids == corpus.ids)
  }
}

/// A row of `Tests/Fixtures/hamlet/bigram.json`.
struct BigramCase: Decodable, Sendable {
  let text: String
  let lowercased: Bool
  let characters: Int
  let heldOut: Int
  let vocabulary: Int
  let symbols: String
  let natsPerCharacter: Double
}

@Suite("The bigram model")
struct BigramModelTests {
  static let cases = TrainingFixtures.rows("hamlet/bigram.json", as: BigramCase.self)

  @Test("Counts and the loss of held-out text agree with a Python script's", arguments: cases)
  func golden(row: BigramCase) throws {
    let url = TrainingFixtures.url("hamlet/\(row.text)")
    let corpus = try TextCorpus(contentsOf: url, lowercased: row.lowercased)
    let (text, heldOut) = corpus.split(holdingOut: 0.1)
    #expect(corpus.ids.count == row.characters)
    #expect(heldOut.ids.count == row.heldOut)
    #expect(corpus.vocabulary == Array(row.symbols.unicodeScalars))
    let nats = BigramModel(text).natsPerCharacter(of: heldOut)
    #expect(abs(nats - row.natsPerCharacter) < 1e-12)
  }

  @Test("Every character has a probability, and they add up to 1")
  func probabilities() {
    let corpus = TextCorpus("abab c")
    let model = BigramModel(corpus)
    for character in 0..<Int32(corpus.vocabularySize) {
      let sum = (0..<Int32(corpus.vocabularySize)).reduce(0.0) {
        $0 + model.probability(of: $1, after: character)
      }
      #expect(abs(sum - 1) < 1e-12)
    }
    #expect(model.probability(of: 2, after: 1) == 3.0 / 6)
  }
}
