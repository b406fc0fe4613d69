internal import ArgumentParser
internal import StaticGraph

/// Where results go: a file, a directory, or standard output.
struct ResultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the results into one file, by the names as given.", valueName: "file.npz"),
    completion: .file(extensions: ["npz"]))
  var out: String?

  @Option(
    help: ArgumentHelp("Write each result as a .npy file into a directory.", valueName: "dir"),
    completion: .directory)
  var outDir: String?

  /// Whether results are printed.
  var arePrinted: Bool { out == nil && outDir == nil }

  func validate() throws {
    if out != nil, outDir != nil { throw ValidationError("--out and --out-dir exclude each other") }
    if out == "" || outDir == "" { throw ValidationError("the name of what to write is empty") }
  }

  /// Writes named results where the options say; prints them where they say nothing.
  func write(_ results: [(name: String, array: NDArray)]) throws {
    if let out {
      var file = NPZ()
      for (name, array) in results { file[name] = array }
      try AtomicFile.write(file.bytes(), to: out)
    } else if let outDir {
      try AtomicFile.makeDirectory(outDir)
      for (file, (_, array)) in zip(SafeFileNames.names(for: results.map(\.name)), results) {
        let path = outDir.hasSuffix("/") ? outDir + file : "\(outDir)/\(file)"
        try AtomicFile.write(array.npyBytes(), to: path)
        say(path)
      }
    } else {
      for (name, array) in results { say(text(name, array, isAlone: results.count == 1)) }
    }
  }

  /// A result as NumPy prints it, after its name where there are several.
  func text(_ name: String, _ array: NDArray, isAlone: Bool) -> String {
    if isAlone { return "\(array)" }
    let label = StandardOutput.styled("\(name):", .bold)
    return "\(label)\(array.rank > 1 ? "\n" : " ")\(array)"
  }
}

/// Names of tensors as names of files.
enum SafeFileNames {
  /// Longest name of a file without its extension and number: file systems take 255 bytes.
  private static let longest = 200

  /// A name that ends in `.npy` for each of `names`: different ones, which name no directory.
  ///
  /// Letters, digits, `-`, `_` and `.` after the first character stay, all else becomes `_`.
  static func names(for names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.map { name in
      let safe = name.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar)
          || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
      }
      var base = String(safe.prefix(longest))
      if base.hasPrefix(".") || base.isEmpty { base = "_" + base.dropFirst() }
      var file = base
      var number = 1
      // File systems may not tell capitals from small letters.
      while !taken.insert(file.lowercased()).inserted {
        number += 1
        file = "\(base)-\(number)"
      }
      return file + ".npy"
    }
  }
}
