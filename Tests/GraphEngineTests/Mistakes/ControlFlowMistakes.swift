import StaticGraph

/// Loops and branches.
let controlFlowMistakes: [Mistake] = [
  .declaring(
    "a loop whose condition is a number",
    #"HERE: While "while": the condition is int32[], wants a bool scalar"#
  ) { graph, here in
    let i = graph.constant(0)
    here(whileLoop(i, while: { i in i }, body: { i in i + 1 }))
  },
  .declaring(
    "a loop whose condition is a vector",
    #"HERE: While "while": the condition is bool[2], wants a bool scalar"#
  ) { graph, here in
    let x = graph.zeros([2])
    here(whileLoop(x, while: { x in x .< 10 }, body: { x in x + 1 }))
  },
  .declaring(
    "a loop whose body changes a dtype",
    #"""
    HERE: While "while": loop variable 0 ("Const:0") is int32[], and the body gives it float32[]
    """#
  ) { graph, here in
    let i = graph.constant(0)
    here(whileLoop(i, while: { i in i .< 10 }, body: { i in cast(i, to: .float32) }))
  },
  .declaring(
    "a branch whose predicate is a number",
    #"HERE: If "cond": operand 0 is float32, wants bool (float32[])"#
  ) { graph, here in
    let x = graph.zeros([])
    here(cond(x, then: { x + 1 }, else: { x - 1 }))
  },
  .declaring(
    "branches of other dtypes",
    #"HERE: If "cond": result 0 is float32[] in one branch, int32[] in the other (bool[])"#
  ) { graph, here in
    let p = graph.placeholder(.bool, shape: [])
    let x = graph.zeros([])
    here(cond(p, then: { x }, else: { cast(x, to: .int32) }))
  },
  .declaring(
    "a tensor of a body that is used outside",
    #"""
    HERE: AddV2 "add": operand "mul:0" (THERE) belongs to the body of a loop or branch and is used \#
    outside of it
    """#
  ) { graph, here in
    let x = graph.zeros([])
    var inner = x
    _ = cond(graph.placeholder(.bool, shape: [])) {
      inner = here.there(x * 2)
      return inner
    } else: {
      x
    }
    here(x + inner)
  },
  .declaring(
    "a scan over a scalar",
    #"HERE: "scan": "zeros:0" (float32[]) has no axis to go along"#
  ) { graph, here in
    let x = graph.zeros([])
    here(scan(x, initial: x) { x, sum in x + sum })
  },
  .declaring(
    "a map over elements of different lengths",
    #"""
    HERE: "map": "zeros_1:0" (float32[3]) has 3 slices along the first axis, others have 2
    """#
  ) { graph, here in
    let (x, y) = (graph.zeros([2]), graph.zeros([3]))
    here(mapFn([x, y]) { parts in parts[0] + parts[1] })
  },
  .declaring(
    "a mistake in the body of a loop",
    #"HERE: AddV2 "add": shapes [2] and [3] do not broadcast (float32[2] x float32[3])"#
  ) { graph, here in
    let x = graph.zeros([2])
    let y = graph.zeros([3])
    _ = whileLoop(x) { x in
      reduceSum(x) .< 10
    } body: { x in
      here(x + y)
    }
  },
]
