import FoundationEssentials
import StaticGraph
import Testing

@Suite("A bad file")
struct BadFileTests {
  /// A text, and what reading it says.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let message: String

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ message: String) {
      self.name = name
      self.text = text
      self.message = message
    }
  }

  private static func float(_ name: String, _ value: String = "float_val: 1") -> String {
    """
    node { name: "\(name)" op: "Const"
      attr { key: "dtype" value { type: DT_FLOAT } }
      attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape {} \(value) } } } }

    """
  }

  private static func node(
    _ name: String, _ type: String, _ inputs: [String], _ attributes: String = ""
  ) -> String {
    let inputs = inputs.map { "input: \"\($0)\"" }.joined(separator: " ")
    return "node { name: \"\(name)\" op: \"\(type)\" \(inputs) \(attributes) }\n"
  }

  private static let t = #"attr { key: "T" value { type: DT_FLOAT } }"#

  static let cases: [Case] = [
    Case(
      "with unknown types",
      node("a", "FooOp", []) + node("b/c", "BarOp", []) + node("d", "FooOp", []),
      #"operation "a" has type "FooOp", which this build does not know (2 operations: BarOp, FooOp)"#
    ),
    Case(
      "with one unknown type", node("x", "FooOp", []),
      #"operation "x" has type "FooOp", which this build does not know"#),
    Case(
      "without an operand", node("y", "Tanh", ["x"], t),
      #"Tanh "y": operand "x" is not there"#),
    Case(
      "without a result", float("x") + node("y", "Tanh", ["x:1"], t),
      #"Tanh "y": operand "x:1" is not there: "x" has 1 result"#),
    Case(
      "without a control input", node("y", "NoOp", ["^x"]),
      #"NoOp "y": waits for "x", which is not there"#),
    Case(
      "with a circle",
      node("a", "Tanh", ["b"], t) + node("b", "Tanh", ["c"], t) + node("c", "Tanh", ["a"], t),
      #"Tanh "c": operations need each other in a circle: "c" -> "b" -> "a""#),
    Case(
      "with a name twice", float("x") + float("x"), #"Const "x": the name is there twice"#),
    Case(
      "with a name that is none", float("a b"),
      #""a b" is not a valid name of an operation"#),
    Case(
      "with an attribute of another kind",
      float("x")
        + node("y", "MatMul", ["x", "x"], t + #"attr { key: "transpose_a" value { i: 1 } }"#),
      #"MatMul "y": attribute "transpose_a" is int, wants bool"#),
    Case(
      "without an attribute", float("x") + node("y", "Tanh", ["x"]),
      #"Tanh "y": attribute "T" is missing"#),
    Case(
      "with an attribute that contradicts the operands",
      float("x") + node("y", "Tanh", ["x"], #"attr { key: "T" value { type: DT_DOUBLE } }"#),
      #"Tanh "y": attribute "T" is float64, and the operands and results make it float32"#),
    Case(
      "with too few operands", float("x") + node("y", "Add", ["x"], t),
      #"Add "y": wants 2 operands, got 1"#),
    Case(
      "with shapes that do not fit",
      node(
        "a", "Placeholder", [],
        """
        attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { dim { size: 2 } dim { size: 3 } } } }
        """) + node("y", "MatMul", ["a", "a"], t),
      #"MatMul "y": inner dimensions 3 and 2 differ (float32[2, 3] x float32[2, 3])"#),
    Case(
      "with a shape below nothing",
      node(
        "a", "Placeholder", [],
        """
        attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { dim { size: -2 } } } }
        """), #"Placeholder "a": attribute "shape" an extent of a shape is -2"#),
    Case(
      "with a shape without end",
      node(
        "a", "Placeholder", [],
        """
        attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { dim { size: 4294967296 } dim { size: 4294967296 } } } }
        """),
      #"Placeholder "a": attribute "shape" the shape [4294967296, 4294967296] has too many elements"#
    ),
    Case(
      "with an array that is much larger than the file",
      node(
        "a", "Const", [],
        """
        attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { tensor { dtype: DT_FLOAT
          tensor_shape { dim { size: 1099511627776 } } float_val: 1 } } }
        """), #"Const "a": attribute "value" an array float32[1099511627776] is too large"#),
    Case(
      "with more values than elements", float("x", "float_val: 1 float_val: 2"),
      #"Const "x": attribute "value" an array float32[] of 1 elements is given 2 values"#),
    Case(
      "with bytes that do not fill the shape", float("x", #"tensor_content: "abc""#),
      #"Const "x": attribute "value" an array float32[] of 1 elements has 3 bytes"#),
    Case(
      "with a dtype that arrays here do not have",
      node(
        "x", "Const", [],
        """
        attr { key: "dtype" value { type: DT_HALF } }
        attr { key: "value" value { tensor { dtype: DT_HALF half_val: 1 } } }
        """),
      #"Const "x": attribute "value" arrays of dtype float16 are not supported"#),
    Case(
      "with results without number",
      float("x")
        + node("y", "Unpack", ["x"], t + #"attr { key: "num" value { i: 1000000000000 } }"#),
      #"Unpack "y": attribute "num" is 1000000000000"#),
    Case(
      "with functions that call each other",
      node("x", "PartitionedCall", [], call("f")) + library(["f": "g", "g": "f"]),
      #"PartitionedCall "g/f": function "f" calls itself (f -> g -> f)"#),
    Case(
      "with a function that is not there", node("x", "PartitionedCall", [], call("f")),
      #"PartitionedCall "x": function "f" is not in the library"#),
    Case(
      "for readers to come", "versions { producer: 9999 min_consumer: 9999 }",
      "the file is for readers of version 9999, and this one is 1645"),
    Case(
      "with an unknown field", "versions { producer: 1 }\nnode { name: \"x\" kind: 3 }",
      "line 2: a field has an unknown name here"),
    Case("that ends early", "node { name: \"x\"", "line 1: this is no field of a GraphDef"),
    Case("of other text", "hello", "line 1: a field has an unknown name here"),
  ]

  private static func call(_ function: String) -> String {
    """
    attr { key: "f" value { func { name: "\(function)" } } }
    attr { key: "Tin" value { list {} } } attr { key: "Tout" value { list {} } }
    """
  }

  /// Functions that call each other.
  private static func library(_ calls: [String: String]) -> String {
    let functions = calls.sorted { $0.key < $1.key }.map { name, callee in
      """
      function { signature { name: "\(name)" }
        node_def { name: "\(callee)" op: "PartitionedCall" \(call(callee)) } }
      """
    }
    return "library { \(functions.joined(separator: "\n")) }"
  }

  @Test("tells what is wrong with it", arguments: cases)
  func message(_ test: Case) {
    let error = #expect(throws: FormatError.self) {
      try Graph(graphDef: Data(test.text.utf8), .text)
    }
    #expect(error?.description == test.message)
  }

  @Test("with functions that call others without end is refused in bounded time")
  func manyCalls() throws {
    var calls: [String: String] = [:]
    for i in 0..<10_000 { calls["f\(i)"] = "f\(i + 1)" }
    let text = Self.node("x", "PartitionedCall", [], Self.call("f0")) + Self.library(calls)
    let error = #expect(throws: FormatError.self) {
      try Graph(graphDef: Data(text.utf8), .text)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test("with functions that double at each level is refused in bounded time")
  func doubling() throws {
    let functions = (0..<60).map { i in
      let calls = ["a", "b"].map {
        "node_def { name: \"\($0)\" op: \"PartitionedCall\" \(Self.call("f\(i + 1)")) }"
      }
      return "function { signature { name: \"f\(i)\" } \(calls.joined()) }"
    }
    let text =
      Self.node("x", "PartitionedCall", [], Self.call("f0"))
      + "library { \(functions.joined()) function { signature { name: \"f60\" } } }"
    let error = #expect(throws: FormatError.self) {
      try Graph(graphDef: Data(text.utf8), .text)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test("with messages 10,000 deep in each other is refused, as text and as bytes")
  func deep() throws {
    let depth = 10_000
    let open = #"attr { key: "f" value { func { name: "g" "#
    let text =
      "node { name: \"x\" op: \"NoOp\" " + String(repeating: open, count: depth)
      + String(repeating: "} } }", count: depth) + "}"
    let error = #expect(throws: FormatError.self) {
      try Graph(graphDef: Data(text.utf8), .text)
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.line == 1)

    var bytes: [UInt8] = []
    for _ in 0..<depth {
      // NameAttrList.attr { value { func { ... } } }
      for tag: UInt8 in [0x12, 0x12, 0x52] {
        bytes = [tag] + Self.varint(bytes.count) + bytes
      }
    }
    bytes = [0x12] + Self.varint(bytes.count) + bytes
    let node = [0x2a] + Self.varint(bytes.count) + bytes
    let data = Data([0x0a] + Self.varint(node.count) + node)
    let binary = #expect(throws: FormatError.self) { try Graph(graphDef: data) }
    #expect(binary?.byteOffset == 0)
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  @Test("that is cut off anywhere is refused, or is a smaller graph", arguments: samples)
  func truncation(_ sample: Sample) throws {
    for count in 0..<sample.data.count {
      _ = try? Graph(graphDef: sample.data.prefix(count), sample.encoding)
    }
  }

  @Test("with bytes that are others is refused, or is another graph", arguments: samples)
  func flips(_ sample: Sample) throws {
    var state: UInt64 = 20_261_123
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<2000 {
      var data = sample.data
      for _ in 0...random(3) { data[random(data.count)] ^= UInt8(1 << random(8)) }
      guard let graph = try? Graph(graphDef: data, sample.encoding) else { continue }
      _ = try? graph.graphDef(locations: false)
    }
  }

  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let encoding: GraphEncoding
    let data: Data
    var testDescription: String { "\(name), \(encoding)" }
  }

  static let samples: [Sample] = [
    SampleModel.perceptron, .convergence, .embedding, .custom,
  ].flatMap { model -> [Sample] in
    // Text is read an order of magnitude more slowly: the smallest model is enough.
    let encodings: [GraphEncoding] = model.name == "custom" ? [.binary, .text] : [.binary]
    let graph = model.make(training: false).graph
    return encodings.compactMap { encoding in
      (try? graph.graphDef(encoding, locations: false)).map {
        Sample(name: model.name, encoding: encoding, data: $0)
      }
    }
  }
}
