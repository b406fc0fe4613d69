import ArgumentParser
import Foundation

/// Which recurrent cell the model is made of.
enum CellKind: String, Codable, CaseIterable, ExpressibleByArgument {
  case lstm, gru, rnn
}

/// What a model is and how it is trained. Kept beside its weights.
struct Settings: Codable {
  var cell: CellKind
  var units: Int
  var layers: Int
  var batch: Int
  var time: Int
  var learningRate: Double
  /// The largest norm of all gradients together; 0: any.
  var clipNorm: Double
  var keepProb: Double
  /// The decay of the moving average of the weights; 0: there is none.
  var average: Double
  /// Whether each batch starts with the state that the one before ended with.
  var carryState: Bool
  /// The part of the text that validates.
  var holdOut: Double
  /// Whether the epoch's loss is the sum of the training losses.
  var fastLoss: Bool
  var seed: Int
  /// The file whose graph is trained; nil: the graph is declared.
  var graph: String?
  /// The characters of the text, in the order of their ids.
  var vocabulary: String

  /// The characters of the play in lower case, for which graphs can be written without the text.
  static let charactersOfHamlet = "\n !&',-.12:;?[]abcdefghijklmnopqrstuvwxyz"

  var vocabularySize: Int { vocabulary.unicodeScalars.count }
}
