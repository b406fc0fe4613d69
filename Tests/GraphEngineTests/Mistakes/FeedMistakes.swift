import StaticGraph

/// What a run is given and asked for.
let feedMistakes: [Mistake] = [
  .running(
    "a placeholder that is not fed",
    #"session: placeholder "inputs" (int32[?, ?], HERE) is needed by "loss" and was not fed"#
  ) { graph, here in
    let inputs = here(graph.placeholder(.int32, shape: [nil, nil], name: "inputs"))
    let loss = reduceSum(inputs, name: "loss")
    return Attempt(loss, wrong: [:], right: [inputs: [[1, 2]]])
  },
  .running(
    "a feed of another dtype",
    #"session: feed "inputs:0": got float32[50, 50], wants int32[?, ?]"#
  ) { graph, here in
    let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    return Attempt(
      inputs + 1, wrong: [inputs: NDArray.zeros([50, 50])],
      right: [inputs: NDArray.zeros([50, 50], .int32)])
  },
  .running(
    "a feed of another shape",
    #"session: feed "x:0": got float32[2, 4], wants float32[?, 3]"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, 3], name: "x")
    return Attempt(x + 1, wrong: [x: NDArray.zeros([2, 4])], right: [x: NDArray.zeros([2, 3])])
  },
  .running(
    "a feed of another rank",
    #"session: feed "x:0": got float32[], wants float32[?]"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil], name: "x")
    return Attempt(x + 1, wrong: [x: 1.0], right: [x: [1.0]])
  },
  .running(
    "a fraction that is fed to integers",
    #"session: feed "i:0": 0.5 does not fit int32"#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [], name: "i")
    return Attempt(i + 1, wrong: [i: 0.5], right: [i: 2])
  },
  .running(
    "a number that is fed to uint8 and too large for it",
    #"session: feed "i:0": 300 does not fit uint8 at [1]"#
  ) { graph, here in
    let i = graph.placeholder(.uint8, shape: [nil], name: "i")
    return Attempt(i + 1, wrong: [i: [1, 300]], right: [i: [1, 255]])
  },
  .running(
    "a ragged feed",
    #"session: feed "x:0": ragged array: shape [1] beside [2] at [1]"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, nil], name: "x")
    return Attempt(x + 1, wrong: [x: [[1.0, 2.0], [3.0]]], right: [x: [[1.0], [3.0]]])
  },
  .running(
    "a tensor that is fed twice",
    #"session: feed "x:0" is given twice"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [], name: "x")
    return Attempt(x + 1, wrong: [x: 1.0, x: 2.0], right: [x: 1.0])
  },
  .running(
    "a feed of another graph's placeholder",
    #"session: feed "theirs:0": it belongs to another graph"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [], name: "x")
    let theirs = Graph().placeholder(.float32, shape: [], name: "theirs")
    return Attempt(x + 1, wrong: [x: 1.0, theirs: 2.0], right: [x: 1.0])
  },
  .running(
    "a fetch of another graph's tensor",
    #"session: fetch "theirs:0": it belongs to another graph"#
  ) { graph, here in
    let theirs = Graph().constant(1.0, name: "theirs")
    return Attempt(theirs)
  },
  .running(
    "a fetch of an operation of another graph",
    #"session: target "theirs": it belongs to another graph"#
  ) { graph, here in
    let theirs = Graph().noOp(name: "theirs")
    return Attempt(theirs)
  },
  .running(
    "a structure that is fed too few arrays",
    #"session: feed "x:0", "y:0": got 1 arrays, wants 2"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [], name: "x")
    let y = graph.placeholder(.float32, shape: [], name: "y")
    return Attempt(x + y, wrong: [[x, y]: [1.0]], right: [[x, y]: [1.0, 2.0]])
  },
  .running(
    "a callable that is given another shape",
    #"session: feed "x:0": got float32[2], wants float32[3]"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [3], name: "x")
    let y = x + 1
    return Attempt { session in
      let call = try session.makeCallable(feeds: x, fetches: y)
      _ = try call(NDArray.zeros([2]))
    } succeeds: { session in
      let call = try session.makeCallable(feeds: x, fetches: y)
      _ = try call(NDArray.zeros([3]))
    }
  },
  .running(
    "a callable that lacks a placeholder",
    #"session: placeholder "y" (float32[], HERE) is needed by "add" and was not fed"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [], name: "x")
    let y = here(graph.placeholder(.float32, shape: [], name: "y"))
    let sum = x + y
    return Attempt { session in
      let call = try session.makeCallable(feeds: x, fetches: sum)
      _ = try call(1.0)
    } succeeds: { session in
      let call = try session.makeCallable(feeds: (x, y), fetches: sum)
      _ = try call(1.0, 2.0)
    }
  },
]
