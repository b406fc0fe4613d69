import GraphArrays
import GraphEngine

private func vector(_ values: Double...) -> NDArray {
  NDArray(values, shape: [values.count], dtype: .float64)
}

private func matrix(_ rows: Int, _ columns: Int, seed: Int) -> NDArray {
  samples([rows, columns], seed: seed)
}

extension LoopCase {
  static let all: [LoopCase] = [
    LoopCase("a counted loop", [vector(0.3, -0.2), vector(0.8, 1.1)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 4
      } body: { i, a in
        (i + 1, tanh(a * x[1]) + a)
      }
      return reduceSum(square(a))
    },
    LoopCase("no turn", [vector(0.3, -0.2), vector(0.8, 1.1)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(5), x[0]) { i, _ in
        i .< 4
      } body: { i, a in
        (i + 1, a * x[1])
      }
      return reduceSum(a * a * a) + reduceSum(exp(x[1]))
    },
    LoopCase("one turn", [vector(0.3, -0.2), vector(0.8, 1.1)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 1
      } body: { i, a in
        (i + 1, a * sin(x[1]) * a)
      }
      return reduceSum(a)
    },
    LoopCase("an end that depends on data", [vector(0.5, 0.7), vector(1.1, 1.3)]) { _, x in
      let a = whileLoop(x[0]) { a in
        reduceSum(a) .< 6
      } body: { a in
        a * x[1] + sin(a)
      }
      return reduceSum(square(a))
    },
    LoopCase("two variables that change places", [vector(0.5), vector(0.7)]) { graph, x in
      let (_, a, b) = whileLoop(graph.constant(0), x[0], x[1]) { i, _, _ in
        i .< 3
      } body: { i, a, b in
        (i + 1, b * b, a)
      }
      return reduceSum(a * 2 + b * a)
    },
    LoopCase("a loop in a loop", [vector(0.4, -0.3), vector(0.9, 0.6)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 3
      } body: { i, a in
        let (_, b) = whileLoop(graph.constant(0), a) { j, _ in
          j .< 2
        } body: { j, b in
          (j + 1, tanh(b * x[1]))
        }
        return (i + 1, b * a + x[1])
      }
      return reduceSum(square(a))
    },
    LoopCase("a ragged loop in a loop", [vector(0.4, -0.3), vector(0.9, 0.6)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 3
      } body: { i, a in
        let (_, b) = whileLoop(graph.constant(0), a) { j, _ in
          j .<= i
        } body: { j, b in
          (j + 1, tanh(b * x[1] + x[0]))
        }
        return (i + 1, b * b + a)
      }
      return reduceSum(a)
    },
    LoopCase("a branch in a loop", [vector(0.6, -0.4), vector(0.9, 0.7)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 5
      } body: { i, a in
        let b = cond(reduceSum(a) .> 0) {
          a * a - x[1]
        } else: {
          sin(a) * x[1]
        }
        return (i + 1, b)
      }
      return reduceSum(square(a))
    },
    LoopCase("a branch with a loop in a loop", [vector(0.6, -0.4), vector(0.9, 0.7)]) { graph, x in
      let (_, a) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 4
      } body: { i, a in
        let b = cond(floorMod(i, graph.constant(2)) .== 0) {
          whileLoop(graph.constant(0), a) { j, _ in
            j .<= i
          } body: { j, b in
            (j + 1, tanh(b * x[1]))
          }.1
        } else: {
          a * x[1] + x[0]
        }
        return (i + 1, b + a)
      }
      return reduceSum(square(a))
    },
    LoopCase("a branch", [vector(0.6, -0.4), vector(0.9, 0.7)]) { _, x in
      let (a, b) = cond(reduceSum(x[0]) .> 0) {
        (x[0] * x[1], sin(x[0]))
      } else: {
        (x[1], x[0])
      }
      return reduceSum(a * b * b)
    },
    LoopCase("a loop in a branch", [vector(0.6, -0.4), vector(0.9, 0.7)]) { graph, x in
      let a = cond(reduceSum(x[0]) .> 0) {
        whileLoop(graph.constant(0), x[0]) { i, _ in
          i .< 3
        } body: { i, a in
          (i + 1, tanh(a * x[1]))
        }.1
      } else: {
        x[0]
      }
      return reduceSum(square(a))
    },
    LoopCase("scan", [matrix(4, 3, seed: 1), vector(0.1, 0.2, 0.3), vector(0.9, -0.5, 0.4)]) {
      _, x in
      let states = scan(x[0], initial: x[1]) { e, h in tanh(h * x[2] + e) }
      return reduceSum(states * states * states)
    },
    LoopCase("scan from the end", [matrix(4, 2, seed: 2), vector(0.1, 0.2)]) { _, x in
      let states = scan(x[0], initial: x[1], reverse: true) { e, h in sin(h + e) * e }
      return reduceSum(square(states) * x[0])
    },
    LoopCase("mapFn", [matrix(4, 3, seed: 3), vector(0.9, -0.5, 0.4)]) { _, x in
      reduceSum(square(mapFn(x[0]) { e in exp(sin(e)) * x[1] }))
    },
    LoopCase("mapFn in mapFn", [matrix(3, 2, seed: 4), vector(0.9, -0.5, 0.4)]) { _, x in
      let y = mapFn(x[0]) { row in
        mapFn(row) { e in reduceSum(tanh(x[1] * e)) }
      }
      return reduceSum(square(y))
    },
    LoopCase("a product with a matrix", [matrix(2, 3, seed: 5), matrix(3, 3, seed: 6)]) {
      graph, x in
      let (_, h) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 3
      } body: { i, h in
        (i + 1, tanh(matmul(h, x[1])) + h)
      }
      return reduceSum(square(h))
    },
    LoopCase("a state that grows", [matrix(1, 2, seed: 8), vector(0.7, 0.4)]) { graph, x in
      let (_, rows) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 3
      } body: { i, rows in
        (i + 1, concat([rows, tanh(rows * x[1])], axis: 0))
      }
      return reduceSum(square(rows))
    },
    LoopCase("lists written and read", [matrix(3, 2, seed: 9), vector(0.7, 0.4)]) { graph, x in
      let list = tensorListFromTensor(x[0])
      let (_, changed) = whileLoop(graph.constant(0), list) { i, _ in
        i .< 2
      } body: { i, list in
        let item = tensorListGetItem(list, i) * tensorListGetItem(list, i + 1)
        return (i + 1, tensorListSetItem(list, i + 1, sin(item) * x[1]))
      }
      return reduceSum(square(tensorListStack(changed)))
    },
    LoopCase("lists pushed and popped", [vector(0.6, -0.4), vector(0.9, 0.7)]) { graph, x in
      let type = TensorType(.float64, [2])
      let empty = graph.tensor(
        EmptyTensorList(element: type), [graph.constant([2]), graph.constant(-1)])
      let (_, list, a) = whileLoop(graph.constant(0), empty, x[0]) { i, _, _ in
        i .< 3
      } body: { i, list, a in
        (i + 1, tensorListPushBack(list, a * x[1]), sin(a) + x[1])
      }
      let last = graph.tensors(TensorListPopBack(element: type), [list, graph.constant([2])])
      return reduceSum(square(tensorListStack(last[0]))) + reduceSum(last[1] * a)
    },
  ]
}
