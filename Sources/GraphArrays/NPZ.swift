public import FoundationEssentials

/// Named arrays in one file, as NumPy's `savez` and `savez_compressed` write them: a zip file with a
/// member `NAME.npy` for each.
public struct NPZ: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names in the order of the file, or in which the arrays were set.
  public private(set) var names: [String] = []

  private var arrays: [String: NDArray] = [:]

  /// No arrays.
  public init() {}

  /// These arrays under these names; of equal names the last one counts.
  public init(dictionaryLiteral elements: (String, NDArray)...) {
    for (name, array) in elements { self[name] = array }
  }

  /// The array called `name`; nil where there is none. Setting nil removes it.
  public subscript(name: String) -> NDArray? {
    get { arrays[name] }
    set {
      if newValue == nil {
        names.removeAll { $0 == name }
      } else if arrays[name] == nil {
        names.append(name)
      }
      arrays[name] = newValue
    }
  }
}

extension NPZ {
  /// The arrays in a `.npz` file, compressed or not. Members whose names do not end in `.npy` are
  /// passed over.
  /// - Throws: `ArrayError` with the file and the byte where it is no such file, or one of its arrays
  ///   is damaged.
  public init(contentsOf file: URL) throws(ArrayError) {
    do {
      try self.init(bytes: [UInt8](file: file))
    } catch {
      throw error.in(file)
    }
  }

  /// The arrays in the bytes of a `.npz` file.
  /// - Throws: `ArrayError` with the byte; in a compressed member, that is the byte after expansion,
  ///   and the member is named.
  public init(bytes: [UInt8]) throws(ArrayError) {
    let archive = try ZipReader(bytes)
    for member in archive.members where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(4))
      guard arrays[name] == nil else {
        throw ArrayError(byte: member.entryOffset, "'\(member.name)' is there twice")
      }
      let data = try archive.data(of: member)
      do {
        self[name] = try NDArray(npy: data)
      } catch {
        throw ArrayError(description: "'\(member.name)': \(error)")
      }
    }
  }

  /// Writes a `.npz` file.
  /// - Throws: `ArrayError` where it cannot be written: see `bytes(compressed:)`.
  public func write(to file: URL, compressed: Bool = false) throws(ArrayError) {
    do {
      try bytes(compressed: compressed).write(file: file)
    } catch {
      throw error.in(file)
    }
  }

  /// The bytes of a `.npz` file.
  /// - Throws: `ArrayError` where an array cannot be written (`NDArray.npyBytes()`), or the file would
  ///   be larger than 4 GiB.
  public func bytes(compressed: Bool = false) throws(ArrayError) -> [UInt8] {
    var archive = ZipWriter()
    for name in names {
      guard let array = arrays[name] else { continue }
      do {
        try archive.append(name + ".npy", array.npyBytes(), compressed: compressed)
      } catch {
        throw ArrayError(description: "'\(name)': \(error)")
      }
    }
    return try archive.finished()
  }
}
