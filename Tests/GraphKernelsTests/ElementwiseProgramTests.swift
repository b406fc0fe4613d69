import CKernels
import GraphKernels
import Testing

/// Memory of the arrays of a program, as elements of `Float`.
private final class Arrays {
  let bases: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let counts: [Int]

  init(_ arrays: [[Float]]) {
    counts = arrays.map(\.count)
    bases = .allocate(capacity: arrays.count)
    for (index, array) in arrays.enumerated() {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: array.count)
      for (position, value) in array.enumerated() { (memory + position).initialize(to: value) }
      (bases + index).initialize(to: UnsafeMutableRawPointer(memory))
    }
  }

  deinit {
    for index in counts.indices { bases[index].deallocate() }
    bases.deallocate()
  }

  subscript(index: Int) -> [Float] {
    let memory = bases[index].assumingMemoryBound(to: Float.self)
    return (0..<counts[index]).map { memory[$0] }
  }

  /// Runs the program for the rows between the cuts; nothing beyond its scratch memory is written.
  func run(_ program: ElementwiseProgram, cuts: [Int]) {
    let count = program.scratchByteCount
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: count + 64, alignment: 64)
    defer { scratch.deallocate() }
    (scratch + count).initializeMemory(as: UInt8.self, repeating: 0xa5, count: 64)
    for (begin, end) in zip(cuts, cuts.dropFirst()) {
      program.run(arrays: UnsafePointer(bases), rows: begin..<end, scratch: scratch)
    }
    for byte in 0..<64 {
      #expect((scratch + count).load(fromByteOffset: byte, as: UInt8.self) == 0xa5)
    }
  }
}

extension ElementwiseBuilder {
  fileprivate mutating func making(
    _ function: KeyPath<sg_kernels, sg_unary>, _ x: Value
  ) throws -> Value {
    let value = unary(function, x)
    return try #require(value)
  }

  fileprivate mutating func making(
    _ function: KeyPath<sg_kernels, sg_binary>, _ x: Value, _ y: Value, to type: KernelType? = nil
  ) throws -> Value {
    let value = binary(function, x, y, to: type)
    return try #require(value)
  }

  fileprivate mutating func making(_ condition: Value, _ x: Value, _ y: Value) throws -> Value {
    let value = select(condition, x, y)
    return try #require(value)
  }
}

/// What loops give one after another for a dense domain.
private struct Unfused {
  let kernels: KernelTable

  func unary(_ function: KeyPath<sg_kernels, sg_unary>, _ x: [Float]) -> [Float] {
    guard let loop = kernels.pointee[keyPath: function].f32 else { return [] }
    return apply(loop, x, filler: 0, of: Float.self, zero: 0)
  }

  func binary(_ function: KeyPath<sg_kernels, sg_binary>, _ x: [Float], _ y: [Float]) -> [Float] {
    guard let loop = kernels.pointee[keyPath: function].f32 else { return [] }
    return apply(loop, x, y, count: x.count, filler: 0, zero: 0)
  }
}

private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

@Suite("Fused elementwise programs")
struct ElementwiseProgramTests {
  private static let domains = [
    (1, 1), (5, 1), (3, 16), (7, 33), (40, 20), (2, 700), (3, 5000), (0, 4), (130, 3),
  ]

  private func values(_ count: Int, scale: Double = 2, skip: Int = 0) -> [Float] {
    var source = TestValues()
    for _ in 0..<skip { _ = source.next() }
    return source.array(count, scale: scale).map { Float($0) }
  }

  private func cuts(_ rows: Int) -> [[Int]] { [[0, rows], [0, rows / 3, rows / 2, rows]] }

  @Test("overwrite the columns of a whole by functions of them, as gates do")
  func gates() throws {
    for kernels in KernelTable.all {
      let unfused = Unfused(kernels: kernels)
      for (rows, columns) in Self.domains {
        let z = values(rows * columns * 4), c = values(rows * columns, skip: 9)
        let part = { (gate: Int) -> [Float] in
          (0..<rows).flatMap { row -> ArraySlice<Float> in
            let start = (row * 4 + gate) * columns
            return z[start..<start + columns]
          }
        }
        let shifted = unfused.binary(\.add, part(2), Array(repeating: 1, count: rows * columns))
        let (i, j) = (unfused.unary(\.sigmoid, part(0)), unfused.unary(\.tanh, part(1)))
        let (f, o) = (unfused.unary(\.sigmoid, shifted), unfused.unary(\.sigmoid, part(3)))
        let next = unfused.binary(\.add, unfused.binary(\.mul, f, c), unfused.binary(\.mul, i, j))
        let h = unfused.binary(\.mul, unfused.unary(\.tanh, next), o)

        var builder = ElementwiseBuilder(columns: columns, kernels: kernels)
        let parts = (0..<4).map {
          builder.operand(SG_F32, array: 0, offset: $0 * columns, rowStride: 4 * columns)
        }
        let state = builder.operand(SG_F32, array: 1, rowStride: columns)
        let one = builder.constant(1 as Float)
        let input = try builder.making(\.sigmoid, parts[0])
        let candidate = try builder.making(\.tanh, parts[1])
        let biased = try builder.making(\.add, parts[2], one)
        let forget = try builder.making(\.sigmoid, biased)
        let kept = try builder.making(\.mul, forget, state)
        let added = try builder.making(\.mul, input, candidate)
        let sum = try builder.making(\.add, kept, added)
        let output = try builder.making(\.sigmoid, parts[3])
        let squashed = try builder.making(\.tanh, sum)
        let result = try builder.making(\.mul, squashed, output)
        _ = builder.unary(\.exp, state)  // Nobody needs it.
        for (gate, value) in [input, candidate, forget, output].enumerated() {
          builder.store(value, array: 0, offset: gate * columns, rowStride: 4 * columns)
        }
        builder.store(sum, array: 2, rowStride: columns, overwriting: [1])
        builder.store(result, array: 3, rowStride: columns)
        let program = builder.program()
        #expect(program.stepCount == 10)
        for cuts in cuts(rows) {
          let blank = Array(repeating: Float(7), count: rows * columns)
          let arrays = Arrays([z, c, blank, blank])
          arrays.run(program, cuts: cuts)
          let gates = (0..<rows).flatMap { row -> [Float] in
            [i, j, f, o].flatMap { gate in gate[row * columns..<(row + 1) * columns] }
          }
          #expect(bits(arrays[0]) == bits(gates), "\((rows, columns))")
          #expect(bits(arrays[2]) == bits(next))
          #expect(bits(arrays[3]) == bits(h))
        }
      }
    }
  }

  @Test("broadcast rows, columns and single values, and choose by comparisons")
  func broadcasting() throws {
    for kernels in KernelTable.all {
      let unfused = Unfused(kernels: kernels)
      for (rows, columns) in Self.domains {
        let count = rows * columns
        let x = values(count), row = values(columns, skip: 3), column = values(rows, skip: 5)
        let single: [Float] = [0.375]
        let full = (
          row: (0..<count).map { row[$0 % columns] },
          column: (0..<count).map { column[$0 / columns] },
          single: Array(repeating: single[0], count: count)
        )
        let a = unfused.binary(\.mul, x, full.row)
        let b = unfused.unary(\.exp, full.column)
        let c = zip(zip(a, full.single), zip(x, b)).map { $0.0 < $0.1 ? $1.0 : $1.1 }
        let d = (0..<count).map { a[$0] < full.single[$0] ? Float(1) : 0 }

        var builder = ElementwiseBuilder(columns: columns, kernels: kernels)
        let whole = builder.operand(SG_F32, array: 0, rowStride: columns)
        let rowView = builder.operand(SG_F32, array: 1, rowStride: 0)
        let columnView = builder.operand(SG_F32, array: 2, rowStride: 1, columnStride: 0)
        let singleView = builder.operand(SG_F32, array: 3, rowStride: 0, columnStride: 0)
        let product = try builder.making(\.mul, whole, rowView)
        let grown = try builder.making(\.exp, columnView)
        let test = try builder.making(\.less, product, singleView, to: SG_BOOL)
        let chosen = try builder.making(test, whole, grown)
        let flags = builder.cast(test, to: SG_F32)
        builder.store(chosen, array: 4, rowStride: columns)
        builder.store(flags, array: 5, offset: 1, rowStride: columns + 2)
        builder.store(columnView, array: 6, rowStride: columns)
        let program = builder.program()
        for cuts in cuts(rows) {
          let blank = Array(repeating: Float(7), count: count)
          let wide = Array(repeating: Float(7), count: rows * (columns + 2) + 2)
          let arrays = Arrays([x, row, column, single, blank, wide, blank])
          arrays.run(program, cuts: cuts)
          #expect(bits(arrays[4]) == bits(c), "\((rows, columns))")
          let expected = (0..<wide.count).map { index in
            let (row, place) = ((index - 1) / (columns + 2), (index - 1) % (columns + 2))
            return index > 0 && row < rows && place < columns ? d[row * columns + place] : 7
          }
          #expect(arrays[5] == expected)
          #expect(arrays[6] == full.column)
        }
      }
    }
  }

  @Test("read operands before results overwrite them, whichever are computed first")
  func swapping() throws {
    for (rows, columns) in Self.domains {
      let x = values(rows * columns), y = values(rows * columns, skip: 4)
      var builder = ElementwiseBuilder(columns: columns)
      let left = builder.operand(SG_F32, array: 0, rowStride: columns)
      let right = builder.operand(SG_F32, array: 1, rowStride: columns)
      let sum = try builder.making(\.add, left, right)
      builder.store(right, array: 0, rowStride: columns)
      builder.store(left, array: 1, rowStride: columns)
      builder.store(sum, array: 2, rowStride: columns, overwriting: [0])
      builder.store(sum, array: 3, rowStride: columns)
      let arrays = Arrays([x, y, x, x])
      arrays.run(builder.program(), cuts: [0, rows])
      #expect(arrays[0] == y)
      #expect(arrays[1] == x)
      #expect(arrays[2] == zip(x, y).map { $0 + $1 })
      #expect(arrays[3] == arrays[2])
    }
  }

  @Test("give the bits of their functions one after another, whatever the program")
  func randomPrograms() throws {
    let unary: [KeyPath<sg_kernels, sg_unary>] = [
      \.neg, \.tanh, \.sigmoid, \.square, \.abs, \.relu,
    ]
    let binary: [KeyPath<sg_kernels, sg_binary>] = [
      \.add, \.sub, \.mul, \.maximum, \.tanh_grad, \.sigmoid_grad, \.relu_grad,
    ]
    for seed in 0..<40 {
      var random = TestValues()
      for _ in 0..<seed * 50 { _ = random.next() }
      func pick(_ count: Int) -> Int {
        min(count - 1, Int((random.next() + 1) / 2 * Double(count)))
      }
      let (rows, columns) = Self.domains[pick(Self.domains.count)]
      let kernels = KernelTable.all[pick(KernelTable.all.count)]
      let unfused = Unfused(kernels: kernels)
      let wide = columns * 3 + 1
      var memory = [values(rows * wide), values(rows * wide, skip: 7)]
      var builder = ElementwiseBuilder(columns: columns, kernels: kernels)
      var pool: [(ElementwiseBuilder.Value, [Float])] = []
      for array in 0..<2 {
        for part in 0..<3 {
          let view = builder.operand(
            SG_F32, array: array, offset: part * columns, rowStride: wide)
          var elements: [Float] = []
          for row in 0..<rows {
            let start = row * wide + part * columns
            elements += memory[array][start..<start + columns]
          }
          pool.append((view, elements))
        }
      }
      for _ in 0..<12 {
        let (x, y) = (pool[pick(pool.count)], pool[pick(pool.count)])
        if pick(2) == 0 {
          let function = unary[pick(unary.count)]
          pool.append((try builder.making(function, x.0), unfused.unary(function, x.1)))
        } else {
          let function = binary[pick(binary.count)]
          pool.append(
            (
              try builder.making(function, x.0, y.0),
              unfused.binary(function, x.1, y.1)
            ))
        }
      }
      for array in 0..<2 {
        for part in 0..<3 where pick(3) > 0 {
          let (value, elements) = pool[pick(pool.count)]
          builder.store(value, array: array, offset: part * columns, rowStride: wide)
          for row in 0..<rows {
            let start = row * wide + part * columns
            memory[array].replaceSubrange(
              start..<start + columns, with: elements[row * columns..<(row + 1) * columns])
          }
        }
      }
      let arrays = Arrays([values(rows * wide), values(rows * wide, skip: 7)])
      arrays.run(builder.program(), cuts: [0, rows / 2, rows])
      #expect(bits(arrays[0]) == bits(memory[0]), "seed \(seed)")
      #expect(bits(arrays[1]) == bits(memory[1]), "seed \(seed)")
    }
  }
}
