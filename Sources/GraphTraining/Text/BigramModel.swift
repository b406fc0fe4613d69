#if canImport(Glibc)
  internal import Glibc
#endif

/// A model that knows how often each character follows each other one, and nothing else: what a
/// trained model has to beat.
///
///     p(b | a) = (count(a, b) + 1) / (count(a) + V)
///
/// where V is the number of characters in the vocabulary and count(a) that of all pairs that begin
/// with a.
public struct BigramModel: Sendable {
  private let vocabularySize: Int
  private let pairs: [Int]
  private let firsts: [Int]
  private let last: Int32?

  /// The model of the pairs in a text.
  public init(_ corpus: TextCorpus) {
    let size = corpus.vocabularySize
    var pairs = [Int](repeating: 0, count: size * size)
    var firsts = [Int](repeating: 0, count: size)
    for (a, b) in zip(corpus.ids, corpus.ids.dropFirst()) {
      pairs[Int(a) * size + Int(b)] += 1
      firsts[Int(a)] += 1
    }
    vocabularySize = size
    self.pairs = pairs
    self.firsts = firsts
    last = corpus.ids.last
  }

  /// p(next | character).
  public func probability(of next: Int32, after character: Int32) -> Double {
    let count = pairs[Int(character) * vocabularySize + Int(next)]
    return Double(count + 1) / Double(firsts[Int(character)] + vocabularySize)
  }

  /// The mean of `-ln p` over a text that follows the model's own, in nats a character.
  ///
  /// The text's first character is predicted from the last one of the model's text; its vocabulary
  /// must be the same. NaN for an empty text.
  public func natsPerCharacter(of text: TextCorpus) -> Double {
    var previous = last
    var sum = 0.0
    var count = 0
    for id in text.ids {
      if let previous {
        sum -= log(probability(of: id, after: previous))
        count += 1
      }
      previous = id
    }
    return sum / Double(count)
  }
}
