import StaticGraph

/// Names, scopes, variables, and operations that belong elsewhere.
let scopeMistakes: [Mistake] = [
  .declaring(
    "a variable that exists already",
    #"""
    HERE: VarHandleOp "w": variable "w" exists already, declared at THERE; open its scope with \#
    reuse to share it
    """#
  ) { graph, here in
    here.there(graph.getVariable("w", shape: [2]))
    here(graph.getVariable("w", shape: [2]))
  },
  .declaring(
    "a variable to reuse that does not exist",
    #"HERE: VarHandleOp "layer/w": there is no variable "layer/w" to reuse"#
  ) { graph, here in
    _ = graph.variableScope("layer", reuse: .always) {
      here(graph.getVariable("w", shape: [2]))
    }
  },
  .declaring(
    "a variable that is reused with another shape",
    #"""
    HERE: VarHandleOp "layer/w": variable "layer/w" is float32[2], and float32[3] is asked for
    """#
  ) { graph, here in
    _ = graph.variableScope("layer", reuse: .auto) {
      _ = graph.getVariable("w", shape: [2])
      return here(graph.getVariable("w", shape: [3]))
    }
  },
  .declaring(
    "a variable that is reused with another dtype",
    #"""
    HERE: VarHandleOp "layer/w": variable "layer/w" is float32[2], and float64[2] is asked for
    """#
  ) { graph, here in
    _ = graph.variableScope("layer", reuse: .auto) {
      _ = graph.getVariable("w", shape: [2])
      return here(graph.getVariable("w", shape: [2], .float64))
    }
  },
  .declaring(
    "a variable of unknown shape",
    #"HERE: VarHandleOp "w": the shape [?, 2] of a variable must be known"#
  ) { graph, here in
    here(graph.getVariable("w", shape: [nil, 2]))
  },
  .declaring(
    "a variable that starts as a tensor of unknown shape",
    #"HERE: VarHandleOp "w": the shape [?] of a variable must be known"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil])
    here(graph.variable("w", initial: x))
  },
  .declaring(
    "an assignment to what is no variable",
    #"HERE: AssignVariableOp "AssignVariableOp": "zeros:0" is not a variable"#
  ) { graph, here in
    here(assign(graph.zeros([2]), 1))
  },
  .declaring(
    "an assignment of another shape",
    #"""
    HERE: AssignVariableOp "Assign": the variable is float32[2], the value float32[3] \#
    (resource<float32[2]> x float32[3])
    """#
  ) { graph, here in
    let w = graph.getVariable("w", shape: [2])
    here(assign(w, graph.zeros([3])))
  },
  .declaring(
    "an assignment of another dtype",
    #"""
    HERE: AssignAddVariableOp "AssignAdd": the variable is float32[2], the value int32[2] \#
    (resource<float32[2]> x int32[2])
    """#
  ) { graph, here in
    let w = graph.getVariable("w", shape: [2])
    here(assignAdd(w, graph.placeholder(.int32, shape: [2])))
  },
  .declaring(
    "a name with a space in it",
    #"HERE: Placeholder "my input": "my input" is not a valid name of an operation"#
  ) { graph, here in
    here(graph.placeholder(.float32, name: "my input"))
  },
  .declaring(
    "a scope with a space in its name",
    #"HERE: "my scope" is not a valid name of a scope"#
  ) { graph, here in
    here(graph.nameScope("my scope") { _ = graph.zeros([2]) })
  },
  .declaring(
    "a variable with a space in its name",
    #"HERE: "my w" is not a valid name of a variable"#
  ) { graph, here in
    here(graph.getVariable("my w", shape: [2]))
  },
  .declaring(
    "an operation after the graph was finalized",
    #"HERE: AddV2 "add": the graph is finalized and cannot be changed"#
  ) { graph, here in
    let x = graph.zeros([2])
    let y = graph.zeros([2])
    graph.finalize()
    here(x + y)
  },
  .declaring(
    "a tensor of another graph",
    #"HERE: AddV2 "add": operand "theirs:0" belongs to another graph"#
  ) { graph, here in
    let theirs = Graph().placeholder(.float32, shape: [2], name: "theirs")
    here(graph.zeros([2]) + theirs)
  },
  .declaring(
    "a control dependency of another graph",
    #"HERE: control dependency "theirs" belongs to another graph, or to another body"#
  ) { graph, here in
    let theirs = Graph().noOp(name: "theirs")
    here(graph.controlDependencies([theirs]) { graph.noOp() })
  },
  .declaring(
    "a gradient with respect to a tensor of another graph",
    #"HERE: gradients: "theirs:0" belongs to another graph or to the body of a loop"#
  ) { graph, here in
    let theirs = Graph().placeholder(.float32, shape: [2], name: "theirs")
    let y = reduceSum(graph.zeros([2]))
    here(gradients(of: y, withRespectTo: [theirs]))
  },
]
