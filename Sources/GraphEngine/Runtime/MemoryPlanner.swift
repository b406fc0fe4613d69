/// Lays the results of a plan's steps out in one arena.
///
/// Two results share memory only if every step that uses the one is done, by dependencies and not
/// merely by order, before the other is written: so the layout holds for any number of workers.
package struct MemoryPlanner {
  /// A result that wants memory.
  package struct Request {
    package var byteCount: Int
    /// The step that writes it.
    package var writer: Int
    /// The steps that read it.
    package var readers: [Int]
    /// Requests whose memory it may take over where they are not needed after its writer.
    package var takeover: [Int] = []

    package init(byteCount: Int, writer: Int, readers: [Int], takeover: [Int] = []) {
      self.byteCount = byteCount
      self.writer = writer
      self.readers = readers
      self.takeover = takeover
    }
  }

  /// Where the results are.
  package struct Layout {
    /// The place of each request, in bytes from the start of the arena.
    package var offsets: [Int]
    /// The size of the arena.
    package var byteCount: Int
    /// Dependencies that the layout relies on besides those given: step, and the earlier step that
    /// it has to wait for.
    package var dependencies: [(step: Int, earlier: Int)] = []
  }

  static let alignment = 64
  /// Plans with more steps are laid out in plan order.
  package static let largestExact = 1024

  /// The layout of `requests` in a plan with these dependencies.
  ///
  /// - Parameter dependencies: For each step the earlier steps that it waits for.
  package static func layout(_ requests: [Request], dependencies: [[Int]]) -> Layout {
    dependencies.count <= largestExact
      ? exactLayout(requests, Ancestors(dependencies))
      : orderedLayout(requests, dependencies)
  }

  static func aligned(_ byteCount: Int) -> Int {
    max(1, (byteCount + alignment - 1) / alignment) * alignment
  }

  /// Requests that live one after the other in the same memory.
  private struct Group {
    var byteCount: Int
    var writer: Int
    var users: [Int]
    /// The request that has the memory now.
    var last: Int
    var offset = -1
  }

  // MARK: Up to a thousand steps

  /// Largest first, each at the lowest place that is free of what may live at the same time.
  private static func exactLayout(_ requests: [Request], _ ancestors: Ancestors) -> Layout {
    var groups: [Group] = []
    var groupOf: [Int] = []
    for (index, request) in requests.enumerated() {
      let size = aligned(request.byteCount)
      let taken = request.takeover.first { candidate in
        let group = groups[groupOf[candidate]]
        return group.byteCount == size && group.last == candidate
          && requests[candidate].readers.contains(request.writer)
          && group.users.allSatisfy {
            $0 == request.writer || ancestors.contains($0, before: request.writer)
          }
      }
      if let taken {
        groupOf.append(groupOf[taken])
        groups[groupOf[taken]].users += request.readers
        groups[groupOf[taken]].last = index
      } else {
        groupOf.append(groups.count)
        groups.append(
          Group(
            byteCount: size, writer: request.writer, users: [request.writer] + request.readers,
            last: index))
      }
    }
    let order = groups.indices.sorted {
      (groups[$1].byteCount, groups[$0].writer, $0) < (groups[$0].byteCount, groups[$1].writer, $1)
    }
    var placed: [Int] = []
    var end = 0
    for index in order {
      var offset = 0
      for other in placed where groups[other].offset < offset + groups[index].byteCount {
        guard groups[other].offset + groups[other].byteCount > offset,
          !isOver(groups[other], before: groups[index], ancestors),
          !isOver(groups[index], before: groups[other], ancestors)
        else { continue }
        offset = groups[other].offset + groups[other].byteCount
      }
      groups[index].offset = offset
      end = max(end, offset + groups[index].byteCount)
      // Kept in the order of offsets, so that one walk finds the lowest gap.
      let position = placed.firstIndex { groups[$0].offset > offset } ?? placed.count
      placed.insert(index, at: position)
    }
    return Layout(offsets: groupOf.map { groups[$0].offset }, byteCount: end)
  }

  private static func isOver(_ a: Group, before b: Group, _ ancestors: Ancestors) -> Bool {
    a.users.allSatisfy { ancestors.contains($0, before: b.writer) }
  }

  // MARK: Larger plans

  /// In plan order, from lists of free blocks; the order becomes a dependency where it is relied on.
  private static func orderedLayout(_ requests: [Request], _ dependencies: [[Int]]) -> Layout {
    var layout = Layout(offsets: [], byteCount: 0)
    var regions: [(offset: Int, users: [Int])] = []
    var regionOf: [Int] = []
    /// Free regions by size, and regions that become free once a step is passed.
    var free: [Int: [Int]] = [:]
    var ending: [Int: [(region: Int, size: Int, request: Int)]] = [:]
    /// The request that a region belongs to now: what it was promised to before is void.
    var occupant: [Int] = []
    var passed = 0
    for (index, request) in requests.enumerated() {
      while passed < request.writer {
        for end in ending.removeValue(forKey: passed) ?? []
        where occupant[end.region] == end.request {
          free[end.size, default: []].append(end.region)
        }
        passed += 1
      }
      let size = sizeClass(request.byteCount)
      let taken = request.takeover.first { candidate in
        sizeClass(requests[candidate].byteCount) == size
          && occupant[regionOf[candidate]] == candidate
          && requests[candidate].readers.allSatisfy { $0 == request.writer }
          && !requests[candidate].readers.isEmpty
      }
      let region: Int
      if let taken {
        region = regionOf[taken]
      } else if let reused = free[size]?.popLast() {
        region = reused
        let known = dependencies[request.writer]
        for user in regions[reused].users where !known.contains(user) {
          layout.dependencies.append((step: request.writer, earlier: user))
        }
      } else {
        region = regions.count
        regions.append((offset: layout.byteCount, users: []))
        occupant.append(index)
        layout.byteCount += size
      }
      occupant[region] = index
      regions[region].users = [request.writer] + request.readers
      regionOf.append(region)
      layout.offsets.append(regions[region].offset)
      let last = max(request.writer, request.readers.max() ?? 0)
      ending[last, default: []].append((region: region, size: size, request: index))
    }
    return layout
  }

  /// Sizes that share regions: eight to a doubling.
  private static func sizeClass(_ byteCount: Int) -> Int {
    let size = aligned(byteCount)
    let step = max(alignment, 1 << max(0, Int.bitWidth - 1 - size.leadingZeroBitCount - 3))
    return (size + step - 1) / step * step
  }
}
