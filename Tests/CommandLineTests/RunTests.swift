import Foundation
import StaticGraph
import TestPrograms
import Testing

@Suite("staticgraph run")
final class RunTests: CommandLineSuite {
  /// The output of a command that succeeds, without the last line end.
  private func output(_ arguments: String) throws -> String {
    let program = try staticgraph(arguments)
    #expect(program.status == 0, "\(program.errors)")
    #expect(program.errors.isEmpty)
    return String(program.output.dropLast())
  }

  @Test("A fetch is printed as NumPy prints it, several with their names")
  func printing() throws {
    let feeds = "--init --feed x=[1,2,3] --feed y=[1,2,3]"
    #expect(try output("run linear.pbtxt \(feeds) --fetch prediction") == "[1. 3. 5.]")
    #expect(
      try output("run linear.pbtxt \(feeds) --fetch loss --fetch prediction:0 --fetch w")
        == "loss: 1.6666666\nprediction:0: [1. 3. 5.]\nw: 2.0")
    #expect(
      try output("run many.pb --feed in/int32=[[1,2],[3,4]] --fetch in/int32")
        == "[[1 2]\n [3 4]]")
  }

  @Test(
    "A literal takes the dtype of what it is fed to",
    arguments: [
      ("float32", "0.5", "0.5"), ("float32", "[1,2.5]", "[1.  2.5]"), ("float64", "1e-3", "0.001"),
      ("int32", "-7", "-7"), ("int32", "2.0", "2"),
      ("int64", "9007199254740993", "9007199254740993"),
      ("uint8", "[0,255]", "[  0 255]"), ("bool", "[true,false]", "[ True False]"),
      ("string", "\"a,[]\\\"\\u00e9\"", "b'a,[]\"\\xc3\\xa9'"),
      ("string", "[\"a\",\"b\"]", "[b'a' b'b']"),
      ("float32", "[NaN,Infinity,-Infinity]", "[ nan  inf -inf]"), ("float32", "[[],[]]", "[]"),
      ("int32", "[[[1],[2]]]", "[[[1]\n  [2]]]"),
    ])
  func literals(dtype: String, literal: String, printed: String) throws {
    #expect(try output("run many.pb --feed in/\(dtype)=\(literal) --fetch in/\(dtype)") == printed)
  }

  @Test(
    "A literal that does not fit is refused, with the name of the feed",
    arguments: [
      ("int32", "0.5"), ("uint8", "300"), ("uint8", "[1,-1]"), ("int32", "2147483648"),
      ("int32", "true"), ("bool", "1"), ("float32", "\"1\""), ("string", "1"),
      ("float32", "16777217"),
    ])
  func misfits(dtype: String, literal: String) throws {
    let program = try staticgraph("run many.pb --feed in/\(dtype)=\(literal) --fetch in/\(dtype)")
    #expect(program.status == 1)
    #expect(program.errors.hasPrefix("error: feed \"in/\(dtype)\": "), "\(program.errors)")
    #expect(program.errors.contains("does not fit \(dtype)"), "\(program.errors)")
  }

  @Test(
    "What is no literal is wrong usage, with the name of the feed",
    arguments: ["[1,2", "[[1,2],[3]]", "[1,[2]]", "1e999", "text", "[1,true]", "[1]]", "\"a", "{}"])
  func malformed(literal: String) throws {
    let program = try staticgraph("run many.pb --feed in/float32=\(literal) --fetch in/float32")
    #expect(program.status == 64)
    #expect(program.errors.contains("feed \"in/float32\": "), "\(program.errors)")
  }

  @Test("Files are fed: .npy, and .npz by names, after which --feed goes first")
  func files() throws {
    try NDArray([1, 2] as [Float]).write(npy: scratch.file("x.npy"))
    #expect(
      try output("run linear.pbtxt --init --feed x=x.npy --fetch prediction") == "[1. 3.]")
    let file: NPZ = ["x": NDArray([5] as [Float]), "w": 10.0, "b": 0.5]
    try file.write(to: scratch.file("feeds.npz"))
    #expect(try output("run linear.pbtxt --feeds feeds.npz --fetch prediction") == "[50.5]")
    #expect(
      try output("run linear.pbtxt --feeds feeds.npz --feed w=2 --feed x:0=[1] --fetch prediction")
        == "[2.5]")
    let wrong = try staticgraph("run many.pb --feed rows=x.npy --fetch sum")
    #expect(wrong.status == 1 && wrong.errors.contains("float32[2]"), "\(wrong.errors)")
  }

  @Test("Steps run in one session: their results are printed one by one, or stacked in --out")
  func steps() throws {
    let training = "run linear.pbtxt --init --feed x=[1,2] --feed y=[3,5] --target train"
    let printed = try output("\(training) --fetch loss --steps 10").split(separator: "\n")
    #expect(printed.count == 10)
    #expect(printed[0] == "step  1  loss: 4.0")
    _ = try output("\(training) --fetch loss --fetch prediction --steps 10 --out steps.npz")
    let file = try NPZ(contentsOf: scratch.file("steps.npz"))
    #expect(file.names == ["loss", "prediction"])
    #expect(file["loss"]?.shape == [10] && file["prediction"]?.shape == [10, 2])
    let losses = try #require(file["loss"]).scalars(as: Float.self)
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
    #expect(printed[9].hasSuffix("loss: \(NDArray(losses[9]))"))
    _ = try output("\(training) --fetch loss --steps 1 --out one.npz")
    #expect(try NPZ(contentsOf: scratch.file("one.npz"))["loss"]?.shape == [1])
    _ = try output("\(training) --fetch loss --out none.npz")
    #expect(try NPZ(contentsOf: scratch.file("none.npz"))["loss"]?.shape == [])
  }

  @Test("A seed repeats random numbers, its absence draws others; workers change nothing")
  func seeds() throws {
    let run = "run many.pb --fetch numbers"
    #expect(try output("\(run) --seed 1") == output("\(run) --seed 1 --workers 1"))
    #expect(try output("\(run) --seed 1") != output("\(run) --seed 2"))
    #expect(try output(run) != output(run))
  }

  @Test("--out-dir writes into the directory only, whatever the fetches are called")
  func outDirectory() throws {
    let fetches = ["../outside", "..", "start", "start:0", "doubled"].map { "--fetch \($0)" }
    let written = try output(
      "run many.pb --feed start=3 --feed limit=20 \(fetches.joined(separator: " ")) --out-dir a/b")
    #expect(written.hasSuffix("a/b/doubled.npy"))
    let before = Set(["a", "linear.pbtxt", "many.pb"])
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: scratch.url.path)) == before)
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path("a/b")).sorted()
    #expect(
      files == ["_._outside.npy", "_..npy", "start.npy", "start_0.npy", "doubled.npy"].sorted())
    #expect(try NDArray(npy: scratch.file("a/b/doubled.npy")) == 24.0)
  }
}

@Suite("staticgraph grad")
final class GradTests: CommandLineSuite {
  @Test("Gradients of a variable are those for its value, keys are the names as given")
  func variables() throws {
    let feeds = "--init --feed x=[1,2] --feed y=[3,5]"
    let program = try staticgraph("grad linear.pbtxt --of loss --wrt w --wrt b:0 --wrt x \(feeds)")
    #expect(program.status == 0, "\(program.errors)")
    // Errors are -2 and -2: the mean of 2 e x, of 2 e, and 2 e w / 2.
    #expect(program.output == "w: -6.0\nb:0: -4.0\nx: [-4. -4.]\n")
    let run = try staticgraph(
      "grad linear.pbtxt --of loss --wrt w --wrt b:0 \(feeds) --out gradients.npz")
    #expect(run.status == 0 && run.output.isEmpty)
    let file = try NPZ(contentsOf: scratch.file("gradients.npz"))
    #expect(file.names == ["w", "b:0"])
  }

  @Test("Sparse gradients are made dense, missing ones zeros with a warning")
  func sparseAndMissing() throws {
    let program = try staticgraph(
      "grad many.pb --of sum --wrt table --wrt start --init --feed rows=[0,2,2] --feed start=1")
    #expect(program.status == 0, "\(program.errors)")
    #expect(program.output == "table:\n[[1. 1.]\n [0. 0.]\n [2. 2.]\n [0. 0.]]\nstart: 0.0\n")
    #expect(
      program.errors == "warning: \"sum\" does not depend on \"start\": its gradient is zeros\n")
  }

  @Test("Loops of a loaded graph are differentiated")
  func loops() throws {
    let program = try staticgraph(
      "grad many.pb --of doubled --wrt start --feed start=3 --feed limit=20")
    #expect(program.output == "8.0\n", "\(program.errors)")
  }
}
