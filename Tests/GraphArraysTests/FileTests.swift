import FoundationEssentials
import Glibc
import GraphArrays
import Testing

@Suite("npy and npz files")
struct FileTests {
  private let npyNames = [
    "f4", "f8", "i4", "i8", "u1", "b1", "f4_big", "f8_big", "i4_big", "i8_big", "scalar", "empty",
    "vector", "fortran", "bytes", "text", "text_big", "text_fortran", "version2", "version3",
    "python2",
  ].map { $0 + ".npy" }
  private let npzNames = ["stored.npz", "deflated.npz", "zip64.npz"]

  /// What `body` throws; nil where it does not.
  private func reason(_ body: () throws(ArrayError) -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return error.description
    }
  }

  @Test("A file that may not be read or written is told so")
  func forbiddenFile() {
    #expect(POSIXError(.EACCES).reasonOfReading == "permission denied")
    #expect(POSIXError(.EACCES).reasonOfWriting == "permission denied")
    #expect(POSIXError(.ENOENT).reasonOfReading == "there is no such file")
    #expect(POSIXError(.ENOENT).reasonOfWriting == "there is no such directory")
  }

  @Test("Files that NumPy wrote read as what it put in")
  func read() throws {
    struct Expected: Decodable {
      var arrays: [String: ArrayFixture]
      var archives: [String: [String: ArrayFixture]]

      init(from decoder: any Decoder) throws {
        (arrays, archives) = ([:], [:])
        let files = try decoder.singleValueContainer().decode([String: Entry].self)
        for (name, entry) in files {
          switch entry {
          case .array(let array): arrays[name] = array
          case .archive(let archive): archives[name] = archive
          }
        }
      }

      enum Entry: Decodable {
        case array(ArrayFixture)
        case archive([String: ArrayFixture])

        init(from decoder: any Decoder) throws {
          let value = try decoder.singleValueContainer()
          if let array = try? value.decode(ArrayFixture.self) {
            self = .array(array)
          } else {
            self = .archive(try value.decode([String: ArrayFixture].self))
          }
        }
      }
    }
    let expected = try ArrayFixtures.decoded("arrays.json", as: Expected.self)
    #expect(Set(expected.arrays.keys) == Set(npyNames))
    #expect(Set(expected.archives.keys) == Set(npzNames))
    for (name, fixture) in expected.arrays {
      #expect(try NDArray(npy: ArrayFixtures.url(name)) == fixture.array, "\(name)")
    }
    for (name, fixtures) in expected.archives {
      let archive = try NPZ(contentsOf: ArrayFixtures.url(name))
      #expect(Set(archive.names) == Set(fixtures.keys))
      for (key, fixture) in fixtures { #expect(archive[key] == fixture.array, "\(name) \(key)") }
    }
    #expect(
      try NPZ(contentsOf: ArrayFixtures.url("stored.npz")).names == ["x", "ids:0", "scope/w"])
  }

  @Test("What we write is what NumPy writes, byte for byte")
  func writeLikeNumPy() throws {
    for name in ["f4", "f8", "i4", "i8", "u1", "b1", "scalar", "empty", "vector", "bytes"] {
      let bytes = try ArrayFixtures.bytes(name + ".npy")
      #expect(try NDArray(npyBytes: bytes).npyBytes() == bytes, "\(name)")
    }
  }

  @Test("An archive reads back as it was, stored and deflated, in order")
  func roundTrip() throws {
    var archive: NPZ = [
      "zeros": .zeros([100, 10]), "a": 1, "λ/x:0": [[1.5, 2], [3, 4]], "words": ["x", "", "yz"],
      "empty": .zeros([0, 3], .int64), "flags": [true, false],
    ]
    archive["long"] = .arange(3000, .int64)
    archive["a"] = nil
    let stored = try archive.bytes()
    let deflated = try archive.bytes(compressed: true)
    #expect(deflated.count < stored.count / 2)
    for bytes in [stored, deflated] {
      let copy = try NPZ(bytes: bytes)
      #expect(copy == archive)
      #expect(copy.names == ["zeros", "λ/x:0", "words", "empty", "flags", "long"])
    }
    #expect(try NPZ(bytes: NPZ().bytes()) == NPZ())
  }

  @Test("Files are written and read at URLs")
  func urls() throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "arrays-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let value: NDArray = [[1, 2], [3, 4.5]]
    try value.write(npy: directory.appending(path: "x.npy"))
    #expect(try NDArray(npy: directory.appending(path: "x.npy")) == value)
    let archive: NPZ = ["x": value]
    try archive.write(to: directory.appending(path: "x.npz"), compressed: true)
    #expect(try NPZ(contentsOf: directory.appending(path: "x.npz")) == archive)
    let missing = directory.appending(path: "none.npy")
    let message = reason { () throws(ArrayError) in _ = try NDArray(npy: missing) }
    #expect(message?.hasPrefix("\(missing.path): cannot be read") == true)
  }

  @Test("What is not supported is refused by name")
  func refused() throws {
    for (name, told) in [
      ("f2", "'<f2'"), ("i2", "'<i2'"), ("c8", "'<c8'"), ("record", "structured"),
    ] {
      let message = reason { () throws(ArrayError) in
        _ = try NDArray(npy: ArrayFixtures.url("refused_\(name).npy"))
      }
      #expect(message?.contains(told) == true, "\(message ?? "accepted")")
      #expect(message?.contains("byte ") == true)
    }
    let zero = NDArray(shape: [2], strings: [[65], [65, 0]])
    #expect(
      reason { () throws(ArrayError) in _ = try zero.npyBytes() }
        == "a string that ends with a zero byte cannot be written at [1]")
    let ragged: NDArray = [[1], [2, 3]]
    #expect(throws: ArrayError.self) { try ragged.npyBytes() }
  }

  @Test("Headers that lie are refused before memory is asked for")
  func lyingHeaders() {
    func file(_ header: String) -> [UInt8] {
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    }
    for shape in [
      "(1000000000000,)", "(9223372036854775807, 2)", "(9223372036854775807,)",
      "(0, 9223372036854775807, 9223372036854775807)", "(99999999999999999999,)", "(-1,)",
      "(1.5,)", "(2 3)", "(,)", "2", "(",
    ] {
      for descr in ["<f4", "<f8", "|S1", "<U4611686018427387904", "|S9223372036854775807"] {
        let bytes = file("{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape)}")
        #expect(throws: ArrayError.self) { try NDArray(npyBytes: bytes) }
      }
    }
    for header in [
      "", "{", "{}", "{'descr': '<f4'}", "{'shape': (), 'shape': ()}", "{'other': 1}", "[]",
      "{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", "{'descr': '<f4",
      "{'descr': '|S0', 'fortran_order': False, 'shape': (4611686018427387904,)}",
      "{'descr': '', 'fortran_order': False, 'shape': ()}",
    ] {
      #expect(throws: ArrayError.self) { try NDArray(npyBytes: file(header)) }
    }
  }

  @Test("A file cut anywhere is refused")
  func truncated() throws {
    for name in npyNames {
      let bytes = try ArrayFixtures.bytes(name)
      for count in bytes.indices {
        #expect(throws: ArrayError.self, "\(name) \(count)") {
          try NDArray(npyBytes: Array(bytes[..<count]))
        }
      }
    }
    for name in npzNames {
      let bytes = try ArrayFixtures.bytes(name)
      // The last one ends with a comment, whose length the end record tells.
      for count in bytes.indices {
        #expect(throws: ArrayError.self, "\(name) \(count)") {
          try NPZ(bytes: Array(bytes[..<count]))
        }
      }
    }
  }

  @Test("Damaged files are read or refused, and never stop the program")
  func damaged() throws {
    var random = SeededGenerator(seed: 7)
    for name in npyNames + npzNames {
      let bytes = try ArrayFixtures.bytes(name)
      // Most bytes of an archive are data, and damage there ends at the checksum.
      let count = name.hasSuffix("npz") ? 2000 : 200
      for _ in 0..<count {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let position = Int.random(in: damaged.indices, using: &random)
          damaged[position] = UInt8.random(in: 0...255, using: &random)
        }
        if name.hasSuffix("npz") {
          _ = try? NPZ(bytes: damaged)
        } else {
          _ = try? NDArray(npyBytes: damaged).description
        }
      }
    }
  }

  @Test("Damaged data fails its checksum")
  func checksum() throws {
    var bytes = try (["x": NDArray.arange(100)] as NPZ).bytes()
    bytes[200] ^= 1
    let damaged = bytes
    let message = reason { () throws(ArrayError) in _ = try NPZ(bytes: damaged) }
    #expect(message == "byte 35: the data of 'x.npy' fails its CRC")
  }
}
