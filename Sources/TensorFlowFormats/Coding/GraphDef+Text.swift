internal import SwiftProtobuf
internal import TensorFlowProtos

extension Tensorflow_GraphDef {
  /// The graph in text form, every element of a list on a line of its own, as TensorFlow writes it:
  ///
  ///     type: [DT_INT32, DT_FLOAT]   ->   type: DT_INT32
  ///                                       type: DT_FLOAT
  ///
  /// Both forms say the same; there are viewers that read only the second one.
  var text: String {
    var result = ""
    for line in textFormatString().split(separator: "\n") {
      guard line.utf8.last == UInt8(ascii: "]"), let bracket = line.firstRange(of: ": ["),
        !line[..<bracket.lowerBound].utf8.contains(UInt8(ascii: "\""))
      else {
        result += line
        result += "\n"
        continue
      }
      let field = line[..<bracket.lowerBound]
      for element in line[bracket.upperBound...].dropLast().split(separator: ", ") {
        result += "\(field): \(element)\n"
      }
    }
    return result
  }
}
